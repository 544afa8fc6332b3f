/** What `npm run mutate:core` judges the core's tests by: those on the store in memory and the port. */
import { defineConfig } from "vitest/config";
import { leftOut } from "./src/node/left-out.ts";

export default defineConfig({
  resolve: { alias: leftOut },
  test: {
    environment: "node",
    testTimeout: 60_000,
    isolate: false,
    env: { STORE_ENGINE: "memory" },
    include: [
      "src/{durable,mcp,host,world}/**/*.test.ts",
      "src/store/*.test.ts",
      "src/store/{memory,remote}/**/*.test.ts",
    ],
    // Random programs: what they meet differs from run to run.
    exclude: ["src/durable/crash-program.test.ts"],
  },
});
