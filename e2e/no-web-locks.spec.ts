/** Where the browser has no Web Locks (a page over plain HTTP), nobody takes a living server for dead. */
import { PlaygroundPage } from "./support/playground-page.ts";
import { expect, test } from "./support/test.ts";

test("a second tab's server is refused with the reason, and takes over only by a click", async ({
  page,
  context,
  playground,
}) => {
  await context.addInitScript(() =>
    Object.defineProperty(Navigator.prototype, "locks", { get: () => undefined }),
  );
  await playground.open();
  await playground.arm("The bank never answers");
  await playground.press("Call process_payment");
  await expect(playground.executions).toContainText("Injected at effect:after: hang");

  const other = new PlaygroundPage(await context.newPage());
  await other.page.goto(page.url());
  const refusal = other.page.getByRole("alert").filter({ hasText: "another one may be at work" });
  await expect(refusal).toContainText("Close the other tab");
  // The call that lives is left alone.
  await other.press("Try again");
  await expect(refusal).toBeVisible();
  expect(await playground.journal()).toMatchObject([{ state: "running" }]);
  await expect(playground.server).toHaveText(/running/);

  await refusal.getByRole("button", { name: "Take over" }).click();
  await expect(other.server).toHaveText(/running/);
  await other.callIs("completed");
  await expect(playground.server).toHaveText(/crashed/);
  const [call] = await playground.journal();
  expect(call?.executions.map(({ outcome }) => outcome)).toEqual(["crashed", "completed"]);
  expect(await playground.ledger()).toHaveLength(1);
});
