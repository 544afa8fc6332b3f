/** Each example runs from the menu, with a transcript of every step; and the protocol shows its messages. */
import { PlaygroundPage, readTable } from "./support/playground-page.ts";
import { expect, test } from "./support/test.ts";

const EXAMPLES = [
  {
    name: "processing",
    title: "Payment processing",
    says: ["payment_failed", "InsufficientFundsError", "The server asks: Charge 100001 USD?"],
    maps: { payments: 2, retry_attempts: 1 },
    effects: 3,
  },
  {
    name: "steps",
    title: "Two steps",
    says: ["profile_id", "There is no user user_unknown."],
    maps: { users: 1, profiles: 1 },
    effects: 0,
  },
  {
    name: "document",
    title: "Document processing",
    says: ["[de] Dear Ada", "InvalidDocumentError", "QuotaExceededError"],
    maps: { files: 3, jobs: 4, results: 2 },
    effects: 2,
  },
  {
    name: "define",
    title: "Glossary",
    says: ["Straße", "There is no term “Duration”."],
    maps: { terms: 3, recent: 3, categories: 3 },
    effects: 0,
  },
  {
    name: "audit",
    title: "Audit logs",
    says: ["role_change", "user_deleted"],
    maps: { "audit:user_operations": 4, "audit:security_events": 2 },
    effects: 0,
  },
] as const;

for (const { name, title, says, maps, effects } of EXAMPLES) {
  test(`${name} runs from the menu to its end`, async ({ page, playground }) => {
    await playground.open();
    await playground.press("Run examples");
    const harness = page.getByRole("dialog", { name: "Examples" });
    await harness.getByRole("button", { name: title }).click();
    const transcript = harness.getByRole("list", { name: "Transcript" });
    await expect(transcript).toContainText("The script has ended.");
    for (const text of says) await expect(transcript).toContainText(text);
    const keys = (await readKeys(playground, `playground-${name}`)).map(([map]) => map);
    for (const [map, size] of Object.entries(maps)) {
      expect([map, keys.filter((key) => key === map).length]).toEqual([map, size]);
    }
    expect(await readTable(page, `playground-${name}-ledger`, "rows")).toHaveLength(effects);

    // Leaving stops the server and leaves nothing running.
    await page.keyboard.press("q");
    await expect(harness).toBeHidden();
    await expect(playground.server).toHaveText(/stopped/);
    const locks = await page.evaluate(async () => (await navigator.locks.query()).held?.length);
    expect(locks).toBe(0);
  });
}

test("a run is stopped, and done again on the kept and on an empty store", async ({
  page,
  playground,
}) => {
  await playground.open("/?harness=menu");
  const harness = page.getByRole("dialog", { name: "Examples" });
  await harness.getByRole("button", { name: "Two steps" }).click();
  const transcript = harness.getByRole("list", { name: "Transcript" });
  await expect(transcript).toContainText("The script has ended.");
  await harness.getByRole("button", { name: "Run again on the kept store" }).click();
  await expect(transcript).toContainText("The script has ended.");
  const calls = async (): Promise<number> =>
    (await readTable(page, "playground-steps", "invocations")).length;
  await expect.poll(calls).toBe(12);
  await harness.getByRole("button", { name: "Wipe and run again" }).click();
  await expect.poll(calls).toBe(6);
  await harness.getByRole("button", { name: /^Leave/ }).click();
  await expect(playground.server).toHaveText(/stopped/);
});

