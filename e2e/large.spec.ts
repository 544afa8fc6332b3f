/** Maps and journals of any size: paged from the store, live, with their history, in and out of files. */
import { readFile } from "node:fs/promises";
import { seedInvocations } from "./support/playground-page.ts";
import { expect, test } from "./support/test.ts";

test("a map is shown as it was after any of its writes, and cannot be changed there", async ({
  page,
  playground,
}) => {
  await playground.open("/?bottom=maps");
  await playground.press("Call process_payment");
  await playground.callIs("completed");
  await playground.press("Call again");
  const entries = page.getByRole("list", { name: "Entries of payments" }).getByRole("listitem");
  await expect(entries).toHaveCount(2);
  await expect(page.getByRole("button", { name: /^Edit / })).toHaveCount(2);
  await playground.press("The write before");
  await expect(entries).toHaveCount(1);
  await expect(page.getByRole("button", { name: /^Edit / })).toHaveCount(0);
  await expect(page.getByRole("status").filter({ hasText: "As it was on" })).toContainText(
    "after insert of 1 key by call …",
  );
  // The moment is in the URL; what is written meanwhile does not show there.
  await playground.press("Call again");
  await expect(playground.calls.getByText("done once")).toHaveCount(3);
  await page.reload();
  await expect(entries).toHaveCount(1);
  await playground.press("Now");
  await expect(entries).toHaveCount(3);
});

test("entries are imported when they are right, previewed first, and exported again", async ({
  page,
  playground,
}) => {
  await playground.open("/?bottom=maps");
  await playground.press("Import…");
  const dialog = page.getByRole("dialog", { name: "Import entries" });
  await dialog.getByLabel("Into the map").fill("people");
  const file = dialog.getByLabel("File");
  const attach = (name: string, text: string): Promise<void> =>
    file.setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
  await attach("bad.jsonl", '{"key":"a","value":1}\nnonsense');
  await expect(dialog.getByRole("alert")).toContainText("Nothing will be written: 1 problem.");
  await expect(dialog.getByRole("alert")).toContainText("Line 2: no JSON");
  await expect(dialog.getByRole("button", { name: "Import" })).toBeDisabled();
  await attach("good.csv", 'key,value\nada,"{""born"":1815}"\ngrace,1906\n');
  await expect(dialog.getByRole("list", { name: "First entries" })).toContainText("ada = ");
  await dialog.getByRole("button", { name: "Import 2 entries" }).click();
  await expect(dialog).toBeHidden();
  const entries = page.getByRole("list", { name: "Entries of people" }).getByRole("listitem");
  await expect(entries).toHaveCount(2);
  await expect(entries.first()).toContainText('"born": 1815');
  await page.getByLabel("Prefix").fill("g");
  await expect(entries).toHaveCount(1);
  const downloading = page.waitForEvent("download");
  await playground.press("Export");
  const download = await downloading;
  expect(download.suggestedFilename()).toBe("people.jsonl");
  expect(await readFile(await download.path(), "utf8")).toBe('{"key":"grace","text":"1906"}\n');
});

test("a range is paged in both directions, from either end", async ({ page, playground }) => {
  await playground.open("/?bottom=maps&limit=40");
  await playground.press("Fill…");
  const dialog = page.getByRole("dialog", { name: "Fill a map" });
  await dialog.getByLabel(/^Rows/).fill("0");
  await dialog.getByRole("button", { name: "Fill" }).click();
  await expect(dialog.getByRole("alert")).toContainText("Give a whole number of rows from 1 to");
  await dialog.getByLabel(/^Rows/).fill("100");
  await dialog.getByRole("button", { name: "Fill" }).click();
  await expect(dialog).toBeHidden();
  const entries = page.getByRole("list", { name: "Entries of large" }).getByRole("listitem");
  const first = entries.first();
  const pages = page.getByRole("navigation", { name: "Pages of the range" });
  await expect(first).toContainText("row-0000000");
  await pages.getByRole("button", { name: "Next" }).click();
  await expect(first).toContainText("row-0000040");
  await pages.getByRole("button", { name: "Next" }).click();
  await expect(first).toContainText("row-0000080");
  await expect(entries).toHaveCount(20);
  await expect(pages.getByRole("button", { name: "Next" })).toBeDisabled();
  await pages.getByRole("button", { name: "Previous" }).click();
  await expect(first).toContainText("row-0000040");
  await expect(entries).toHaveCount(40);
  await pages.getByRole("button", { name: "First" }).click();
  await playground.press("Reverse");
  await expect(first).toContainText("row-0000099");
  await pages.getByRole("button", { name: "Next" }).click();
  await expect(first).toContainText("row-0000059");
  await pages.getByRole("button", { name: "Previous" }).click();
  await expect(first).toContainText("row-0000099");
});

