/** Calls are compared, saved, pasted, trimmed; answers are checked, folded and searched. */
import type { Page } from "@playwright/test";
import { readTable, seededCall, writeCalls } from "./support/playground-page.ts";
import { expect, test } from "./support/test.ts";

const DATABASE = "playground-processing";

test("two executions, then two calls, are compared by the aliases of their guards", async ({
  page,
  playground,
}) => {
  await playground.open();
  await playground.crashAndResume("process_payment");
  await playground.press("Compare");
  const table = page.getByRole("table", { name: "Comparison" });
  const row = (what: string) =>
    table.getByRole("row").filter({ has: page.getByRole("rowheader", { name: what }) });
  await expect(row("outcome")).toContainText("differs");
  await expect(row("outcome").getByRole("cell")).toHaveText(["crashed", "completed"]);
  await expect(row("attempts").getByRole("cell")).toHaveText(["1", "–"]);
  await expect(row("effects").getByRole("cell")).toHaveText(["bank.charge, unanswered", "–"]);
  await expect(row("guard").getByRole("cell").last()).toContainText("was not run again");
  await page.reload();
  await expect(row("outcome").getByRole("cell")).toHaveText(["crashed", "completed"]);

  await playground.press("Close");
  await playground.press("Call again");
  await playground.callIs("completed");
  await playground.press("Compare");
  await expect(row("arguments")).toContainText("same");
  await expect(row("effects").getByRole("cell")).toHaveText([
    "bank.charge",
    "bank.charge, unanswered",
  ]);
  await expect(page.getByRole("status").filter({ hasText: "differences" })).toBeVisible();
  await playground.press("Only differences");
  await expect(row("arguments")).toHaveCount(0);
  await page.getByLabel("Execution on the right").selectOption({ label: "execution 2, resume" });
  await expect(row("effects").getByRole("cell")).toHaveText(["bank.charge", "–"]);
  await page.goBack();
  await expect(page.getByLabel("Execution on the right")).toHaveValue("");
});

test("a call is saved by name, survives a reload and a wipe, and is loaded and removed", async ({
  page,
  playground,
}) => {
  await playground.open();
  await page.getByLabel("amount").fill("77");
  await playground.press("Save these arguments…");
  const name = page.getByLabel("Name of the saved call");
  await name.press("Enter");
  await expect(page.getByRole("alert")).toHaveText("Give the call a name.");
  await name.fill("seventy-seven");
  await name.press("Enter");
  const saved = page.getByRole("list", { name: "Saved calls" });
  await expect(saved).toContainText("seventy-seven");
  expect(await playground.ledger()).toEqual([]);
  await page.reload();
  await playground.isUp();
  await page.getByLabel("amount").fill("5");
  await saved.getByRole("button", { name: /^seventy-seven/ }).click();
  await expect(page.getByLabel("amount")).toHaveValue("77");
  await playground.press("Save these arguments…");
  await name.fill("seventy-seven");
  await name.press("Enter");
  await expect(page.getByRole("alert")).toContainText("A saved call has this name.");
  await saved.getByRole("button", { name: "Remove seventy-seven" }).click();
  await expect(saved).toHaveCount(0);
});

