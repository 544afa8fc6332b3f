/** Maps: live ranges, and writes by hand. */
import { readFile } from "node:fs/promises";
import { expect, test } from "./support/test.ts";

test.beforeEach(async ({ playground }) => {
  await playground.open("/?bottom=maps");
});

test("a row is inserted, edited and removed by hand", async ({ page, playground }) => {
  await playground.press("Insert by hand…");
  const dialog = page.getByRole("dialog", { name: "Insert an entry" });
  await dialog.getByRole("button", { name: "Insert" }).click();
  await expect(dialog.getByRole("alert")).toContainText("A map's name must not be empty.");
  await dialog.getByLabel("Map").fill("notes");
  await dialog.getByLabel("Key").fill("a");
  await dialog.getByLabel("Value").fill('{"n":9007199254740993,"price":1.10}');
  await dialog.getByRole("button", { name: "Insert" }).click();
  await expect(dialog).toBeHidden();
  const entries = page.getByRole("list", { name: "Entries of notes" });
  // Numbers as they are written.
  await expect(entries).toContainText('"n": 9007199254740993, "price": 1.10');
  await expect(entries).toContainText("written by hand");
  await expect(entries.locator(".lit")).toHaveCount(1);

  await playground.press("Edit a");
  await page.getByRole("dialog").getByLabel("Value").fill("ü");
  await playground.press("Save");
  await expect(entries).toContainText("ü");
  await page.getByLabel("Show values as").selectOption("hex");
  await expect(entries).toContainText("c3 bc");

  await playground.press("Remove a");
  await playground.press("Remove for good");
  await expect(entries).toBeHidden();
});

test("where many rows are written at once, none is lit", async ({ page, playground }) => {
  await playground.press("Fill…");
  const dialog = page.getByRole("dialog", { name: "Fill a map" });
  await dialog.getByLabel("Map").fill("many");
  await dialog.getByLabel("Rows").fill("200");
  await dialog.getByRole("button", { name: "Fill" }).click();
  const entries = page.getByRole("list", { name: "Entries of many" }).getByRole("listitem");
  await expect(entries).not.toHaveCount(0);
  await expect(entries.locator(".lit")).toHaveCount(0);
});

test("a range is read and subscribed to as an MCP resource", async ({ page, playground }) => {
  await playground.press("Call process_payment");
  await playground.callIs("completed");
  await page.getByText("As an MCP resource").click();
  await expect(page.getByText("sortedmap://payments?limit=50").first()).toBeVisible();
  await playground.press("Read by MCP");
  await expect(
    page.locator("pre", { hasText: '"uri": "sortedmap://payments?limit=50"' }),
  ).toContainText("txn_");
  await playground.press("Subscribe");
  await expect(page.getByText("0 updates")).toBeVisible();
  await playground.press("Call again");
  await expect(page.getByText("1 update", { exact: true })).toBeVisible();
});

test("a range is live, bounded, reversed and narrowed by a prefix", async ({
  page,
  playground,
}) => {
  await playground.press("Call process_payment");
  await playground.callIs("completed");
  const entries = page.getByRole("list", { name: "Entries of payments" }).getByRole("listitem");
  await expect(entries).toHaveCount(1);
  await expect(entries).toContainText("written by call …");
  await playground.press("Call again");
  await expect(entries).toHaveCount(2);
  const keys = async (): Promise<string[]> =>
    (await entries.allTextContents()).map((text) => text.slice(0, 20));
  const ascending = await keys();
  await playground.press("Reverse");
  await expect.poll(keys).toEqual(ascending.toReversed());
  await page.getByLabel("Limit").fill("1");
  await expect(entries).toHaveCount(1);
  await page.getByLabel("Prefix").fill("nothing");
  await expect(page.getByText("No entry of “payments” is in this range.")).toBeVisible();
});

test("a file that is not UTF-8 writes nothing until its encoding is chosen; line ends survive an edit", async ({
  page,
  playground,
}) => {
  await playground.open("/?bottom=maps");
  await playground.press("Import…");
  const dialog = page.getByRole("dialog", { name: "Import entries" });
  await dialog.getByLabel("Into the map").fill("names");
  const buffer = Buffer.from('key,value\na,"na\u00efve\r\nline"\n', "latin1");
  await dialog.getByLabel("File").setInputFiles({ name: "old.csv", mimeType: "text/csv", buffer });
  await expect(dialog.getByRole("alert")).toContainText("Nothing will be written: 1 problem.");
  await expect(dialog.getByRole("alert")).toContainText("old.csv: Line 2, byte 6 (0xef)");
  await expect(dialog.getByRole("button", { name: "Import" })).toBeDisabled();
  await dialog.getByRole("combobox", { name: "Encoding" }).selectOption("windows-1252");
  await dialog.getByRole("button", { name: "Import 1 entry" }).click();
  await expect(dialog).toBeHidden();
  await playground.press("Edit a");
  const edit = page.getByRole("dialog", { name: "Edit an entry" });
  await expect(edit).toContainText("stands for a carriage return");
  const value = edit.getByLabel("Value, stored as UTF-8");
  await expect(value).toHaveValue("na\u00efve\u240d\nline");
  await value.press("ControlOrMeta+End");
  await value.pressSequentially("!");
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(edit).toBeHidden();
  const downloading = page.waitForEvent("download");
  await playground.press("Export");
  const exported = await readFile(await (await downloading).path(), "utf8");
  expect(exported).toBe('{"key":"a","text":"na\u00efve\\r\\nline!"}\n');
});
