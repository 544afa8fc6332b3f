/** Two tabs on one store. */
import { PlaygroundPage } from "./support/playground-page.ts";
import { expect, test } from "./support/test.ts";

test("what is done in one tab shows in the other without a reload", async ({
  context,
  playground,
}) => {
  await playground.open();
  const other = new PlaygroundPage(await context.newPage());
  await other.open("/?bottom=maps");
  await expect(other.page.getByText("No map holds anything yet.")).toBeVisible();
  await playground.press("Call process_payment");
  await playground.callIs("completed");
  await expect(other.calls).toHaveCount(1);
  await expect(other.page.getByRole("list", { name: "Entries of payments" })).toContainText("25");
  await playground.toggle("Guards off");
  await expect(other.page.getByRole("switch", { name: "Guards" })).not.toBeChecked();
});

test("a closed tab's call is taken over by one of the other tabs, once", async ({
  context,
  playground,
}) => {
  await playground.open();
  const other = new PlaygroundPage(await context.newPage());
  await other.open();
  await expect(playground.page.getByText("and 1 other tab")).toBeVisible();
  const third = new PlaygroundPage(await context.newPage());
  await third.open();
  await expect(other.page.getByText("and 2 other tabs")).toBeVisible();
  await playground.arm("The bank never answers");
  await playground.press("Call process_payment");
  await expect(playground.executions).toContainText("Injected at effect:after: hang");
  await expect(other.calls).toContainText("running");
  await other.calls.getByRole("button").click();
  await expect(other.executions).toContainText("in another tab");
  await playground.page.close();
  await expect(other.calls).toContainText("unknown: ask the service");
  await expect(other.calls).toContainText("payment_failed");
  await expect(third.calls).toContainText("payment_failed");
  await expect(other.page.getByText("and 1 other tab")).toBeVisible();
  // Both saw it die, and one of them resumed it.
  await other.counts(2, 1, 1);
  expect((await other.journal())[0]?.executions).toHaveLength(2);
  expect(await other.ledger()).toHaveLength(1);
});

test("a retry in another tab waits for the running execution, and is charged once", async ({
  context,
  playground,
}) => {
  await playground.open();
  await playground.arm("The bank never answers");
  await playground.press("Call process_payment");
  await expect(playground.executions).toContainText("Injected at effect:after: hang");
  const other = new PlaygroundPage(await context.newPage());
  await other.open(new URL(playground.page.url()).search);
  await other.callIs("running");
  await other.press("Retry");
  await other.show("Answer");
  await expect(other.page.getByText("Nothing yet: it waits.")).toBeVisible();
  expect((await other.journal())[0]?.executions).toHaveLength(1);
  await playground.press("Release");
  await playground.counts(2, 1, 1);
  await other.counts(2, 1, 1);
  await expect(other.executions).toContainText("it ran in execution 1");
  expect(await other.ledger()).toHaveLength(1);
});