test("a pasted tools/call request chooses its tool at once, and can be put back", async ({
  page,
  playground,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await playground.open();
  const request = {
    jsonrpc: "2.0",
    id: 7,
    method: "tools/call",
    params: { name: "get_payment", arguments: { transaction_id: "txn_7" } },
  };
  await page.evaluate((text) => navigator.clipboard.writeText(text), JSON.stringify(request));
  await playground.press("Paste");
  await expect(page.getByLabel("transaction_id")).toHaveValue("txn_7");
  await expect(page.getByRole("combobox", { name: "Tool", exact: true })).toHaveValue(
    "get_payment",
  );
  await playground.press("Undo");
  await expect(page.getByLabel("amount")).toHaveValue("25");
  await playground.chooseTool("get_payment");
  await expect(page.getByLabel("transaction_id")).not.toHaveValue("txn_7");
  await playground.chooseTool("process_payment");
  const unknown = { ...request, params: { name: "pay_all", arguments: {} } };
  await page.evaluate((text) => navigator.clipboard.writeText(text), JSON.stringify(unknown));
  await playground.press("Paste");
  await expect(
    page.getByText("a whole call of pay_all, which this server does not have"),
  ).toBeVisible();
  await page.evaluate(() => navigator.clipboard.writeText('{ "amount": 3, "amuont": 4 }'));
  await playground.press("Paste");
  await expect(page.getByText("The schema has no “amuont”")).toBeVisible();
  await page.evaluate(() => navigator.clipboard.writeText('{ "amount": 3 }'));
  await playground.press("Paste");
  await expect(page.getByLabel("amount")).toHaveValue("3");
  expect(await playground.journal()).toEqual([]);
});

test("a large answer is folded, searched, copied and downloaded, and checked by the output schema", async ({
  page,
  playground,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await playground.open();
  const rows = Array.from({ length: 5000 }, (_, n) => ({ row: n, text: `line ${n}` }));
  const content = { status: "success", rows: { all: rows } };
  const call = seededCall(1, {
    tool: "process_payment",
    response: {
      content: [{ type: "text", text: JSON.stringify(content) }],
      structuredContent: content,
    },
  });
  await writeCalls(page, DATABASE, [call]);
  await page.goto(`/?call=${call.record.id}`);
  await page.getByText("The answer", { exact: true }).click();
  const answer = page.getByRole("textbox", { name: "the answer of execution 1" });
  await expect(answer).toContainText('"status": "success"');
  // Folded: what is nested is not there.
  await expect(answer).not.toContainText("line 0");
  expect(await lines(page)).toBeLessThan(20);
  await expect(page.getByText("Its text content says the same.")).toBeVisible();
  await playground.press("Unfold");
  await expect(answer).toContainText("line 0");
  // All of it is there, and what is in sight is in the page.
  expect(await lines(page)).toBeLessThan(200);
  await playground.press("Search");
  await page.getByRole("textbox", { name: "Find", exact: true }).pressSequentially("line 4321");
  await page.getByRole("textbox", { name: "Find", exact: true }).press("Enter");
  await expect(answer).toContainText("line 4321");
  await playground.press("Copy the answer of execution 1");
  await expect(page.getByText("Copied.")).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(JSON.parse(copied)).toEqual(content);
  const download = page.waitForEvent("download");
  await playground.press("Download the answer of execution 1");
  expect((await download).suggestedFilename()).toBe("value.json");

  const wrong = seededCall(2, {
    tool: "process_payment",
    response: { content: [], structuredContent: { status: 7 } },
  });
  await writeCalls(page, DATABASE, [wrong]);
  await page.goto(`/?call=${wrong.record.id}`);
  await page.getByText("The answer", { exact: true }).click();
  await expect(page.getByText("it does not fit the tool’s output schema")).toBeVisible();
  await playground.press("Call process_payment");
  await expect(page.getByText("it fits the tool’s output schema.")).toBeVisible();
});

/** How many lines of an editor are in the page. */
function lines(page: Page): Promise<number> {
  return page.locator(".cm-content[aria-label^='the answer'] .cm-line").count();
}

test("old recordings are trimmed by the limit; calls, guards and maps are kept", async ({
  page,
  playground,
}) => {
  await playground.open();
  for (let n = 1; n <= 3; n++) {
    await playground.press("Call process_payment");
    await playground.callIs("completed");
  }
  await expect(playground.calls).toHaveCount(3);
  const [guards, entries] = await Promise.all([
    readTable(page, DATABASE, "guards"),
    readTable(page, DATABASE, "entries"),
  ]);
  await playground.menu("Settings…");
  const limit = page.getByLabel("Keep the recordings of the newest calls");
  await limit.fill("0");
  await playground.press("Trim");
  await expect(page.getByRole("alert")).toContainText("a whole number from 1 on");
  await limit.fill("1");
  await playground.press("Trim");
  await playground.press("Done");
  await playground.calls.last().getByRole("button").click();
  await expect(page.getByText("The older part of its recording was trimmed")).toBeVisible();
  // Its numbers stay.
  await playground.counts(1, 1, 1);
  await playground.press("Retry");
  await playground.counts(2, 1, 1);
  expect(await readTable(page, DATABASE, "guards")).toEqual(guards);
  expect(await readTable(page, DATABASE, "entries")).toEqual(entries);
  expect(await playground.ledger()).toHaveLength(3);
  expect(await playground.journal()).toHaveLength(3);
});

test("a separator is dragged, moved by arrow keys and folded by Enter", async ({
  page,
  playground,
}) => {
  await playground.open();
  const separator = page.getByRole("separator", { name: "Width of tools and faults" });
  const tools = page.getByRole("region", { name: "Tools", exact: true });
  const width = async (): Promise<number> => (await tools.boundingBox())?.width ?? 0;
  const before = await width();
  const box = await separator.boundingBox();
  if (!box) throw new Error("The separator is not on the page.");
  await page.mouse.move(box.x + 4, box.y + 100);
  await page.mouse.down();
  await page.mouse.move(box.x + 104, box.y + 100, { steps: 4 });
  await page.mouse.up();
  expect((await width()) - before).toBeGreaterThan(90);
  await separator.press("Home");
  expect(await width()).toBeCloseTo(240, 0);
  await separator.press("Enter");
  await expect(separator).toHaveAttribute("aria-valuenow", "0");
  await expect(tools).toBeHidden();
  await separator.press("Enter");
  await separator.press("ArrowRight");
  expect(await width()).toBeGreaterThan(240);
});
