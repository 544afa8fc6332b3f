/** A server of one's own: its client script, its own services' faults, and code that changed under a call. */
import { begin, effects, tool, write } from "./support/own-server.ts";
import { expect, test } from "./support/test.ts";

const script = (body: string): string => `
import type { ClientScript } from "durable-mcp-playground";
export async function runClient(script: ClientScript): Promise<void> {
  ${body}
}
`;

test("its client script is written, run, stopped, and says what ended it", async ({
  playground,
}) => {
  const { page } = playground;
  await playground.open();
  await begin(page, "My mails");
  await playground.isUp();
  await playground.press("Client script");
  const code = page.getByRole("textbox", { name: "The code of your client script" });
  await expect(code).toContainText("send_mail");
  await playground.press("Run this script");
  const lines = page.getByRole("list", { name: "Transcript" }).getByRole("listitem");
  await expect(lines.last()).toContainText("The script has ended.");
  await expect(lines.filter({ hasText: "send_mail(" })).toHaveCount(2);
  await expect(playground.calls).toHaveCount(1);
  expect(await effects(page)).toBe(1);

  // What is written is kept, and where it stands is in the URL.
  await playground.press("Code");
  await write(page, script("for (;;);"), "client");
  await expect(page.getByRole("status", { name: "Problems" })).toHaveText("No problem found.");
  await page.reload();
  await playground.isUp();
  await expect(code).toContainText("for (;;);");
  await code.click();
  await page.keyboard.press("ControlOrMeta+s");
  await playground.press("Stop the script");
  await expect(lines.last()).toContainText("The script was stopped.");
  for (const [body, says] of [
    [`throw new Error("no luck");`, "The script ended early: no luck"],
    [`await script.call("none", {});`, "The script has ended."],
    [`}; const = {`, /The script ended early: Line 4, column \d+/],
  ] as const) {
    await playground.press("Code");
    await write(page, script(body), "client");
    await playground.press("Run this script");
    await expect(lines.last()).toContainText(says);
  }

  // It is one of those that can be run from end to end.
  await playground.press("Code");
  await write(page, script(`await script.call("send_mail", {});`), "client");
  await playground.menu("Run examples…");
  const harness = page.getByRole("dialog", { name: "Examples" });
  await harness.getByRole("button", { name: /^My mails/ }).click();
  await expect(harness.getByRole("listitem").last()).toContainText("The script has ended.");
  await harness.getByRole("button", { name: /^Leave/ }).click();
  await playground.isUp();
  expect(await effects(page)).toBe(2);
});

test("a fault strikes its own service, and no other", async ({ playground }) => {
  const { page } = playground;
  await playground.open();
  await begin(page, "Trips", "saga");
  await playground.isUp();
  await expect(page.getByText("Crash after an effect, before it is recorded")).toBeVisible();
  await playground.addFault({
    Point: "effect:before",
    Kind: "crash",
    "Only service": "airline",
  });
  await playground.press("Call book_trip");
  await expect(playground.server).toHaveText(/crashed/);
  // The room was booked before.
  expect(await effects(page)).toBe(1);
});

test("what changed in the code under a call is told at the call", async ({ playground }) => {
  const { page } = playground;
  const charge = (guard: string, schema: string): string =>
    tool(
      `await ${guard}("charge", context, (inner) => effect(inner, "bank.charge", { amount }, () => "never"), { schema: ${schema} });`,
    ).replace("atMostOnce,", "atLeastOnce, atMostOnce,");
  await playground.open();
  await begin(page, "Changes");
  await playground.isUp();
  await write(page, charge("atMostOnce", "z.string()"));
  await playground.press("Run this code");
  await expect(page.getByText("This code runs.")).toBeVisible();
  await playground.addFault({ Point: "guard:stored", Kind: "crash" });
  await playground.press("Call charge");
  await expect(playground.server).toHaveText(/crashed/);

  const parts = page.getByRole("table", { name: "Where the code parts" });
  const row = parts.getByRole("row").nth(1);
  await write(page, charge("atLeastOnce", "z.string()"));
  await playground.press("Run this code");
  await playground.isUp();
  await expect(row).toContainText("atMostOnce, stored in execution 1");
  await expect(row).toContainText("charged");
  await expect(row).toContainText("atLeastOnce: refused");
  for (const [code, says] of [
    [charge("atMostOnce", "z.number()"), "atMostOnce, by a schema that refuses what is stored"],
    [tool(""), "Nothing: its body ended without it."],
  ] as const) {
    await write(page, code);
    await playground.press("Run this code");
    await expect(page.getByText("This code runs.")).toBeVisible();
    await playground.press("Retry");
    await expect(row).toContainText(says);
  }
  // As it was, it is answered from the store.
  await write(page, charge("atMostOnce", "z.string()"));
  await playground.press("Run this code");
  await expect(page.getByText("This code runs.")).toBeVisible();
  await playground.press("Retry");
  await expect(parts).toHaveCount(0);
  expect(await effects(page)).toBe(1);
});

test("what is written runs when it is asked for, and not by a restart or a reload", async ({
  playground,
}) => {
  const { page } = playground;
  await playground.open();
  await begin(page, "Drafts");
  await playground.isUp();
  await write(page, "export default () => { notThere(); };");
  const isDraft = page.getByText("What is written is kept, and does not run yet.");
  await expect(isDraft).toBeVisible();
  await playground.restart();
  await expect(page.getByRole("button", { name: "Call send_mail" })).toBeVisible();
  await page.reload();
  await playground.isUp();
  await expect(isDraft).toBeVisible();
  await expect(page.getByRole("button", { name: "Call send_mail" })).toBeVisible();
  await playground.press("Run this code");
  const reported = page.getByRole("alert").filter({ hasText: "notThere is not defined" });
  await expect(reported).toBeVisible();
  // What was told is true no more when the next code runs.
  await write(page, tool(""));
  await playground.press("Run this code");
  await expect(page.getByRole("button", { name: "Call charge" })).toBeVisible();
  await expect(reported).toHaveCount(0);
});

test("what is typed in one tab is in the other, and does not come back into what is typed", async ({
  playground,
}) => {
  const { page } = playground;
  await playground.open();
  await begin(page, "Two tabs");
  await playground.isUp();
  const other = await page.context().newPage();
  await other.goto(page.url());
  const codeIn = (tab: typeof page) =>
    tab.getByRole("textbox", { name: "The code of your server" });
  await expect(codeIn(other)).toContainText("send_mail");
  await codeIn(page).click();
  await page.keyboard.press("ControlOrMeta+Home");
  const typed = "// typed slowly, while the other tab follows";
  await page.keyboard.type(typed, { delay: 60 });
  await expect(codeIn(other)).toContainText(typed);
  await expect(codeIn(page).locator(".cm-line").first()).toHaveText(
    `${typed}/** A mail that must not go out twice, whatever fails on the way. */`,
  );
});
