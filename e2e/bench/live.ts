/** How long the page's longest tasks are, with 1,000,000 rows and 10,000 calls, while it is scrolled and written to. */
import type { BrowserContext, Locator } from "playwright";

/** DESIGN's bar: no task longer than this, in milliseconds. */
export const LONGEST_TASK_MS = 50;

export interface LiveRow {
  readonly work: string;
  /** Tasks over the bar. */
  readonly tooLong: number;
  /** The longest task that the browser reported (it reports those over 50 ms), in milliseconds; 0 for none. */
  readonly longestMs: number;
  /** Elements in the page. */
  readonly elements: number;
}

const DATABASE = "playground-processing";
const MAP = "large";
const ROWS = 1_000_000;
const CALLS = 10_000;
const PER_SECOND = 500;
const SECONDS = 10;

declare global {
  interface Window {
    longTasks: number[];
  }
}

/** @param url where the built page is; the benchmark's own stands below it, in `bench/` */
export async function measureLive(
  context: BrowserContext,
  url: string,
  report: (row: LiveRow) => void,
): Promise<void> {
  const page = await context.newPage();
  await page.addInitScript(() => sessionStorage.setItem("guide", "closed"));
  const here = `${url}?bottom=maps&map=${MAP}&limit=200`;
  await page.goto(here);
  await page.getByRole("status", { name: "Server state" }).getByText("running").waitFor();
  const writer = await context.newPage();
  await writer.goto(`${url}bench/`);
  await writer.evaluate(([database, map, rows, calls]) => window.fill(database, map, rows, calls), [
    DATABASE,
    MAP,
    ROWS,
    CALLS,
  ] as const);
  await page.bringToFront();
  await page.goto(here);
  const entries = page.getByRole("list", { name: `Entries of ${MAP}` });
  await entries.getByRole("listitem").nth(199).waitFor();
  await page
    .getByRole("list", { name: "Calls", exact: true })
    .getByRole("listitem")
    .nth(99)
    .waitFor();
  // Idle is what follows when everything has been loaded.
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(2000);
  await page.evaluate(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.longTasks.push(duration);
    }).observe({ entryTypes: ["longtask"] });
  });

  const during = async (work: string, run: () => Promise<unknown>): Promise<void> => {
    await page.evaluate(() => window.longTasks.splice(0));
    await run();
    const tasks = await page.evaluate(() => window.longTasks.splice(0));
    report({
      work,
      tooLong: tasks.filter((ms) => ms > LONGEST_TASK_MS).length,
      longestMs: Math.max(0, ...tasks),
      elements: await page.evaluate(() => document.querySelectorAll("*").length),
    });
  };
  const scroll = async ({ x, y }: Place): Promise<void> => {
    await page.mouse.move(x, y);
    for (let step = 0; step < 60; step++) await page.mouse.wheel(0, step < 30 ? 240 : -240);
  };
  // Looked for before anything is measured: to find something by its role is work of the page's too.
  const calls = await placeOf(page.getByRole("list", { name: "Calls", exact: true }));
  const range = await placeOf(entries);
  await during(`${CALLS} calls and ${ROWS} rows on screen, 5 s of nothing`, () =>
    page.waitForTimeout(5000),
  );
  await during("the calls and the range scrolled down and up", async () => {
    await scroll(calls);
    await scroll(range);
  });
  await during(
    `${PER_SECOND} writes a second into the range on screen, for ${SECONDS} s, scrolled`,
    async () => {
      const writing = writer.evaluate(
        ([database, map, perSecond, seconds]) =>
          window.keepWriting(database, map, perSecond, seconds),
        [DATABASE, MAP, PER_SECOND, SECONDS] as const,
      );
      await scroll(range);
      const written = await writing;
      if (written < 0.9 * PER_SECOND * SECONDS) {
        throw new Error(`Only ${written} writes could be made, of ${PER_SECOND * SECONDS}.`);
      }
    },
  );
  await page.close();
  await writer.close();
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Of a list that is longer than its panel the middle is not to be seen: where its first item stands. */
async function placeOf(list: Locator): Promise<Place> {
  const box = await list.getByRole("listitem").first().boundingBox();
  if (!box) throw new Error("The list shows nothing.");
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
