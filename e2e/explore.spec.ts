/** The sweep: every failure of a call, judged, with and without guards; a cell opens its run. */
import type { Page } from "@playwright/test";
import { PlaygroundPage, readTable } from "./support/playground-page.ts";
import { expect, test } from "./support/test.ts";

const DONE = { timeout: 120_000 };

test("a payment holds in every case with guards, is made twice without, and a cell opens its run", async ({
  page,
  playground,
}) => {
  await playground.open();
  const explore = await playground.explore();
  await expect(explore.getByText(/^56 of 56 cases, in /)).toBeVisible(DONE);
  const summary = explore.getByRole("status", { name: "Summary" });
  await expect(summary).toContainText(
    /Guards on 0 guard violations\s*3 done twice, by the tool’s own code\s*11 unknown: ask the service/,
  );
  await expect(summary).toContainText("Guards off 6 promises broken");
  const cases = explore.getByRole("table", { name: "Cases" });
  const cell = (name: RegExp) => cases.getByRole("button", { name });
  await expect(cell(/guards on$/)).toHaveCount(28);
  await expect(cell(/^promise broken.*guards on$/)).toHaveCount(0);
  await expect(cell(/^promise broken.*guards off$/)).toHaveCount(6);
  // The doubles that the guards permit are told as what they are, and problems stand first.
  await expect(cell(/^done twice.*retryable at effect:after, guards on$/)).toHaveCount(1);
  await expect(cases.getByRole("row").nth(2)).toContainText("promise broken");

  await cell(/^promise broken.*crash at effect:after, guards off$/).click();
  const selected = explore.getByRole("region", { name: "Selected case" });
  await expect(selected).toBeInViewport();
  await expect(selected).toContainText('bank.charge happened 3 times under atMostOnce "payment".');
  await expect(selected).toContainText("Outside: done twice.");
  // The example's own data is as it was.
  expect(await playground.ledger()).toEqual([]);
  await selected.getByRole("button", { name: "Open this run" }).click();
  await expect(page.getByRole("note").filter({ hasText: "A run of Explore" })).toContainText(
    "crash at effect:after (payment · bank), guards off",
  );
  // The run's server is as it was: what is retried there has no guards either.
  await expect(page.getByRole("switch", { name: "Guards" })).not.toBeChecked();
  // Resumed, and asked for once more by the client, which had no answer.
  await playground.counts(3, "at least 3", 3);
  await expect(playground.calls).toContainText("done twice");
  await expect(page.getByRole("alert")).toContainText("bank.charge happened more than once.");
  await expect(page).toHaveURL(/[?&]run=explore-/);
  const run = new URL(page.url()).searchParams.get("run") ?? "";
  expect(await readTable(page, `${run}-ledger`, "rows")).toHaveLength(3);
  // What was selected is selected again.
  await playground.press("Back to the matrix");
  await expect(selected).toContainText("Outside: done twice.");
  await selected.getByRole("button", { name: "Open this run" }).click();
  await playground.counts(3, "at least 3", 3);
  await page.reload();
  await playground.counts(3, "at least 3", 3);
  await playground.press("Back to the matrix");
  // A reload has forgotten the matrix, and says so.
  await expect(explore).toContainText("What was explored before went with the page.");
  await explore.getByRole("button", { name: "Close" }).click();
  await expect(playground.calls).toHaveCount(0);
  // A link to a run that is gone makes none.
  await page.goto(`/?run=${run.replace(/-o(n|ff)-\d+$/, "-none-1")}`);
  await expect(page.getByRole("alert")).toContainText("This run of Explore is gone");
  await playground.press("Back to the example");
  await playground.isUp();
});

test("every pair is told, filtered and opened; they are counted exactly and can be cancelled", async ({
  page,
  playground,
}) => {
  await playground.open();
  const explore = await playground.explore();
  await expect(explore.getByText(/^56 of 56 cases, in /)).toBeVisible(DONE);
  await explore.getByRole("checkbox").check();
  await explore.getByRole("button", { name: "Run again" }).click();
  // 28 cases with guards and without, and every two at different places: 8 places have 3 kinds, one has 4.
  const pairs = (28 * 27) / 2 - 8 * 3 - 6;
  await expect(explore.getByText(`${56 + pairs} of ${56 + pairs} cases, in `)).toBeVisible(DONE);
  const list = explore.getByRole("region", { name: "Pairs" });
  await expect(list.getByText(`${pairs} pairs`, { exact: true })).toBeVisible();
  await expect(list.getByRole("listitem")).toHaveCount(50);
  await list.getByRole("button", { name: /^Show 50 more/ }).click();
  await expect(list.getByRole("listitem")).toHaveCount(100);
  await list.getByLabel("Verdict of the pairs").selectOption("done twice");
  await list.getByLabel("Text in the pairs").fill("lost response");
  const first = list.getByRole("listitem").first();
  await expect(first).toContainText("done twice");
  await first.getByRole("button").click();
  await first.getByRole("button", { name: "Open this run" }).click();
  await expect(playground.calls).toContainText("done twice");
  await expect(page.getByRole("note").filter({ hasText: "A run of Explore" })).toContainText(
    "lost response",
  );
  await playground.press("Back to the matrix");

  await explore.getByRole("button", { name: "Run again" }).click();
  await explore.getByRole("button", { name: "Cancel" }).click();
  await expect(explore.getByText("then cancelled")).toBeVisible();
});

