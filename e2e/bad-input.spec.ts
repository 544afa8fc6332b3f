/** Bad input and a broken store: each is told in words, and nothing is lost. */
import { PlaygroundPage, readTable } from "./support/playground-page.ts";
import { expect, test } from "./support/test.ts";

test("arguments that fail the schema get the SDK's answer and start no invocation", async ({
  page,
  playground,
}) => {
  await playground.open();
  await page.getByLabel("amount").fill("-5");
  await expect(page.getByRole("list", { name: "What the schema says" })).toContainText("amount:");
  await playground.press("Call process_payment");
  await expect(page.getByText("no invocation was started")).toBeVisible();
  await expect(page.getByText("Input validation error")).toBeVisible();
  expect(await playground.journal()).toEqual([]);
});

test("invalid JSON stays as typed, says where it is wrong, and is not sent", async ({
  page,
  playground,
}) => {
  await playground.open();
  const editor = page.getByRole("textbox", { name: "Arguments as JSON" });
  await editor.click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type('{ "amount": 5,, }');
  await expect(page.getByRole("alert")).toContainText(/line 1,? column 1[45]/);
  await expect(page.getByRole("button", { name: "Call process_payment" })).toBeDisabled();
  await expect(editor).toContainText('{ "amount": 5,, }');
  await page.reload();
  await playground.isUp();
  await expect(editor).toContainText('{ "amount": 5,, }');
});

test("form and JSON are kept in step", async ({ page, playground }) => {
  await playground.open();
  await page.getByLabel("amount").fill("42");
  const editor = page.getByRole("textbox", { name: "Arguments as JSON" });
  await expect(editor).toContainText('"amount": 42');
  await editor.click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type('{"amount": 7, "currency": "EUR"');
  await page.keyboard.press("End");
  await page.keyboard.type("}");
  await expect(page.getByLabel("amount")).toHaveValue("7");
  await expect(page.getByLabel("currency")).toHaveValue("EUR");
  await playground.press("Call process_payment");
  await playground.callIs("completed");
  expect(await playground.journal()).toMatchObject([{ args: { amount: 7, currency: "EUR" } }]);
});

test("a range with bounds in the wrong order, or without a limit, is told as what it is", async ({
  page,
  playground,
}) => {
  await playground.open("/?bottom=maps");
  await playground.press("Call process_payment");
  await playground.callIs("completed");
  await page.getByLabel("Start (inclusive)").fill("z");
  await page.getByLabel("End (exclusive)").fill("a");
  await expect(
    page.getByText('startKey must sort before endKey: startKey "z", endKey "a".'),
  ).toBeVisible();
  await page.getByLabel("End (exclusive)").fill("");
  await page.getByLabel("Limit").fill("");
  await expect(page.getByText("The limit is a whole number from 1 to 500, not “”.")).toBeVisible();
  await page.getByLabel("Limit").fill("abc");
  await expect(page.getByText("not “abc”.")).toBeVisible();
  await expect(page).toHaveURL(/limit=abc/);
});

test("without IndexedDB the page says so and what to do", async ({ page, playground }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, "indexedDB", { value: undefined });
  });
  await page.goto("/");
  await expect(page.getByRole("alert")).toContainText("does not let the page use IndexedDB");
  await expect(page.getByRole("alert")).toContainText("Leave the private window");
  await expect(playground.server).toHaveText(/stopped/);
});

test("blocked storage is told in the same words", async ({ page }) => {
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("The operation is insecure.", "SecurityError");
    };
  });
  await page.goto("/");
  await expect(page.getByRole("alert")).toContainText("allow site data for this address");
});

test("a database of a newer version is left as it is, and told", async ({
  context,
  page,
  playground,
}) => {
  const newer = await context.newPage();
  await newer.goto("/icon.svg");
  await newer.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const open = indexedDB.open("playground-processing", 99);
        open.onupgradeneeded = () => {
          open.result.createObjectStore("future").put("kept", "key");
        };
        open.onsuccess = () => {
          open.result.close();
          resolve();
        };
        open.onerror = () => reject(new Error(String(open.error)));
      }),
  );
  await page.goto("/");
  await expect(page.getByRole("alert")).toContainText("made by a newer version");
  await expect(page.getByRole("alert")).toContainText("Reload the page");
  expect(await readTable(page, "playground-processing", "future")).toEqual(["kept"]);
  await expect(playground.server).toHaveText(/stopped/);
});

