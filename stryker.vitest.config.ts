/** What `npm run mutate` judges the model's tests by: its own. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "node",
    include: ["src/model/**/*.test.ts"],
  },
});
