/**
 * `npm run bench`: DESIGN's table, in the real browser with a profile on disk, as ratios to floors
 * measured in the same run. `-- --only batch,range` runs parts: batch, range, guard, call, retry, eight, size,
 * dexie, forms, live, load, postgres. Prints a table, and writes it as JSON to test-results/bench.json.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright";
import { build, preview } from "vite";
import { BROWSER_ARGS, ensureBrowser } from "../support/browser.ts";
import type { FormsRow } from "./forms.ts";
import { LONGEST_TASK_MS, measureLive, type LiveRow } from "./live.ts";
import type { Row } from "./measure.ts";
import { measurePostgres } from "./postgres.ts";

const PORT = 9995;
const MOST_KILOBYTES = 180;
/** No task may be longer while a tool is chosen and called, in milliseconds. */
const MOST_OF_A_FORM_MS = 200;
const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "playground-bench-"));
const { values } = parseArgs({ options: { only: { type: "string", default: "" } } });
const site = join(folder, "site");
const isAsked = (part: string): boolean =>
  values.only === "" || values.only.split(",").includes(part);

/** Builds the page, and the benchmark's own below it. */
async function buildAll(): Promise<void> {
  const options = { logLevel: "warn", configFile: join(root, "vite.config.ts") } as const;
  const into = (outDir: string) => ({ outDir, emptyOutDir: true });
  await build({ ...options, root, build: into(site) });
  const bench = join(root, "e2e/bench");
  await build({ ...options, root: bench, base: "/bench/", build: into(join(site, "bench")) });
}

/** What the page's first load brings, in kilobytes of gzip: its entry and all that it imports at once. */
function firstLoad(): number {
  const html = readFileSync(join(site, "index.html"), "utf8");
  const scripts = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(
    ([, path]) => path ?? "",
  );
  const bytes = scripts.map(
    (path) => gzipSync(readFileSync(join(site, path)), { level: 9 }).length,
  );
  return bytes.reduce((sum, size) => sum + size, 0) / 1024;
}

async function inBrowser(
  report: (row: Row) => void,
  reportForms: (row: FormsRow) => void,
  reportLive: (row: LiveRow) => void,
) {
  const server = await preview({
    root,
    logLevel: "warn",
    build: { outDir: site },
    preview: { port: PORT, strictPort: true },
  });
  const context = await chromium.launchPersistentContext(join(folder, "profile"), {
    executablePath: ensureBrowser(),
    args: BROWSER_ARGS,
  });
  const url = `http://localhost:${PORT}/`;
  try {
    const page = await context.newPage();
    page.on("pageerror", (error) => console.error(error.message));
    await page.exposeFunction("report", report);
    await page.goto(`${url}bench/`);
    await page.evaluate(
      (only) =>
        window.bench(only, (row) => (window as unknown as { report(row: Row): void }).report(row)),
      values.only,
    );
    if (isAsked("forms")) reportForms(await page.evaluate(() => window.callEveryTool()));
    if (isAsked("live")) await measureLive(context, url, reportLive);
    return context.browser()?.version() ?? (await page.evaluate(() => navigator.userAgent));
  } finally {
    await context.close();
    await server.close();
  }
}

const rows: Row[] = [];
const show = (ms: number): string =>
  ms < 1 ? `${(ms * 1000).toFixed(0)} µs` : `${ms.toFixed(1)} ms`;
const print = (row: Row): void => {
  rows.push(row);
  const [low, high] = row.spread;
  const cells = [
    row.ratio <= row.bar ? "ok" : "MISSED",
    row.work,
    row.floor,
    show(row.floorMs),
    show(row.oursMs),
    row.ratio.toFixed(2),
    `${low.toFixed(2)}-${high.toFixed(2)}`,
    row.bar.toFixed(2),
  ];
  console.log(`| ${cells.join(" | ")} |`);
};

console.log("|  | work | floor | floor's time | ours | ratio | spread | bar |");
console.log("|---|---|---|---|---|---|---|---|");
let forms: FormsRow | undefined;
const printForms = (row: FormsRow): void => {
  forms = row;
  const { tools, longestMs, tool } = row;
  const verdict = longestMs <= MOST_OF_A_FORM_MS ? "ok" : "MISSED";
  console.log(
    `\n${verdict}: ${tools} published tools chosen and called, the longest task ${show(longestMs)} (${tool}), of at most ${MOST_OF_A_FORM_MS} ms`,
  );
};
const live: LiveRow[] = [];
const printLive = (row: LiveRow): void => {
  if (live.length === 0) {
    console.log("\n|  | the page | tasks over 50 ms | the longest | elements |");
    console.log("|---|---|---|---|---|");
  }
  live.push(row);
  const verdict = row.tooLong === 0 ? "ok" : "MISSED";
  const longest = row.longestMs === 0 ? `under ${LONGEST_TASK_MS} ms` : show(row.longestMs);
  console.log(`| ${[verdict, row.work, row.tooLong, longest, row.elements].join(" | ")} |`);
};
if (isAsked("postgres")) await measurePostgres(print);
const parts = [
  "batch",
  "range",
  "guard",
  "call",
  "retry",
  "eight",
  "size",
  "dexie",
  "forms",
  "live",
];
if (isAsked("load") || parts.some(isAsked)) await buildAll();
const browser = parts.some(isAsked) ? await inBrowser(print, printForms, printLive) : "none";
let kilobytes: number | undefined;
if (isAsked("load")) {
  kilobytes = firstLoad();
  const verdict = kilobytes <= MOST_KILOBYTES ? "ok" : "MISSED";
  console.log(
    `\n${verdict}: first load, ${kilobytes.toFixed(1)} KB of JavaScript in gzip, of at most ${MOST_KILOBYTES} KB`,
  );
}
console.log(`\nBrowser ${browser}, ${cpus().length} cores of ${cpus()[0]?.model ?? "?"}`);
mkdirSync(join(root, "test-results"), { recursive: true });
writeFileSync(
  join(root, "test-results/bench.json"),
  JSON.stringify({ browser, rows, forms, live, kilobytes }, null, 2),
);
rmSync(folder, { recursive: true, force: true });