test("a tab that blocks an upgrade is told; the page goes on when it closes", async ({
  context,
  page,
  playground,
}) => {
  const older = await context.newPage();
  await older.goto("/icon.svg");
  // An older version's tab that does not let go.
  await older.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const factory = indexedDB.open("playground-processing-ledger", 1);
        factory.onupgradeneeded = () => factory.result.createObjectStore("rows");
        factory.onsuccess = () => {
          factory.result.close();
          indexedDB.deleteDatabase("playground-processing-ledger").onsuccess = () => resolve();
        };
      }),
  );
  await page.addInitScript(() => {
    const open = indexedDB.open.bind(indexedDB);
    IDBFactory.prototype.open = (name, version) =>
      open(name, name === "playground-processing" && version ? version + 1 : version);
  });
  const holding = new PlaygroundPage(older);
  await holding.open();
  await older.evaluate(() => {
    // It ignores the request to close.
    IDBDatabase.prototype.close = () => undefined;
  });
  await page.goto("/");
  await expect(
    page.getByText("Another tab holds an older version of the database open."),
  ).toBeVisible();
  await older.close();
  await playground.isUp();
});

test("a full disk: the call fails in words, nothing half-written, and the page goes on", async ({
  page,
  playground,
}) => {
  await playground.open();
  await page.evaluate(() => {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- they are applied to each store below
    const { put, add } = IDBObjectStore.prototype;
    Object.assign(window, {
      makeRoom: () => Object.assign(IDBObjectStore.prototype, { put, add }),
    });
    for (const [name, write] of Object.entries({ put, add })) {
      Reflect.set(
        IDBObjectStore.prototype,
        name,
        function (this: IDBObjectStore, ...args: Parameters<typeof put>) {
          if (this.name === "guards") throw new DOMException("Full.", "QuotaExceededError");
          return write.apply(this, args);
        },
      );
    }
  });
  await playground.press("Call process_payment");
  await playground.show("Answer");
  await expect(page.getByRole("region", { name: /^Call …/ })).toContainText(
    "storage for this site is full",
  );
  expect(await playground.ledger()).toEqual([]);
  expect(await readTable(page, "playground-processing", "guards")).toEqual([]);
  await page.evaluate(() => (window as unknown as { makeRoom: () => void }).makeRoom());
  await playground.press("Retry");
  // The first execution had ended, too: with an error as its answer.
  await playground.counts(2, 1, 1);
  expect(await playground.ledger()).toHaveLength(1);
});

test("a transaction that the browser aborts fails the call in words, and nothing is half-written", async ({
  page,
  playground,
}) => {
  await playground.open();
  await page.evaluate(() => {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- it is applied to each store below
    const { put } = IDBObjectStore.prototype;
    // As on a failing disk: the payment's own transaction is taken back after it was asked for.
    IDBObjectStore.prototype.put = function (...args) {
      const request = put.apply(this, args);
      if (this.name === "entries") {
        IDBObjectStore.prototype.put = put;
        this.transaction.abort();
      }
      return request;
    };
  });
  await playground.press("Call process_payment");
  await playground.callIs("completed");
  await expect(playground.calls).not.toContainText("success");
  // The bank was charged and the map was not written: the guard does not say that it was done.
  expect(await playground.ledger()).toHaveLength(1);
  expect(await readTable(page, "playground-processing", "entries")).toEqual([]);
  expect(await readTable(page, "playground-processing", "writes")).toEqual([]);
  expect(await readTable(page, "playground-processing", "changes")).toEqual([]);
  await playground.press("Retry");
  await playground.counts(2, 1, 1);
  await expect(playground.calls).toContainText("payment_failed");
});

test("the database deleted under the page is told, and opened again without a reload", async ({
  context,
  page,
  playground,
}) => {
  await playground.open();
  await playground.press("Call process_payment");
  await playground.callIs("completed");
  const other = await context.newPage();
  await other.goto("/icon.svg");
  await other.evaluate(() => indexedDB.deleteDatabase("playground-processing").readyState);
  await expect(page.getByText("Another tab needed the database")).toBeVisible();
  await playground.press("Open it again");
  await playground.isUp();
  // What was read of the deleted database is gone from the page, too.
  await expect(page.getByText("No calls yet.")).toBeVisible();
  await playground.press("Call process_payment");
  await playground.callIs("completed");
});

test("a call while the server is down, and a link to an unknown example", async ({
  page,
  playground,
}) => {
  await playground.open("/?example=nope");
  await expect(page.getByRole("combobox", { name: "Example" })).toHaveValue("processing");
  await playground.press("Crash");
  await expect(page.getByText("Restart the server to call.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Call process_payment" })).toBeDisabled();
});

test("a link to a call that is not there says so", async ({ page, playground }) => {
  await playground.open("/?call=01890000-0000-7000-8000-000000000000");
  await expect(page.getByText("No call of this id has begun in this example")).toBeVisible();
});

test("a field that is required and empty is sent all the same, and refused by the server", async ({
  page,
  playground,
}) => {
  await playground.open();
  await page.getByLabel("amount").fill("");
  await expect(page.getByRole("list", { name: "What the schema says" })).toContainText(
    '"amount" is missing.',
  );
  await playground.press("Call process_payment");
  await expect(page.getByText("What the client saw; no invocation was started")).toBeVisible();
  await expect(page.getByText(/Invalid arguments for tool process_payment/)).toBeVisible();
  expect(await playground.journal()).toEqual([]);
});