/** `npm run test:large` fills more. */
const ROWS = Number(process.env["LARGE_ROWS"] ?? 30_000);
const row = (n: number): string => `row-${String(Math.floor(n)).padStart(7, "0")}`;
const INSIDE = ROWS * 0.7;

test(`a map of ${ROWS} rows and a journal of 10,000 calls lay out no more than a page`, async ({
  page,
  playground,
}) => {
  test.setTimeout(1_200_000);
  await playground.open("/?bottom=maps");
  await seedInvocations(page, "playground-processing", 10_000);
  await page.reload();
  await playground.isUp();
  await playground.press("Fill…");
  const dialog = page.getByRole("dialog", { name: "Fill a map" });
  await dialog.getByLabel(/^Rows/).fill(String(ROWS));
  await dialog.getByRole("button", { name: "Fill" }).click();
  await expect(dialog).toBeHidden({ timeout: 1_080_000 });

  const size = (): Promise<number> => page.evaluate(() => document.querySelectorAll("*").length);
  const entries = page.getByRole("list", { name: "Entries of large" }).getByRole("listitem");
  await expect(entries).toHaveCount(50);
  await expect(playground.calls).toHaveCount(100);
  const before = await size();
  expect(before).toBeLessThan(5000);

  // A live range far inside follows what is written there.
  await page.getByLabel("Start (inclusive)").fill(row(INSIDE));
  await expect(entries.first()).toContainText(row(INSIDE));
  await playground.press("Insert by hand…");
  const insert = page.getByRole("dialog", { name: "Insert an entry" });
  await insert.getByLabel("Key").fill(`${row(INSIDE)}a`);
  await insert.getByLabel("Value").fill("new");
  await insert.getByRole("button", { name: "Insert" }).click();
  await expect(entries.nth(1)).toContainText(`${row(INSIDE)}a`);
  await page.getByLabel("Start (inclusive)").fill("");
  await playground.press("Reverse");
  await expect(entries.first()).toContainText(row(ROWS - 1));
  // And its past: before the row was inserted.
  await page.getByLabel(/^Start/).fill(row(INSIDE + 1));
  await expect(entries.nth(1)).toContainText(`${row(INSIDE)}a`);
  await playground.press("The write before");
  await expect(entries.nth(1)).toContainText(new RegExp(`${row(INSIDE)}\\s*\\{`));

  // The journal is paged, and filtered as a whole.
  const pages = page.getByRole("navigation", { name: "Pages of calls" });
  await expect(playground.calls.first()).toContainText('"n":9999');
  await pages.getByRole("button", { name: "Older" }).click();
  await expect(playground.calls.first()).toContainText('"n":9899');
  await pages.getByRole("button", { name: "Newer" }).click();
  await expect(playground.calls.first()).toContainText('"n":9999');
  await playground.press("Filter");
  await page.getByLabel("Text in the calls").fill('"n":42}');
  await expect(playground.calls).toHaveCount(1);
  await page.getByLabel("Text in the calls").fill("");
  await playground.press("Errors");
  await expect(playground.calls).toHaveCount(100);
  await expect(playground.calls.first()).toContainText('"n":9990');
  expect(await size()).toBeLessThan(5000);
});
