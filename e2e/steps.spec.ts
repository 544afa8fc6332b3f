/** Calls that pause for the person: stepped through, and made to fail or crash where they stand. */
import type { Page } from "@playwright/test";
import type { PlaygroundPage } from "./support/playground-page.ts";
import { expect, test } from "./support/test.ts";

const POINTS = [
  "guard:before-start",
  "guard:started",
  "effect:before",
  "effect:after",
  "guard:before-store",
  "guard:stored",
  "map:before-commit",
  "map:committed",
  "call:before-response",
];

function paused(page: Page) {
  return page.getByRole("region", { name: "Paused call" });
}

async function pauseAt(playground: PlaygroundPage, ...points: string[]): Promise<void> {
  await playground.press(/^Pause at (chosen|\d)/);
  const dialog = playground.page.getByRole("dialog", { name: "Where calls pause" });
  for (const point of points) await dialog.getByRole("checkbox", { name: point }).check();
  await dialog.getByRole("button", { name: "Pause there" }).click();
}

test("a payment is stepped through, and crashed after its charge: it is charged once", async ({
  playground,
}) => {
  const { page } = playground;
  await playground.open("/?panel=guards&bottom=code");
  await playground.press("Step through");
  const bar = paused(page);
  for (const point of POINTS.slice(0, 3)) {
    await expect(bar.getByRole("status")).toContainText(`Paused at ${point}`);
    await bar.getByRole("button", { name: "Step" }).click();
  }
  await expect(bar.getByRole("status")).toContainText("Paused at effect:after");
  await expect(bar).toContainText("Written: bank has done it, as the ledger shows");
  await expect(bar).toContainText("“payment” is started (attempt 1), on the disk");
  await expect(bar).toContainText("it throws AtMostOnceFailedBeforeCompleting");
  // It stands in the code, and in the list.
  await expect(page.locator("[aria-current=location]").last()).toContainText('"payment"');
  await expect(playground.calls.first()).toContainText("paused");
  await expect(playground.guards.first()).toContainText("started");
  expect(await playground.ledger()).toHaveLength(1);

  await bar.getByRole("button", { name: "Crash here" }).click();
  await expect(playground.server).toHaveText(/crashed/);
  await expect(bar).toHaveCount(0);
  await playground.restart();
  await expect(playground.calls.first()).toContainText("unknown: ask the service");
  expect(await playground.ledger()).toHaveLength(1);
});

test("breakpoints survive a reload; a call that paused there was interrupted", async ({
  playground,
}) => {
  const { page } = playground;
  await playground.open();
  await pauseAt(playground, "guard:before-start");
  await playground.press("Call process_payment");
  const bar = paused(page);
  await expect(bar.getByRole("status")).toContainText("Paused at guard:before-start");
  await page.reload();
  await playground.isUp();
  // The resumed call comes to the same breakpoint, as another execution.
  await expect(bar.getByRole("status")).toContainText("Paused at guard:before-start");
  await expect(playground.executions).toContainText("Execution 2");
  await expect(page.getByRole("button", { name: "Pause at 1 point…" })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
  await bar.getByRole("button", { name: "Go on" }).click();
  await expect(playground.calls.first()).toContainText("done once");
  await expect(bar).toHaveCount(0);
  expect(await playground.ledger()).toHaveLength(1);
});

test("calls pause beside one another; each is let go, failed or left without an answer alone", async ({
  playground,
}) => {
  const { page } = playground;
  await playground.open();
  await pauseAt(playground, "effect:before");
  for (let count = 1; count <= 3; count++) {
    await playground.press("Call process_payment");
    await expect(
      page.getByRole("button", { name: `${count} call${count > 1 ? "s" : ""} paused` }),
    ).toBeVisible();
  }
  const bar = paused(page);
  // The newest is chosen, the next of those that wait is the oldest.
  await bar.getByRole("combobox", { name: "Error to fail with" }).fill("PaymentRejectedError");
  await bar.getByRole("button", { name: "Fail here" }).click();
  await expect(playground.calls.nth(0)).toContainText("not done");
  await page.getByRole("button", { name: "2 calls paused" }).click();
  await expect(playground.calls.nth(2).getByRole("button").first()).toHaveAttribute(
    "aria-current",
    "true",
  );
  await bar.getByRole("button", { name: "Lose the answer" }).click();
  await expect(playground.calls.nth(2)).toContainText("unknown: ask the service");
  await expect(playground.calls.nth(1)).toContainText("paused");
  await page.getByRole("button", { name: "1 call paused" }).click();
  // By keys, too.
  await page.getByRole("heading", { name: "Calls", exact: true }).click();
  await page.keyboard.press("n");
  await expect(bar.getByRole("status")).toContainText("Paused at effect:after");
  await page.keyboard.press("o");
  await expect(playground.calls.nth(1)).toContainText("done once");
  await expect(page.getByRole("button", { name: /calls? paused/ })).toHaveCount(0);
  expect(await playground.ledger()).toHaveLength(2);
});
