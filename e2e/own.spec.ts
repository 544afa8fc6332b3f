/** A server of one's own: begun, written, broken, mended, and ended where it loops. */
import { begin, effects, tool, write } from "./support/own-server.ts";
import { readTable } from "./support/playground-page.ts";
import { expect, test } from "./support/test.ts";

const SWEPT = { timeout: 240_000 };

const UNGUARDED = tool(`await effect(context, "bank.charge", { amount }, () => "never");`);
const GUARDED = tool(
  `await atMostOnce("charge", context, (inner) => effect(inner, "bank.charge", { amount }, () => "never"), { schema: z.string() });`,
);

test("a tool that charges twice after a crash is written, seen, and mended by a guard", async ({
  playground,
}) => {
  // Two sweeps, each server of which is a worker of its own.
  test.slow();
  const { page } = playground;
  await playground.open();
  await begin(page, "My bank");
  await playground.isUp();
  await expect(page.getByRole("combobox", { name: "Example" })).toHaveValue(/^own-/);
  await write(page, UNGUARDED);
  await expect(page.getByText("What is written is kept, and does not run yet.")).toBeVisible();
  await page.keyboard.press("ControlOrMeta+s");
  await expect(page.getByText("This code runs.")).toBeVisible();
  await playground.addFault({ Point: "call:before-response", Kind: "crash" });
  await playground.press("Call charge");
  await expect(playground.server).toHaveText(/crashed/);
  await playground.restart();
  await expect(playground.calls.first()).toContainText("done twice");
  expect(await effects(page)).toBe(2);
  const explore = await playground.explore();
  const summary = explore.getByRole("status", { name: "Summary" });
  await expect(explore.getByText(/^20 of 20 cases, in /)).toBeVisible(SWEPT);
  await expect(summary).toContainText(/Guards on 0 guard violations\s*[1-9] done twice/);
  await explore.getByRole("button", { name: "Close" }).click();

  await write(page, GUARDED);
  await playground.press("Run this code");
  await expect(page.getByText("This code runs.")).toBeVisible();
  await playground.isUp();
  await playground.explore();
  await expect(explore.getByText(/^\d\d of \d\d cases, in /)).toBeVisible(SWEPT);
  await expect(summary).toContainText(/Guards on 0 guard violations\s*0 done twice/);
  const cases = explore.getByRole("table", { name: "Cases" });
  await expect(cases.getByRole("button", { name: /^done twice.*guards on$/ })).toHaveCount(0);
  await expect(cases.getByRole("button", { name: /^done once.*guards on$/ })).not.toHaveCount(0);
  await explore.getByRole("button", { name: "Close" }).click();
  await playground.press("Call charge");
  await expect(playground.calls.first()).toContainText("done once");
  expect(await effects(page)).toBe(3);
  // What was written is there after a reload.
  await page.reload();
  await playground.isUp();
  await expect(page.getByRole("textbox", { name: "The code of your server" })).toContainText(
    "atMostOnce",
  );
});

test("what is wrong with the code is said, and the last good one keeps running", async ({
  playground,
}) => {
  const { page } = playground;
  await playground.open();
  await begin(page, "My mails");
  await playground.isUp();
  await write(page, "const = 1;");
  await playground.press("Run this code");
  await expect(page.getByRole("alert")).toContainText(/Line 1, column 7/);
  await playground.press("Call send_mail");
  await expect(playground.calls.first()).toContainText("done once");
  for (const [code, says] of [
    ["const a = 1;", "exports no function"],
    ['throw new Error("no luck");', "no luck"],
    ['import fs from "node:fs"; fs.a();', "cannot be imported here"],
  ] as const) {
    await write(page, code);
    await playground.press("Run this code");
    await expect(page.getByRole("alert")).toContainText(says);
  }
  await playground.press("Call send_mail");
  await expect(playground.calls).toHaveCount(2);
  await expect(playground.calls.first()).toContainText("done once");
});

