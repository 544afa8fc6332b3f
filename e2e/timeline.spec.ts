/** The timeline of a call and its table of steps show the same, and are selected together. */
import { expect, test } from "./support/test.ts";

test("a step that is selected in the timeline is selected in the table, and the other way round", async ({
  page,
  playground,
}) => {
  await playground.open();
  await playground.crashAndResume("process_payment");
  const timeline = page.getByRole("region", { name: "Timeline" });
  await expect(timeline.getByRole("listitem")).toHaveCount(2);
  const [first, second] = [1, 2].map((n) =>
    timeline.getByRole("listitem", { name: `Execution ${n}` }),
  );
  await expect(
    first?.getByRole("button", {
      name: /ran its callable, attempt 1.*The server died meanwhile/,
    }) ?? timeline,
  ).toBeVisible();
  const effect = timeline.getByRole("button", { name: "bank.charge happened outside." });
  await effect.click();
  await expect(effect).toHaveAttribute("aria-pressed", "true");
  const current = playground.executions.locator("[aria-current=step]");
  await expect(current).toContainText("bank.charge happened outside.");
  // The selection is in the URL.
  await page.reload();
  await expect(effect).toHaveAttribute("aria-pressed", "true");
  await playground.executions.getByRole("button", { name: /was not run again/ }).click();
  await expect(current).toHaveCount(1);
  await expect(
    second?.getByRole("button", { name: /was not run again/ }) ?? timeline,
  ).toHaveAttribute("aria-pressed", "true");
});

test("calls are filtered by what was called, how it ended and what it says", async ({
  page,
  playground,
}) => {
  await playground.open();
  for (const amount of ["25", "200000"]) {
    await page.getByLabel("amount").fill(amount);
    await playground.press("Call process_payment");
    const question = page.getByRole("dialog", { name: "The server asks" });
    if (amount === "200000") await question.getByRole("button", { name: "Accept" }).click();
    await playground.callIs("completed");
  }
  await playground.chooseTool("get_payment");
  await page.getByLabel("transaction_id").fill("none");
  await playground.press("Call get_payment");
  await expect(playground.calls).toHaveCount(3);
  await playground.press("Filter");
  await playground.press("Errors");
  await expect(playground.calls).toHaveCount(2);
  await page.getByLabel("Tool of the calls").selectOption("process_payment");
  await expect(playground.calls).toHaveCount(1);
  await expect(playground.calls).toContainText("InsufficientFundsError");
  await page.reload();
  await expect(playground.calls).toHaveCount(1);
  await page.getByLabel("State of the calls").selectOption("cancelled");
  await expect(page.getByText("No call fits the filter.")).toBeVisible();
  await playground.press("Clear");
  await expect(playground.calls).toHaveCount(3);
});
