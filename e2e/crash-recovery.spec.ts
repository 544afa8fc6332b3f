/** The classic failures, armed by their presets; the ledger tells how often the bank charged. */
import { expect, test } from "./support/test.ts";
import { deferred } from "../src/store/index.ts";

test.beforeEach(async ({ playground }) => {
  await playground.open();
});

test("a payment is charged, and its retry is answered from the store", async ({ playground }) => {
  await playground.press("Call process_payment");
  await playground.callIs("completed");
  await playground.counts(1, 1, 1);
  await expect(playground.guards).toContainText("Ran in execution 1.");
  await expect(playground.guards).toContainText("A retry is answered from the store.");
  await playground.press("Retry");
  await playground.counts(2, 1, 1);
  await expect(playground.guards).toContainText("Answered from the store in execution 2.");
  await expect(playground.executions).toContainText("it ran in execution 1");
  await playground.press("Call again");
  await expect(playground.calls).toHaveCount(2);
  await playground.counts(1, 1, 1);
  await playground.show("Ledger");
  await expect(playground.effects).toHaveCount(2);
  expect(await playground.ledger()).toHaveLength(2);
});

test("a crash after the charge: charged once, and a retry says why it is not repeated", async ({
  playground,
}) => {
  await playground.arm("Crash after the charge");
  await playground.press("Call process_payment");
  await expect(playground.server).toHaveText(/crashed/);
  await playground.callIs("interrupted");
  await expect(playground.executions).toContainText("the server died here");
  await playground.restart();
  await playground.callIs("completed");
  await playground.counts(2, 1, 1);
  await playground.press("Retry");
  await playground.counts(3, 1, 1);
  await expect(playground.executions).toContainText("it failed before completing");
  await expect(playground.executions).toContainText(
    "The server died while the callable ran (execution 1, attempt 1).",
  );
  await expect(playground.calls).toContainText("payment_failed");
  await expect(playground.guards.getByRole("img", { name: "State: started" })).toBeVisible();
  await expect(playground.guards).toContainText("So it did in executions 2 and 3.");
  expect(await playground.ledger()).toHaveLength(1);
});

test("a crash before the charge: nothing is charged, and nothing is tried again", async ({
  playground,
}) => {
  await playground.arm("Crash before the charge");
  await playground.press("Call process_payment");
  await expect(playground.server).toHaveText(/crashed/);
  await playground.restart();
  await playground.callIs("completed");
  await playground.counts(2, 1, 0);
  expect(await playground.ledger()).toEqual([]);
});

test("two network errors, then success: three attempts, one charge", async ({ playground }) => {
  await playground.set("Skip delays");
  await playground.arm("Network error twice");
  await playground.press("Call process_payment");
  await playground.callIs("completed");
  await playground.counts(1, 3, 1);
  await expect(playground.executions).toContainText("NetworkError");
  await expect(playground.executions).toContainText("its next attempt is due after");
  expect(await playground.ledger()).toHaveLength(1);
});

test("a rejected payment fails for good", async ({ playground }) => {
  await playground.arm("Payment rejected");
  await playground.press("Call process_payment");
  await playground.callIs("completed");
  await expect(playground.calls).toContainText("PaymentRejectedError");
  await playground.press("Retry");
  await playground.counts(2, 1, 0);
  await expect(playground.calls).toContainText("payment_failed");
  await expect(playground.guards.getByRole("img", { name: "State: failed" })).toBeVisible();
  await expect(playground.guards).toContainText("PaymentRejectedError: Injected at effect:before.");
  expect(await playground.ledger()).toEqual([]);
});

test("a lost response: the work is done, and a retry learns it", async ({ page, playground }) => {
  await playground.arm("Response lost after success");
  await playground.press("Call process_payment");
  await playground.callIs("completed");
  await playground.show("Answer");
  await expect(page.getByText("Request timed out")).toBeVisible();
  await expect(playground.executions).toContainText("response lost");
  await playground.press("Retry");
  await playground.counts(2, 1, 1);
  await expect(page.getByText("Request timed out")).toBeHidden();
  expect(await playground.ledger()).toHaveLength(1);
});