test("a loop without end leaves the page alive, and is ended", async ({ playground }) => {
  const { page } = playground;
  await playground.open();
  await begin(page, "Loops");
  await playground.isUp();
  await write(page, tool("for (;;);"));
  await playground.press("Run this code");
  await expect(page.getByRole("button", { name: "Call charge" })).toBeVisible();
  await playground.press("Call charge");
  await expect(page.getByRole("alert")).toContainText(/has not answered for \d+ s/);
  await playground.press("End it");
  await expect(playground.server).toHaveText(/crashed/);
  await expect(page.getByRole("button", { name: "End it" })).toHaveCount(0);
});

test("a payment of one's own is stepped through, and crashed at a breakpoint", async ({
  playground,
}) => {
  const { page } = playground;
  await playground.open();
  await begin(page, "Pays", "processing");
  await playground.isUp();
  await playground.press("Step through");
  const bar = page.getByRole("region", { name: "Paused call" });
  for (const point of ["guard:before-start", "guard:started", "effect:before"]) {
    await expect(bar.getByRole("status")).toContainText(`Paused at ${point}`);
    await bar.getByRole("button", { name: "Step" }).click();
  }
  await expect(bar.getByRole("status")).toContainText("Paused at effect:after");
  const code = page.getByRole("textbox", { name: "The code of your server" });
  await expect(code.locator("[aria-current=location]").first()).toContainText(/atMostOnce|payment/);
  await bar.getByRole("button", { name: "Crash here" }).click();
  await expect(playground.server).toHaveText(/crashed/);
  await playground.restart();
  await expect(playground.calls.first()).toContainText("unknown: ask the service");
  expect(await effects(page)).toBe(1);
});

test("a server is renamed, copied and deleted with what it kept", async ({ playground }) => {
  const { page } = playground;
  await playground.open();
  await begin(page, "First");
  await playground.isUp();
  const chosen = page.getByRole("combobox", { name: "Example" });
  const first = await chosen.inputValue();
  await playground.press("Rename…");
  const rename = page.getByRole("dialog", { name: "Rename the server" });
  await rename.getByLabel("Name").fill("Renamed");
  await rename.getByRole("button", { name: "Rename" }).click();
  await expect(chosen.getByRole("option", { name: "Renamed", exact: true })).toBeAttached();
  await playground.press("Copy");
  await expect(chosen).not.toHaveValue(first);
  await playground.isUp();
  await expect(chosen.getByRole("option", { name: "Copy of Renamed" })).toBeAttached();
  await playground.press("Delete…");
  await page.getByRole("button", { name: "Delete it" }).click();
  await expect(chosen).toHaveValue("processing");
  await expect(chosen.getByRole("option", { name: "Copy of Renamed" })).toHaveCount(0);
  await expect(chosen.getByRole("option", { name: "Renamed" })).toBeAttached();
});

test("every template and every example runs as a server of one's own, and so does its script", async ({
  playground,
}) => {
  const { page } = playground;
  await playground.open();
  for (const start of ["saga", "two-maps", "steps", "document", "define", "audit"]) {
    await begin(page, start, start);
    await expect(page.getByText("This code runs.")).toBeVisible();
    await playground.isUp();
    await expect(page.getByRole("button", { name: /^Call / })).toBeVisible();
    await playground.press("Run the client script");
    const lines = page.getByRole("list", { name: "Transcript" }).getByRole("listitem");
    await expect(lines.last()).toContainText("The script has ended.");
    await playground.press("Code");
    await playground.press("Client script");
    await expect(page.getByRole("status", { name: "Problems" })).toHaveText("No problem found.");
  }
});