test("the protocol shows each request with its answer, filtered and copied", async ({
  context,
  page,
  playground,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await playground.open("/?bottom=protocol");
  await playground.press("Call process_payment");
  await playground.callIs("completed");
  const messages = page.getByRole("list", { name: "Messages" }).getByRole("listitem");
  await expect(messages.first()).toContainText("tools/call");
  await expect(messages.first()).toContainText("answered");
  await expect(page.getByRole("list", { name: "Messages" })).toContainText("initialize");
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

test("a question outlives a crash: the resumed call asks the next client", async ({
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
  await playground.press("Validate effects");
  await playground.press("Call create_invite");
  await playground.callIs("completed");
  await expect(playground.executions).toContainText("The second run resolved with another value.");
});

const CRASHES = [
  {
    example: "processing",
    tool: "process_payment",
    preset: "Crash after the charge",
    counts: [2, 1, 1],
    answer: "payment_failed",
    maps: {},
  },
  {
    example: "steps",
    tool: "create_user_with_profile",
    preset: "Crash between the two steps",
    counts: [2, 2, 0],
    answer: "success",
    maps: { users: 1, profiles: 1 },
  },
  {
    example: "document",
    tool: "process_document",
    before: "upload_file",
    preset: "Crash after the translation",
    counts: [2, 3, 2],
    answer: "error",
    maps: { files: 1, results: 1, jobs: 1 },
  },
  {
    example: "define",
    tool: "add_term",
    preset: "Crash after a map was written",
    counts: [2, 1, 0],
    answer: "success",
    maps: { terms: 1, recent: 1, categories: 1 },
  },
  {
    example: "audit",
    tool: "create_user",
    preset: "Crash after a map was written",
    counts: [2, 0, 0],
    answer: "success",
    // Every execution leaves its entry.
    maps: { "audit:user_operations": 2 },
  },
] as const;

for (const { example, tool, preset, counts, answer, maps, ...more } of CRASHES) {
  test(`${example}: a crash in the middle ends as its guards promise`, async ({ playground }) => {
    await playground.open(`/?example=${example}`);
    if ("before" in more) {
      await playground.chooseTool(more.before);
      await playground.press(`Call ${more.before}`);
      await playground.callIs("completed");
    }
    await playground.chooseTool(tool);
    await playground.arm(preset);
    await playground.press(`Call ${tool}`);
    await expect(playground.server).toHaveText(/crashed/);
    await playground.restart();
    await playground.callIs("completed");
    await playground.counts(counts[0], counts[1], counts[2]);
    await expect(playground.calls.first()).toContainText(`→ ${answer}`);
    const keys = (await readKeys(playground, `playground-${example}`)).map(([map]) => map);
    for (const [map, size] of Object.entries(maps)) {
      expect([map, keys.filter((key) => key === map).length]).toEqual([map, size]);
    }
    const ledger = await readTable(playground.page, `playground-${example}-ledger`, "rows");
    expect(ledger).toHaveLength(counts[2]);
  });
}

test("the code marks the guard that is executing, beside the running server", async ({
  page,
  playground,
}) => {
  await playground.open("/?panel=code");
  const code = page.getByRole("textbox", { name: "The server's code" });
  await expect(code).toContainText("Payments that are charged at most once");
  await expect(code.locator("[aria-current]")).toHaveCount(0);
  await playground.arm("The bank never answers");
  await playground.press("Call process_payment");
  await expect(page.getByText("Executing now: “payment”")).toBeVisible();
  await expect(code.locator("[aria-current]").first()).toContainText('"payment"');
  await playground.press("Release");
  await playground.callIs("completed");
  await expect(code.locator("[aria-current]")).toHaveCount(0);
});

test("progress is a bar, log messages of a chosen level stand in the log", async ({
  page,
  playground,
}) => {
  await playground.open("/?example=document&bottom=log");
  await playground.chooseTool("upload_file");
  await playground.press("Call upload_file");
  await playground.callIs("completed");
  await page.getByText("A fault of your own").click();
  await page.getByLabel("Point").selectOption("effect:after");
  await page.getByLabel("Kind").selectOption("hang");
  await playground.press("Add to the plan");
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
});

async function readKeys(
  playground: PlaygroundPage,
  database: string,
): Promise<[string, unknown][]> {
  return await playground.page.evaluate(
    (name) =>
      new Promise<[string, unknown][]>((resolve, reject) => {
        const open = indexedDB.open(name);
        open.onerror = () => reject(new Error(String(open.error)));
        open.onsuccess = () => {
          const keys = open.result.transaction("entries").objectStore("entries").getAllKeys();
          keys.onsuccess = () => {
            open.result.close();
            resolve(keys.result as [string, unknown][]);
          };
        };
      }),
    database,
  );
}
