/** A link shows, and runs nothing: what the store and the ledger hold is the same after it was opened. */
import type { Locator, Page } from "@playwright/test";
import { readTable } from "./support/playground-page.ts";
import { expect, test } from "./support/test.ts";

const EXAMPLES = ["processing", "steps", "document", "define", "audit"] as const;
const CALL = "0199a1b2-c3d4-7000-8000-000000000001";

/** Every parameter that there is, but the example's; of some, each value that could have begun something. */
const EVERYTHING =
  `bottom=transcript&tool=process_payment&call=${CALL}&step=1.0&compare=0.${CALL}.1&panel=writes&dock=half&cell=x&column=do` +
  "&map=payments&start=a&end=z&prefix=txn_&reverse=true&limit=10&moment=7" +
  "&callTool=process_payment&callVerdict=unknown&callCrashed=true&callState=failed&callText=25&callErrors=true&callMinutes=5";

/** A call that a link began would be in the journal long before, in milliseconds. */
const SETTLED_MS = 700;

/** All that is kept of an example, and the settings with the armed faults. */
async function everything(page: Page, database: string) {
  const tables = ["invocations", "guards", "trace", "writes", "entries", "settings"] as const;
  const kept = await Promise.all(tables.map((table) => readTable(page, database, table)));
  return [...kept, await readTable(page, `${database}-ledger`, "rows")];
}

const NOTHING = Array.from({ length: 7 }, () => []);

function harnessOf(page: Page): { harness: Locator; transcript: Locator; run: Locator } {
  const harness = page.getByRole("dialog", { name: "Examples" });
  return {
    harness,
    transcript: harness.getByRole("list", { name: "Transcript" }),
    run: harness.getByRole("button", { name: "Run this example" }),
  };
}

const LINKS = [
  "example=processing&harness=run",
  "example=processing&harness=run&bottom=transcript&panel=effects",
  "example=processing&harness=menu&bottom=code",
  "example=processing&explore=open&bottom=log",
  ...EXAMPLES.map((example) => `example=${example}&harness=run&explore=open&${EVERYTHING}`),
];

for (const link of LINKS) {
  test(`?${link.replace(EVERYTHING, "and all others")} runs nothing`, async ({
    page,
    playground,
  }) => {
    await playground.open(`/?${link}`);
    const parameters = new URLSearchParams(link);
    const { harness, run } = harnessOf(page);
    if (parameters.get("harness") === "run") await expect(run).toBeEnabled();
    await expect(harness).toBeVisible({ visible: parameters.has("harness") });
    const explore = page.getByRole("region", {
      name: "Explore every failure",
      includeHidden: true,
    });
    await expect(explore).toHaveCount(parameters.has("explore") ? 1 : 0);
    await page.waitForTimeout(SETTLED_MS);
    const example = parameters.get("example") ?? "";
    expect(await everything(page, `playground-${example}`)).toEqual(NOTHING);
    // Nothing was made elsewhere either, by a sweep for instance.
    const databases = await page.evaluate(async () =>
      (await indexedDB.databases()).map(({ name }) => name).sort(),
    );
    expect(databases).toEqual([`playground-${example}`, `playground-${example}-ledger`]);
  });
}

test("a link to a call changes nothing of it, with faults armed and the guards off", async ({
  page,
  playground,
}) => {
  await playground.open();
  await playground.press("Call process_payment");
  await playground.callIs("completed");
  await playground.toggle("Guards off");
  await playground.arm("Crash after the charge");
  const call = new URL(page.url()).searchParams.get("call") ?? "";
  const database = "playground-processing";
  const before = await everything(page, database);
  await playground.open(`/?harness=run&explore=open&${EVERYTHING.replaceAll(CALL, call)}`);
  await expect(harnessOf(page).run).toBeVisible();
  await page.waitForTimeout(SETTLED_MS);
  await expect(playground.server).toHaveText(/running/);
  expect(await everything(page, database)).toEqual(before);
});

test("what a link shows is run by its button, and leaving what was only shown stops nothing", async ({
  page,
  playground,
}) => {
  await playground.open("/?example=steps&harness=run");
  const { harness, transcript, run } = harnessOf(page);
  await expect(harness.getByRole("heading", { name: "Two steps" })).toBeVisible();
  await expect(transcript).toBeHidden();
  await page.keyboard.press("q");
  await expect(harness).toBeHidden();
  await playground.isUp();

  await page.goBack();
  await run.click();
  await expect(transcript).toContainText("The script has ended.");
  await page.keyboard.press("q");
  await expect(harness).toBeHidden();
  await playground.isUp();

  await page.goBack();
  const again = harness.getByRole("button", { name: "Run again on the kept store" });
  await again.click();
  const calls = async () => (await readTable(page, "playground-steps", "invocations")).length;
  await expect.poll(calls).toBe(12);
});

test("back and forward do not run again what was chosen in the menu", async ({
  page,
  playground,
}) => {
  await playground.open("/?harness=menu");
  const { harness, transcript } = harnessOf(page);
  const choice = harness.getByRole("button", { name: "Two steps" });
  await choice.click();
  await expect(transcript).toContainText("The script has ended.");
  const calls = async () => (await readTable(page, "playground-steps", "invocations")).length;
  const once = await calls();
  await page.goBack();
  await expect(choice).toBeVisible();
  await page.goForward();
  await expect(harness.getByRole("heading", { name: "Two steps" })).toBeVisible();
  await playground.isUp();
  await page.waitForTimeout(SETTLED_MS);
  expect(await calls()).toBe(once);
});