test("a call that is refused is told", async ({ page, playground }) => {
  await playground.open();
  await page.getByLabel("amount").fill("-1");
  const explore = await playground.explore();
  await expect(explore.getByRole("alert")).toContainText("The call could not be explored.");
  await expect(explore.getByRole("alert")).toContainText("amount");
});

test("calls that are saved are made first, so that the tool finds what it needs", async ({
  page,
  playground,
}) => {
  await playground.open("/?example=document&tool=upload_file");
  await page.getByLabel("content").fill("Dear Ada");
  await playground.press("Save these arguments…");
  await page.getByLabel("Name of the saved call").fill("the letter");
  await page.getByLabel("Name of the saved call").press("Enter");
  await playground.chooseTool("process_document");
  await expect(page.getByLabel("file_id")).toHaveValue("letter");
  const explore = await playground.explore();
  await expect(explore.getByText("without any failure: “error”")).toBeVisible(DONE);
  await explore.getByRole("checkbox", { name: "the letter" }).check();
  await explore.getByRole("button", { name: "Run again" }).click();
  await expect(explore.getByText("without any failure: “success”")).toBeVisible(DONE);
  await expect(explore.getByText(/cases, in /)).toBeVisible(DONE);
  const cases = explore.getByRole("table", { name: "Cases" });
  await expect(cases.getByRole("button", { name: /guards on$/ }).nth(50)).toBeVisible();
  const broken = cases.getByRole("button", { name: /^promise broken.*guards on$/ });
  await expect(broken).toHaveCount(0);
});

/** The databases of sweeps' runs, of all that this origin has. */
async function runsLeft(page: Page): Promise<string[]> {
  return await page.evaluate(async () =>
    (await indexedDB.databases())
      .map(({ name = "" }) => name)
      .filter((name) => name.startsWith("explore-"))
      .sort(),
  );
}

test("when Explore is left its runs are gone, but for one that another tab shows", async ({
  page,
  context,
  playground,
}) => {
  await playground.open();
  const explore = await playground.explore();
  await expect(explore.getByText(/cases, in /)).toBeVisible(DONE);
  // The clean call and six of 56 cases, one in ten of each half, have a store and a ledger.
  expect(await runsLeft(page)).toHaveLength(14);

  // To open a run and come back is not to leave.
  const cases = explore.getByRole("table", { name: "Cases" });
  await cases
    .getByRole("button", { name: /guards off$/ })
    .first()
    .click();
  await explore.getByRole("button", { name: "Open this run" }).click();
  await expect(page).toHaveURL(/[?&]run=explore-/);
  await playground.isUp();
  const address = page.url();
  const run = new URL(address).searchParams.get("run") ?? "";
  await playground.press("Back to the matrix");
  await explore.getByRole("button", { name: "Open this run" }).click();
  await expect(page).toHaveURL(new RegExp(`run=${run}`));
  await playground.isUp();

  const other = await context.newPage();
  await other.goto(address);
  const theirs = new PlaygroundPage(other);
  await theirs.isUp();
  await playground.press("Back to the example");
  await expect.poll(() => runsLeft(page)).toEqual([run, `${run}-ledger`]);
  await expect(theirs.calls).toHaveCount(1);
  await theirs.press("Back to the example");
  await expect.poll(() => runsLeft(page)).toEqual([]);
});

test("what a reload in the middle of a sweep leaves is gone once the page has settled", async ({
  page,
  playground,
}) => {
  await playground.open();
  const explore = await playground.explore();
  await expect(explore.getByText(/cases, in /)).toBeVisible(DONE);
  await explore.getByRole("checkbox").check();
  await explore.getByRole("button", { name: "Run again" }).click();
  await expect(explore.getByText(/^[1-9]\d* of \d{3}/)).toBeVisible();
  expect(await runsLeft(page)).not.toEqual([]);
  await page.reload();
  await expect.poll(() => runsLeft(page)).toEqual([]);
});

test("a sweep that is left in its middle ends, and leaves nothing", async ({
  page,
  playground,
}) => {
  await playground.open();
  const explore = await playground.explore();
  await expect(explore.getByText(/cases, in /)).toBeVisible(DONE);
  await explore.getByRole("checkbox").check();
  await explore.getByRole("button", { name: "Run again" }).click();
  await expect(explore.getByText(/^[1-9]\d* of \d{3}/)).toBeVisible();
  expect(await runsLeft(page)).not.toEqual([]);
  await explore.getByRole("button", { name: "Close" }).click();
  await expect.poll(() => runsLeft(page)).toEqual([]);
  await page.goBack();
  await expect(explore.getByText("Press Run.")).toBeVisible();
  await expect(explore.getByRole("table")).toHaveCount(0);
});
