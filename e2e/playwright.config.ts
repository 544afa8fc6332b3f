import { defineConfig } from "@playwright/test";
import { BROWSER_ARGS, findBrowser } from "./support/browser.ts";

/** Not the playground's own port: the tests run beside an open one. */
export const PORT = 9993;
const executablePath = findBrowser();

export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  outputDir: "../test-results",
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: process.env["CI"] !== undefined,
  reporter: process.env["CI"] ? [["list"]] : [["dot"]],
  // So long that a loaded machine fails nothing; what hangs ends all the same.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  use: {
    baseURL: `http://localhost:${PORT}`,
    viewport: { width: 1440, height: 900 },
    // A recording slows each test by a third: `--trace retain-on-failure` where one is wanted.
    trace: "off",
    launchOptions: { args: BROWSER_ARGS, ...(executablePath ? { executablePath } : {}) },
  },
  webServer: {
    command: `npx tsx src/node/start.ts --port ${PORT}`,
    cwd: "..",
    url: `http://localhost:${PORT}`,
    reuseExistingServer: false,
    timeout: 180_000,
  },
});