test("an error called retryable after the charge: two charges, and the page says whose fault", async ({
  page,
  playground,
}) => {
  await playground.set("Skip delays");
  await playground.arm("Network error after the charge");
  await playground.press("Call process_payment");
  await playground.callIs("completed");
  await playground.counts(1, 2, 2);
  await expect(page.getByRole("alert")).toContainText("bank.charge happened more than once.");
  await expect(page.getByRole("alert")).toContainText("the fault is the callable's");
  await playground.show("Effects");
  await expect(playground.effects.nth(1)).toContainText("duplicate: time 2");
  expect((await playground.ledger()).map(({ occurrence }) => occurrence)).toEqual([1, 2]);
});

test("a hanging call is cancelled: its guard stays as it was", async ({ playground }) => {
  await playground.arm("The bank never answers");
  await playground.press("Call process_payment");
  await expect(playground.executions).toContainText("Injected at effect:after: hang");
  await playground.press("Cancel");
  await playground.callIs("cancelled");
  await expect(playground.executions).toContainText("the call was cancelled here");
  await expect(playground.guards.getByRole("img", { name: "State: started" })).toBeVisible();
  await playground.press("Retry");
  await expect(playground.executions).toContainText(
    "The call was cancelled while the callable ran",
  );
  expect(await playground.ledger()).toHaveLength(1);
});

test("a hanging call with a retry behind it is cancelled whole", async ({ page, playground }) => {
  await playground.arm("The bank never answers");
  await playground.press("Call process_payment");
  await expect(playground.executions).toContainText("Injected at effect:after: hang");
  await playground.press("Retry");
  await playground.press("Cancel");
  await playground.callIs("cancelled");
  await expect(page.getByRole("button", { name: "Cancel", exact: true })).toBeHidden();
  await playground.press("Retry");
  await playground.counts(2, 1, 1);
});

for (const [end, state] of [
  ["Release", "completed"],
  ["Cancel", "cancelled"],
] as const) {
  test(`a call that hangs after its resumption can be ended: ${end}`, async ({
    page,
    playground,
  }) => {
    await playground.chooseTool("fetch_exchange_rate");
    await playground.addFault({ Point: "effect:after", Kind: "hang", When: "every" });
    await playground.press("Call fetch_exchange_rate");
    await expect(playground.executions).toContainText("Injected at effect:after: hang");
    await page.reload();
    await playground.isUp();
    await playground.counts(2, 2, 2);
    await playground.press(end);
    await playground.callIs(state);
  });
}

test("adding a fault leaves the others' counts as they are", async ({ page, playground }) => {
  await playground.arm("Crash before the charge");
  await playground.press("Call process_payment");
  await expect(playground.server).toHaveText(/crashed/);
  await playground.addFault({ Kind: "latency" });
  const armed = page.getByRole("list", { name: "Armed faults" }).getByRole("listitem");
  await expect(armed).toHaveCount(2);
  await expect(armed.first()).toContainText("It will not strike again");
});

test("a call is made again with edited arguments, by the keyboard's Enter", async ({
  page,
  playground,
}) => {
  await playground.press("Call process_payment");
  await playground.callIs("completed");
  await playground.press("Edit…");
  await expect(page.getByLabel("amount")).toBeFocused();
  await page.getByLabel("amount").fill("31");
  await page.keyboard.press("Enter");
  await expect(playground.calls).toHaveCount(2);
  await playground.callIs("completed");
  expect(await playground.journal()).toMatchObject([
    { args: { amount: 25 } },
    { args: { amount: 31 } },
  ]);
});

test("Edit… gives the form the focus, however late the form is loaded", async ({
  page,
  playground,
}) => {
  const loading = deferred<void>();
  await page.route("**/schema-form-*.js", async (route) => {
    await loading.promise;
    await route.continue();
  });
  await page.reload();
  await playground.isUp();
  await playground.press("Call process_payment");
  await playground.callIs("completed");
  await playground.press("Edit…");
  await expect(page).toHaveURL(/tool=process_payment/);
  loading.resolve();
  await expect(page.getByLabel("amount")).toBeFocused();
});

test("a double click on Restart leaves one server, which crashes once", async ({
  page,
  playground,
}) => {
  await page
    .getByRole("group", { name: "Server" })
    .getByRole("button", { name: "Restart" })
    .dblclick();
  await playground.isUp();
  const servers = (): Promise<number> =>
    page.evaluate(async () => {
      const { held = [] } = await navigator.locks.query();
      return held.filter(({ name }) => name?.includes(":server:")).length;
    });
  await expect.poll(servers).toBe(1);
  await playground.press("Crash");
  await expect(playground.server).toHaveText(/crashed/);
  await expect.poll(servers).toBe(0);
});

