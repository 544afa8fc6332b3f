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
