/** What passes between server and client beside answers: messages, questions, progress, logs; and the code that runs. */
import { expect, test } from "./support/test.ts";

test("the protocol shows each request with its answer, filtered and copied", async ({
  context,
  page,
  playground,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await playground.open("/?bottom=protocol");
  await playground.press("Call process_payment");
  await playground.callIs("completed");
  const messages = page.getByRole("list", { name: "Messages", exact: true }).getByRole("listitem");
  await expect(messages.first()).toContainText("tools/call");
  await expect(messages.first()).toContainText("answered");
  await expect(page.getByRole("list", { name: "Messages", exact: true })).toContainText(
    "initialize",
  );
  await page.getByLabel("Method").selectOption("tools/call");
  await expect(messages).toHaveCount(1);
  await page.getByLabel("Text in the messages").fill("no such text");
  await expect(page.getByText("No message fits these filters.")).toBeVisible();
  await page.getByLabel("Text in the messages").fill("process_payment");
  await messages.first().getByText("tools/call", { exact: true }).click();
  await expect(messages.first()).toContainText("playground.durable-mcp/execution");
  await playground.press("Copy as JSON");
  await expect(page.getByText("Copied 2 messages.")).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(JSON.parse(copied)).toMatchObject([{ method: "tools/call" }, { result: {} }]);
});

test("a large payment is confirmed once; a retry does not ask again", async ({
  page,
  playground,
}) => {
  await playground.open();
  await page.getByLabel("amount").fill("2000");
  await playground.press("Call process_payment");
  const dialog = page.getByRole("dialog", { name: "The server asks" });
  await expect(dialog).toContainText("Charge 2000 USD?");
  await dialog.getByRole("button", { name: "Accept" }).click();
  await playground.callIs("completed");
  await expect(playground.calls).toContainText("success");
  await playground.press("Retry");
  await playground.counts(2, 2, 1);
  await expect(dialog).toBeHidden();

  await playground.press("Call again");
  await dialog.getByRole("button", { name: "Decline" }).click();
  await expect(playground.calls.first()).toContainText("PaymentRejectedError");
  expect(await playground.ledger()).toHaveLength(1);
});

test("a question is asked again after a crash: the resumed call asks the next client", async ({
  page,
  playground,
}) => {
  await playground.open();
  await page.getByLabel("amount").fill("2000");
  await playground.press("Call process_payment");
  const dialog = page.getByRole("dialog", { name: "The server asks" });
  await expect(dialog).toBeVisible();
  await page.reload();
  await expect(dialog).toContainText("Charge 2000 USD?");
  await dialog.getByRole("button", { name: "Accept" }).click();
  await playground.callIs("completed");
  expect(await playground.ledger()).toHaveLength(1);
});

test("effect validation reports a callable that does not do the same twice", async ({
  playground,
}) => {
  await playground.open("/?example=steps&tool=create_invite");
  await playground.set("Validate effects");
  await playground.press("Call create_invite");
  await playground.callIs("completed");
  await expect(playground.executions).toContainText(
    'The second run resolved with another value: first "ada-',
  );
});

test("the code marks the guard that is executing, beside the running server", async ({
  page,
  playground,
}) => {
  await playground.open("/?bottom=code");
  const code = page.getByRole("textbox", { name: "The server's code" });
  await expect(code).toContainText("Payments that are charged at most once");
  await expect(code.locator("[aria-current]")).toHaveCount(0);
  await playground.arm("The bank never answers");
  await playground.press("Call process_payment");
  await expect(page.getByText("Executing now: “payment”")).toBeVisible();
  await expect(code.locator("[aria-current]")).toHaveText([/await atMostOnce\(/, /"payment"/]);
  await playground.press("Release");
  await playground.callIs("completed");
  await expect(code.locator("[aria-current]")).toHaveCount(0);
});

test("the code marks a guard's call and no other text, and nothing after a crash", async ({
  page,
  playground,
}) => {
  await playground.open("/?example=document&bottom=code");
  await playground.chooseTool("upload_file");
  await playground.press("Call upload_file");
  await playground.callIs("completed");
  await playground.addFault({ Point: "effect:after", Kind: "hang" });
  await playground.chooseTool("process_document");
  await playground.press("Call process_document");
  const marked = page.getByRole("textbox", { name: "The server's code" }).locator("[aria-current]");
  await expect(marked).toHaveText([/await atMostOnce\(/, /"ocr",/]);
  await playground.press("Crash");
  await expect(marked).toHaveCount(0);
  await expect(page.getByText("The guard that is executing will be marked.")).toBeVisible();
});

test("the code follows the chosen call and step, and a click on a guard chooses its last step", async ({
  page,
  playground,
}) => {
  await playground.open("/?bottom=code&tool=get_payment");
  const code = page.getByRole("textbox", { name: "The server's code" });
  await expect(code).toContainText("Payments that are charged at most once");
  await playground.chooseTool("fetch_exchange_rate");
  await playground.press("Call fetch_exchange_rate");
  await playground.callIs("completed");
  await expect(code.getByText('"fetch_exchange_rate"')).toBeInViewport();
  await playground.executions.getByRole("button", { name: /stored its result/ }).click();
  await expect(code.locator("[aria-current=step]").first()).toContainText("atLeastOnce(");
  await playground.executions.getByRole("button", { name: /happened outside/ }).click();
  await expect(code.locator("[aria-current=step]").first()).toBeInViewport();
  await code.getByText("const data = await atLeastOnce(").click();
  await expect(playground.executions.locator("[aria-current=step]")).toContainText(
    "stored its result",
  );
});

test("two questions at once are asked one after the other, and each gets its answer", async ({
  page,
  playground,
}) => {
  await playground.open("/?bottom=protocol");
  await page.getByLabel("amount").fill("2000");
  await playground.press("Call process_payment");
  const dialog = page.getByRole("dialog", { name: "The server asks" });
  await expect(dialog).toContainText("Charge 2000 USD?");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await playground.callIs("completed");
  await expect(playground.calls.first()).toContainText("PaymentRejectedError");
  // Both are interrupted while they wait, and asked about again when the server is back.
  await playground.toggle("Hold interrupted calls");
  for (const amount of ["3000", "4000"]) {
    await page.getByLabel("amount").fill(amount);
    await playground.press("Call process_payment");
    await expect(dialog).toContainText(`Charge ${amount} USD?`);
    await page.reload();
    await playground.isUp();
  }
  await expect(playground.calls.filter({ hasText: "interrupted" })).toHaveCount(2);
  await playground.toggle("Hold interrupted calls");
  const asked: string[] = [];
  for (const button of ["Accept", "Decline"]) {
    await expect(dialog).toHaveCount(1);
    const text = (await dialog.textContent()) ?? "";
    asked.push(/\d{4}/.exec(text)?.[0] ?? "");
    await dialog.getByRole("button", { name: button }).click();
    if (button === "Accept") await expect(dialog).not.toContainText(asked[0] ?? "");
  }
  await expect(dialog).toHaveCount(0);
  expect(asked.toSorted()).toEqual(["3000", "4000"]);
  await expect(playground.calls.filter({ hasText: /done once|not done/ })).toHaveCount(3);
  const charged = (await playground.ledger()).map(({ request }) => request);
  expect(charged).toMatchObject([{ amount: Number(asked[0]) }]);
});

test("what waits for an answer when the server dies is lost, and the protocol says so", async ({
  page,
  playground,
}) => {
  await playground.open("/?bottom=protocol");
  await playground.arm("The bank never answers");
  await playground.press("Call process_payment");
  await expect.poll(async () => (await playground.ledger()).length).toBe(1);
  const messages = page.getByRole("list", { name: "Messages", exact: true }).getByRole("listitem");
  await page.getByLabel("Method").selectOption("tools/call");
  await expect(messages).toContainText(["waiting"]);
  await playground.press("Crash");
  await expect(messages).toContainText(["lost"]);
});

test("progress is a bar, log messages of a chosen level stand in the log", async ({
  page,
  playground,
}) => {
  await playground.open("/?example=document&bottom=log");
  await playground.chooseTool("upload_file");
  await playground.press("Call upload_file");
  await playground.callIs("completed");
  await playground.addFault({ Point: "effect:after", Kind: "hang" });
  await playground.chooseTool("process_document");
  await playground.press("Call process_document");
  const bar = page.getByRole("progressbar");
  await expect(bar).toHaveAttribute("value", "1");
  await expect(bar).toHaveAttribute("max", "4");
  await expect(page.getByText("ocr (1 of 4)")).toBeVisible();
  const log = page.getByRole("list", { name: "Log" });
  await expect(log).toContainText(/process_document: job_.*: ocr/);
  await playground.press("Release");
  await playground.callIs("completed");
  await expect(log).toContainText(/: finish/);
  await page.getByLabel("Log messages of the server from level").selectOption("error");
  await playground.press("Call again");
  await playground.callIs("completed");
  await expect(log.getByText(/: finish/)).toHaveCount(1);
  // The level holds for the next server, too, and is shown when the log is opened again.
  await playground.restart();
  await playground.press("Log");
  await playground.press("Log");
  await expect(page.getByLabel("Log messages of the server from level")).toHaveValue("error");
  await playground.press("Call again");
  await playground.callIs("completed");
  await expect(log.getByText(/: finish/)).toHaveCount(1);
});

test("fields that a schema does not name are added in the form, and sent", async ({
  page,
  playground,
}) => {
  await playground.open("/?example=document&tool=upload_file");
  await page.getByRole("group", { name: "metadata" }).getByRole("button", { name: "Add" }).click();
  const key = page.getByLabel("newKey Key");
  await key.fill("author");
  await key.blur();
  await page.getByLabel("author", { exact: true }).fill("Ada");
  await playground.press("Call upload_file");
  await playground.callIs("completed");
  await expect(playground.calls.first()).toContainText('"metadata":{"author":"Ada"}');
});
