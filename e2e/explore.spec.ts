/** The sweep: every failure of a call, judged, with and without guards; a cell opens its run. */
import type { Page } from "@playwright/test";
import { PlaygroundPage, readTable } from "./support/playground-page.ts";
import { expect, test } from "./support/test.ts";

test("a payment holds in every case with guards, is made twice without, and a cell opens its run", async ({
  page,
  playground,
}) => {
  await playground.open();
  await playground.press("Explore…");
  const dialog = page.getByRole("dialog", { name: "Explore" });
  await dialog.getByRole("button", { name: "Explore", exact: true }).click();
  const progress = dialog.getByRole("status");
  await expect(progress).toContainText(/^56 of 56 cases, in /, { timeout: 120_000 });
  const on = dialog.getByRole("table", { name: "Guards on" });
  const off = dialog.getByRole("table", { name: "Guards off" });
  await expect(on.getByRole("button", { name: /^holds/ })).toHaveCount(28);
  await expect(off.getByRole("button", { name: /^broken/ })).toHaveCount(6);
  await expect(dialog).toContainText(
    "28 of 28 cases keep every promise (in 3 the callable itself did it twice); without them 6 of 16",
  );

  const row = off.getByRole("row").filter({ hasText: "effect:after" });
  await row.getByRole("button", { name: /^broken/ }).click();
  const selected = dialog.getByRole("region", { name: "Selected case" });
  await expect(selected).toContainText('bank.charge happened 3 times under atMostOnce "payment".');
  // The example's own data is as it was.
  expect(await playground.ledger()).toEqual([]);
  await selected.getByRole("button", { name: "Open this run" }).click();
  // Resumed, and asked for once more by the client, which had no answer.
  await playground.counts(3, "at least 3", 3);
  await expect(page.getByRole("alert")).toContainText("bank.charge happened more than once.");
  const run = new URL(page.url()).searchParams.get("run") ?? "";
  expect(await readTable(page, `${run}-ledger`, "rows")).toHaveLength(3);
  await page.reload();
  await playground.counts(3, "at least 3", 3);
  await playground.press("Back to the matrix");
  await expect(dialog).toBeVisible();
  await dialog.getByRole("button", { name: "Leave" }).click();
  await expect(playground.calls).toHaveCount(0);
  // A link to a run that is gone makes none.
  await page.goto(`/?run=${run.replace(/-o(n|ff)-\d+$/, "-none-1")}`);
  await expect(page.getByRole("alert")).toContainText("This run of Explore is gone");
  await playground.press("Back to the example");
  await playground.isUp();
});

test("pairs are counted exactly and can be cancelled; a call that is refused is told", async ({
  page,
  playground,
}) => {
  await playground.open();
  await playground.press("Explore…");
  const dialog = page.getByRole("dialog", { name: "Explore" });
  await dialog.getByRole("checkbox").check();
  await dialog.getByRole("button", { name: "Explore", exact: true }).click();
  const progress = dialog.getByRole("status");
  // 28 cases with guards and without, and every two at different places: 8 places have 3 kinds, one has 4.
  await expect(progress).toContainText(`of ${28 * 2 + (28 * 27) / 2 - 8 * 3 - 6} cases`);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(progress).toContainText("then cancelled");
  await dialog.getByRole("button", { name: "Leave" }).click();
  await page.getByLabel("amount").fill("-1");
  await playground.press("Explore…");
  await dialog.getByRole("button", { name: "Explore", exact: true }).click();
  await expect(dialog.getByRole("alert")).toContainText("The call could not be explored.");
  await expect(dialog.getByRole("alert")).toContainText("amount");
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
  await playground.press("Explore…");
  const dialog = page.getByRole("dialog", { name: "Explore" });
  await dialog.getByRole("checkbox", { name: "the letter" }).check();
  await dialog.getByRole("button", { name: "Explore", exact: true }).click();
  await expect(dialog.getByRole("status")).toContainText(", in ", { timeout: 120_000 });
  await expect(dialog).toContainText("without any failure “success”");
  const on = dialog.getByRole("table", { name: "Guards on" });
  await expect(on.getByRole("button", { name: /^holds/ }).nth(50)).toBeVisible();
  await expect(on.getByRole("button", { name: /^broken/ })).toHaveCount(0);
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
  await playground.press("Explore…");
  const dialog = page.getByRole("dialog", { name: "Explore" });
  await dialog.getByRole("button", { name: "Explore", exact: true }).click();
  await expect(dialog.getByRole("status")).toContainText(", in ", { timeout: 120_000 });
  // The clean call and six of 56 cases, one in ten of each half, have a store and a ledger.
  expect(await runsLeft(page)).toHaveLength(14);

  // To open a run and come back is not to leave.
  const cell = dialog.getByRole("table", { name: "Guards off" }).getByRole("button").first();
  await cell.click();
  await dialog.getByRole("button", { name: "Open this run" }).click();
  await playground.isUp();
  const address = page.url();
  const run = new URL(address).searchParams.get("run") ?? "";
  await playground.press("Back to the matrix");
  await cell.click();
  await dialog.getByRole("button", { name: "Open this run" }).click();
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
  await playground.press("Explore…");
  const dialog = page.getByRole("dialog", { name: "Explore" });
  await dialog.getByRole("checkbox").check();
  await dialog.getByRole("button", { name: "Explore", exact: true }).click();
  await expect(dialog.getByRole("status")).toContainText(/^[1-9]\d* of/);
  expect(await runsLeft(page)).not.toEqual([]);
  await page.reload();
  await expect.poll(() => runsLeft(page)).toEqual([]);
});

test("a sweep that is left in its middle ends, and leaves nothing", async ({
  page,
  playground,
}) => {
  await playground.open();
  await playground.press("Explore…");
  const dialog = page.getByRole("dialog", { name: "Explore" });
  await dialog.getByRole("checkbox").check();
  await dialog.getByRole("button", { name: "Explore", exact: true }).click();
  await expect(dialog.getByRole("status")).toContainText(/^[1-9]\d* of/);
  expect(await runsLeft(page)).not.toEqual([]);
  await dialog.getByRole("button", { name: "Leave" }).click();
  await expect.poll(() => runsLeft(page)).toEqual([]);
  await playground.press("Explore…");
  await expect(dialog.getByRole("table")).toHaveCount(0);
});