test("types are checked and completed as it is typed, and code with a wrong type runs all the same", async ({
  playground,
}) => {
  const { page } = playground;
  await playground.open();
  await begin(page, "Typed");
  await playground.isUp();
  const problems = page.getByRole("status", { name: "Problems" });
  await expect(problems).toHaveText("No problem found.");
  await write(page, tool(`const many: number = "5"; await fetch(String(many));`));
  await expect(problems).toContainText(
    "Line 9, column 11: Type 'string' is not assignable to type 'number'.",
  );
  await expect(problems).toContainText("Line 9, column 37: Cannot find name 'fetch'.");
  await playground.press("Run this code");
  await expect(page.getByText("This code runs.")).toBeVisible();
  await write(page, "const a = ;");
  await expect(problems).toContainText("Line 1, column 11: Expression expected.");
  await write(page, `import { SortedMap } from "durable-mcp-playground";\nSortedMap.re`);
  await page.keyboard.press("Control+Space");
  const completed = page.getByRole("listbox", { name: "Completions" });
  await completed.getByRole("option", { name: "ref", exact: true }).click();
  await expect(page.getByRole("textbox", { name: "The code of your server" })).toContainText(
    "SortedMap.ref",
  );
});

test("a link to a server that is not in this browser says so, and shows an example", async ({
  playground,
}) => {
  const { page } = playground;
  await playground.open("/?example=own-12345678");
  await expect(page.getByRole("alert")).toContainText(
    "There is no server “own-12345678” in this browser.",
  );
  await page.getByRole("combobox", { name: "Example" }).selectOption("steps");
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("what a service answers, how long it takes and how often it fails are changed in the page", async ({
  playground,
}) => {
  const { page } = playground;
  await playground.open();
  for (const from of ["mail", undefined]) {
    if (from === undefined) {
      await page.getByRole("combobox", { name: "Example" }).selectOption("processing");
    } else await begin(page, "Mails", from);
    await playground.isUp();
    const tool = from === undefined ? "process_payment" : "send_mail";
    const service = from === undefined ? "bank.charge" : "mail.send";
    const call = page.getByRole("button", { name: `Call ${tool}` });
    await expect(call).toBeEnabled();
    const dialog = page.getByRole("dialog", { name: "Services" });
    const form = dialog.getByRole("form", { name: service });
    const change = async (field: string, value: string): Promise<void> => {
      await playground.menu("Services…");
      await form.getByLabel(field).fill(value);
      await form.getByRole("button", { name: "Apply" }).click();
    };
    const done = (): Promise<void> => dialog.getByRole("button", { name: "Done" }).click();

    await change("Cannot be reached, %", "120");
    await expect(form.getByRole("alert")).toContainText("a number from 0 to 100");
    await form.getByLabel("Cannot be reached, %").fill("100");
    await form.getByRole("button", { name: "Apply" }).click();
    await expect(form.getByRole("status")).toHaveText("Changed.");
    await done();
    await call.click();
    await expect(playground.calls.first()).toContainText("not done");
    // A change survives a reload.
    await page.reload();
    await playground.isUp();
    await playground.menu("Services…");
    await expect(form.getByLabel("Cannot be reached, %")).toHaveValue("100");
    await form.getByRole("button", { name: "As the code says" }).click();
    await expect(form.getByRole("status")).toHaveText("As the code says.");
    await done();
    await change("Answers one of", "{}");
    await expect(form.getByRole("alert")).toContainText("a JSON array with at least one");
    await form.getByLabel("Answers one of").fill('[{ "id": "m-77", "charged": 77 }]');
    await form.getByLabel("Takes, ms").fill("5");
    await form.getByRole("button", { name: "Apply" }).click();
    await expect(form.getByRole("status")).toHaveText("Changed.");
    await done();
    await call.click();
    await expect(playground.calls).toHaveCount(2);
    await expect(playground.calls.first()).toContainText(
      from === undefined ? /done|unknown/ : "done once",
    );
    const database =
      from === undefined ? "processing" : (new URL(page.url()).searchParams.get("example") ?? "");
    const [row, ...more] = await readTable(page, `playground-${database}-ledger`, "rows");
    expect(more).toEqual([]);
    expect(row).toMatchObject({ response: { id: "m-77" } });
  }
});