for (const [way, goAndComeBack] of [
  [
    "back and forward",
    async (page, admit) => {
      await page.goBack();
      await expect(page.getByRole("dialog").getByRole("heading")).toHaveText(/^Examples/);
      await admit();
      await page.goForward();
    },
  ],
  [
    "leaving",
    async (page, admit) => {
      await page.keyboard.press("q");
      await expect(page.getByRole("status", { name: "Server state" })).toHaveText(/running/);
      await admit();
      await page.goBack();
    },
  ],
] as const satisfies readonly [
  string,
  (page: Page, admit: () => Promise<void>) => Promise<void>,
][]) {
  test(`what was chosen and could not begin is given up by ${way}`, async ({
    page,
    playground,
  }) => {
    // The browser refuses the database until it is told to admit it.
    await page.addInitScript(() => {
      const open = indexedDB.open.bind(indexedDB);
      indexedDB.open = (name, version) => {
        if (name === "playground-steps" && !("admits" in window)) throw new Error("Refused.");
        return open(name, version);
      };
    });
    await playground.open("/?harness=menu");
    const { harness, run } = harnessOf(page);
    await harness.getByRole("button", { name: "Two steps" }).click();
    await expect(page.getByText("The database could not be opened.")).toBeVisible();
    await goAndComeBack(page, () => page.evaluate(() => void Object.assign(window, { admits: 1 })));
    await expect(run).toBeEnabled();
    await page.waitForTimeout(SETTLED_MS);
    expect(await everything(page, "playground-steps")).toEqual(NOTHING);
  });
}

test("a reload in the middle of a run does not begin it again", async ({ page, playground }) => {
  await playground.open("/?harness=menu");
  await page.getByRole("button", { name: "Leave" }).click();
  await playground.arm("The bank never answers");
  await playground.menu("Run examples…");
  const { harness } = harnessOf(page);
  await harness.getByRole("button", { name: "Payment processing" }).click();
  await expect.poll(async () => (await playground.ledger()).length).toBe(1);
  await page.reload();
  await playground.isUp();
  // What it had come to is kept, and that it ended with the page is told.
  const transcript = harness.getByRole("list", { name: "Transcript" });
  await expect(transcript).toContainText("The page was left or reloaded before the script ended.");
  await expect(harness.getByRole("button", { name: "Run again on the kept store" })).toBeEnabled();
  // The server resumes the call that was interrupted, as it does for any; there is no other.
  await expect
    .poll(async () => (await playground.journal()).map(({ state }) => state))
    .toEqual(["completed"]);
  await page.waitForTimeout(SETTLED_MS);
  expect(await playground.journal()).toMatchObject([{ executions: [{}, {}] }]);
  expect(await playground.ledger()).toHaveLength(1);
});

for (const kind of ["clean", "off-0"]) {
  test(`a link to a sweep's run leaves it as the sweep left it: ${kind}`, async ({
    page,
    playground,
  }) => {
    await playground.open();
    const explore = await playground.explore();
    await expect(explore.getByText(/^56 of 56 cases, in /)).toBeVisible({ timeout: 60_000 });
    const databases = await page.evaluate(async () =>
      (await indexedDB.databases()).map(({ name = "" }) => name),
    );
    const [run = "none"] = databases.filter((name) =>
      new RegExp(`^explore-.*-${kind}$`).test(name),
    );
    const before = await everything(page, run);
    // Of its sweep this run alone is held from now on; the others are cleared away.
    await playground.open(`/?run=${run}&harness=run&explore=open&${EVERYTHING}`);
    await expect(harnessOf(page).run).toBeEnabled();
    await page.waitForTimeout(SETTLED_MS);
    expect(await everything(page, run)).toEqual(before);
  });
}

test("the ledger of a sweep's run is no run, and a link to it leaves it as it is", async ({
  page,
  playground,
}) => {
  const ledger = `explore-${CALL}-on-1-ledger`;
  await playground.open();
  const version = (): Promise<number> =>
    page.evaluate(
      (name) =>
        new Promise<number>((resolve) => {
          const open = indexedDB.open(name);
          open.onsuccess = () => {
            const { version } = open.result;
            open.result.close();
            resolve(version);
          };
        }),
      ledger,
    );
  expect(await version()).toBe(1);
  await playground.open(`/?run=${ledger}`);
  await page.waitForTimeout(SETTLED_MS);
  expect(await version()).toBe(1);
  await expect(page.getByText("A run of Explore")).toBeHidden();
});

test("what is chosen in the menu runs on the example's own store, also where a sweep's run is shown", async ({
  page,
  playground,
}) => {
  await page.goto(`/?run=explore-${CALL}-on-1&harness=menu`);
  const { harness, transcript } = harnessOf(page);
  await harness.getByRole("button", { name: "Payment processing" }).click();
  await expect(transcript).toContainText("The script has ended.");
  expect(await playground.ledger()).not.toEqual([]);
});
