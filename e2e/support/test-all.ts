/**
 * Everything that must hold, one step after the other: types, lint, format, tests on simulated and
 * on real IndexedDB, in memory, over messages and on PGlite, the production build, and the end-to-end tests on what it built. All steps run,
 * whatever fails; the last line counts what ran.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBrowser } from "./browser.ts";
import { findFirefox } from "./firefox.ts";

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** How many tests ran, from the report that the step wrote; without one the step is one check. */
  readonly count?: () => Counts;
}

const reports = mkdtempSync(join(tmpdir(), "playground-tests-"));

const vitest = (project: string): Step => {
  const report = join(reports, `${project}.json`);
  return {
    name: `${project} tests`,
    command: "vitest",
    args: [
      "run",
      "--project",
      project,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
    ],
    count: () => {
      const { numPassedTests, numFailedTests, numPendingTests, success } = readReport(report);
      // An unhandled error fails the run though no test did.
      const failed = Number(numFailedTests) || (success === true ? 0 : 1);
      return { passed: Number(numPassedTests), failed, skipped: Number(numPendingTests) };
    },
  };
};

const steps: readonly Step[] = [
  { name: "types", command: "tsc", args: ["--noEmit"] },
  { name: "lint and layers", command: "eslint", args: [".", "--max-warnings", "0"] },
  { name: "format", command: "prettier", args: ["--check", "--log-level", "warn", "."] },
  // Fails where an export tells of something that is not documented.
  { name: "API documentation", command: "typedoc", args: ["--logLevel", "Warn"] },
  vitest("unit"),
  vitest("memory"),
  vitest("remote"),
  vitest("pglite"),
  vitest("browser"),
  // Where a Firefox is on the machine.
  ...(findFirefox() ? [vitest("firefox")] : []),
  { name: "production build", command: "vite", args: ["build", "--logLevel", "warn"] },
  {
    name: "end-to-end tests",
    command: "playwright",
    args: ["test", "--config", "e2e/playwright.config.ts", "--reporter=list,json"],
    count: () => {
      const stats = readReport(join(reports, "e2e.json"))["stats"] as Record<string, number>;
      const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = stats;
      // No retries are allowed, so nothing may be flaky.
      return { passed: expected, failed: unexpected + flaky, skipped };
    },
  },
];

function readReport(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
}

function run({ command, args }: Step): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(join("node_modules", ".bin", command), [...args], {
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_NAME: join(reports, "e2e.json") },
    });
    child.on("error", (error) => {
      console.error(error.message);
      resolve(false);
    });
    child.on("exit", (code) => resolve(code === 0));
  });
}

const total: Counts = { passed: 0, failed: 0, skipped: 0 };

function add({ passed, failed, skipped }: Counts): void {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}

process.env["CHROMIUM_PATH"] = ensureBrowser();
for (const step of steps) {
  console.log(`\n# ${step.name}`);
  const ok = await run(step);
  try {
    const counts = step.count?.() ?? { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
    // A step that failed without a failed test failed all the same.
    add(ok || counts.failed > 0 ? counts : { ...counts, failed: 1 });
  } catch (error) {
    console.error(`${step.name} left no report: ${String(error)}`);
    add({ passed: 0, failed: 1, skipped: 0 });
  }
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
