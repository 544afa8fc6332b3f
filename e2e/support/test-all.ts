/**
 * Everything that must hold: types, lint, format, tests on real IndexedDB, in memory,
 * over messages and on PGlite, two steps at a time; then the production build, and the end-to-end tests
 * on what it built. All run, whatever fails; at the end stands what failed, by name and with its first
 * words, and the last line counts what ran.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";
import { ensureBrowser } from "./browser.ts";
import { findPostgres } from "../../src/testing/find-postgres.ts";
import { findFirefox } from "./firefox.ts";

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** One text for each test that failed: its name and why. */
  failures: string[];
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
      const read = VitestReport.parse(readReport(report));
      const failures = read.testResults.flatMap((file) => {
        const tests = file.assertionResults.filter(({ status }) => status === "failed");
        const texts = tests.map((test) =>
          failure(`${project}: ${file.name} › ${test.fullName}`, test.failureMessages[0]),
        );
        // A file that could not be loaded has no tests.
        return file.status === "failed" && texts.length === 0
          ? [failure(`${project}: ${file.name}`, file.message)]
          : texts;
      });
      // An unhandled error fails the run though no test did.
      const failed = read.numFailedTests || (read.success ? 0 : 1);
      return { passed: read.numPassedTests, failed, skipped: read.numPendingTests, failures };
    },
  };
};

const firefox = findFirefox();
const postgres = findPostgres();

/** The longest first, so that the two that run at a time end together. */
const checks: readonly Step[] = [
  vitest("browser"),
  // Where a Firefox is on the machine.
  ...(firefox ? [vitest("firefox")] : []),
  vitest("node"),
  { name: "lint and layers", command: "eslint", args: [".", "--max-warnings", "0"] },
  // On a PostgreSQL of the tests' own; where the machine has none, on PGlite alone.
  ...(postgres ? [vitest("postgres"), vitest("postgres-serializable")] : [vitest("pglite")]),
  vitest("memory"),
  vitest("remote"),
  // Fails where an export tells of something that is not documented; types are checked below.
  {
    name: "API documentation",
    command: "typedoc",
    args: ["--logLevel", "Warn", "--emit", "none", "--skipErrorChecking"],
  },
  { name: "types", command: "tsc", args: ["--noEmit"] },
  { name: "format", command: "prettier", args: ["--check", "--log-level", "warn", "."] },
];

const build: Step = {
  name: "production build",
  command: "vite",
  args: ["build", "--logLevel", "warn"],
};

/** By two workers of its own. */
const endToEnd: Step = {
  name: "end-to-end tests",
  command: "playwright",
  args: ["test", "--config", "e2e/playwright.config.ts", "--reporter=list,json"],
  count: () => {
    const { stats, suites } = PlaywrightReport.parse(readReport(join(reports, "e2e.json")));
    const failures = suites.flatMap(specsOf).flatMap(({ ok, file, line, title, tests }) => {
      const errors = tests.flatMap(({ results }) => results.flatMap((result) => result.errors));
      return ok ? [] : [failure(`e2e: ${file}:${line} › ${title}`, errors[0]?.message)];
    });
    // No retries are allowed, so nothing may be flaky.
    const failed = stats.unexpected + stats.flaky;
    return { passed: stats.expected, failed, skipped: stats.skipped, failures };
  },
};

const VitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).default([]),
        }),
      ),
    }),
  ),
});

const Spec = z.object({
  title: z.string(),
  ok: z.boolean(),
  file: z.string(),
  line: z.number(),
  tests: z.array(
    z.object({
      results: z.array(
        z.object({ errors: z.array(z.object({ message: z.string().optional() })).default([]) }),
      ),
    }),
  ),
});

const Suite = z.object({
  specs: z.array(Spec),
  get suites() {
    return z.array(Suite).optional();
  },
});

const PlaywrightReport = z.object({
  stats: z.object({
    expected: z.number(),
    unexpected: z.number(),
    flaky: z.number(),
    skipped: z.number(),
  }),
  suites: z.array(Suite),
});

function specsOf({ specs, suites = [] }: z.infer<typeof Suite>): z.infer<typeof Spec>[] {
  return [...specs, ...suites.flatMap(specsOf)];
}

/** Of a report only the first lines: the whole stands where the test ran. */
function failure(name: string, why = "no reason was reported"): string {
  const lines = stripVTControlCharacters(why).split("\n").slice(0, 12);
  return [name, ...lines.map((line) => `    ${line}`)].join("\n");
}

function readReport(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}

/** @param isAlone its output stands as it comes, else together, when it has ended */
async function run(step: Step, isAlone: boolean): Promise<void> {
  const begun = performance.now();
  console.log(`\n# ${step.name}${isAlone ? "" : " begins"}`);
  const parts: string[] = [];
  const ok = await spawned(step, (part) => {
    if (isAlone) process.stdout.write(part);
    else parts.push(part);
  });
  if (!isAlone) console.log(`\n# ${step.name}\n${parts.join("").trimEnd()}`);
  add(countsOf(step, ok));
  console.log(`# ${step.name}: ${Math.round((performance.now() - begun) / 1000)} s`);
}

function spawned({ command, args }: Step, onOutput: (part: string) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(join("node_modules", ".bin", command), [...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_NAME: join(reports, "e2e.json") },
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", onOutput);
    }
    child.on("error", (error) => {
      onOutput(error.message);
      resolve(false);
    });
    child.on("close", (code) => resolve(code === 0));
  });
}

function countsOf(step: Step, ok: boolean): Counts {
  const failedAs = (why: string): Counts => {
    return { passed: 0, failed: 1, skipped: 0, failures: [failure(step.name, why)] };
  };
  try {
    const counts = step.count?.() ?? { passed: Number(ok), failed: 0, skipped: 0, failures: [] };
    if (ok || counts.failed > 0) return counts;
    // A step that failed without a failed test failed all the same.
    const { failed, failures } = failedAs("failed as a whole");
    return { ...counts, failed, failures };
  } catch (error) {
    return failedAs(`left no report that can be read: ${String(error)}`);
  }
}

const total: Counts = { passed: 0, failed: 0, skipped: 0, failures: [] };

function add({ passed, failed, skipped, failures }: Counts): void {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  total.failures.push(...failures);
}

/** Runs what waits, one step after the other. */
async function worker(waiting: Step[]): Promise<void> {
  for (let step = waiting.shift(); step; step = waiting.shift()) await run(step, false);
}

process.env["CHROMIUM_PATH"] = ensureBrowser();
const waiting = [...checks];
await Promise.all([worker(waiting), worker(waiting)]);
await run(build, true);
await run(endToEnd, true);
if (total.failures.length > 0) {
  console.log(`\n# failures\n${total.failures.join("\n")}`);
}
if (!firefox) console.log("\nNo Firefox is on this machine: the core's tests did not run in it.");
if (!postgres) {
  console.log("\nNo PostgreSQL is on this machine: the core's tests ran on PGlite alone.");
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