test("two settings changed at once are both kept", async ({ page, playground }) => {
  await playground.press("More");
  await page.evaluate(() => {
    document.querySelector<HTMLElement>("[role=switch]")?.click();
    for (const item of document.querySelectorAll<HTMLElement>("[role=menuitemcheckbox]")) {
      if (item.textContent.includes("Hold interrupted")) item.click();
    }
  });
  await page.reload();
  await playground.isUp();
  await playground.isSet("Guards off", true);
  await playground.isSet("Hold interrupted calls", true);
});

test("a hanging call is released and completes", async ({ playground }) => {
  await playground.arm("The bank never answers");
  await playground.press("Call process_payment");
  await expect(playground.executions).toContainText("Injected at effect:after: hang");
  await playground.press("Release");
  await playground.callIs("completed");
  expect(await playground.ledger()).toMatchObject([{ outcome: "answered" }]);
});

test("held: an interrupted call waits until it is resumed by hand", async ({ playground }) => {
  await playground.toggle("Hold interrupted calls");
  await playground.arm("Crash before the charge");
  await playground.press("Call process_payment");
  await expect(playground.server).toHaveText(/crashed/);
  await playground.restart();
  await playground.callIs("interrupted");
  await playground.press("Resume");
  await playground.callIs("completed");
  await playground.counts(2, 1, 0);
});

test("crash by hand while the bank answers, and guards off: charged twice", async ({
  page,
  playground,
}) => {
  await playground.toggle("Guards off");
  await playground.arm("The bank never answers");
  await playground.press("Call process_payment");
  await expect(playground.executions).toContainText("Injected at effect:after: hang");
  await playground.press("Crash");
  await expect(playground.server).toHaveText(/crashed/);
  await playground.restart();
  await playground.callIs("completed");
  await playground.counts(2, "at least 2", 2);
  await expect(page.getByRole("alert")).toContainText("The guards were off");
  expect((await playground.ledger()).map(({ occurrence }) => occurrence)).toEqual([1, 2]);
});

test("a fault of one's own: the crash between the result and its record", async ({
  page,
  playground,
}) => {
  await playground.press("Own fault…");
  await page.getByLabel("Point").selectOption("guard:before-store");
  await page.getByLabel("Kind").selectOption("crash");
  await page.getByLabel("Which time").fill("0");
  await playground.press("Add to the plan");
  await expect(page.getByRole("alert")).toContainText("Which time is a whole number of 1 or more");
  await page.getByLabel("Which time").fill("1");
  await page.getByLabel("Only alias").fill("payment");
  await playground.press("Add to the plan");
  await expect(page.getByRole("list", { name: "Armed faults" })).toContainText(
    "At guard:before-store (alias payment): crash, the first time.",
  );
  await playground.press("Call process_payment");
  await expect(playground.server).toHaveText(/crashed/);
  await playground.restart();
  await playground.callIs("completed");
  await playground.counts(2, 1, 1);
  await expect(page.getByRole("list", { name: "Armed faults" })).toContainText("passed 1 time");
  await playground.press("Remove fault 1");
  await expect(page.getByRole("note", { name: "Armed fault" })).toBeHidden();
});

test("an at-least-once step runs again after a crash", async ({ playground }) => {
  await playground.chooseTool("fetch_exchange_rate");
  await playground.crashAndResume("fetch_exchange_rate");
  await playground.counts(2, 2, 2);
  await expect(playground.guards).toContainText("Ran in execution 2.");
});

test("the client script runs from end to end, and everything can be wiped", async ({
  page,
  playground,
}) => {
  await playground.press("Run the client script");
  const transcript = page.getByRole("list", { name: "Transcript" });
  await expect(transcript).toContainText("No payment txn_unknown is recorded.");
  for (const expected of [
    "what is stored answers",
    '"currency":"EUR"',
    "PaymentRejectedError",
    "payment_failed",
    "InsufficientFundsError",
    '"rate":',
  ]) {
    await expect(transcript).toContainText(expected);
  }
  await expect(playground.calls).toHaveCount(7);
  await playground.menu("Wipe…");
  await playground.press("Wipe everything");
  await expect(page.getByText("No calls yet.")).toBeVisible();
  await playground.isUp();
  expect(await playground.ledger()).toEqual([]);
});
