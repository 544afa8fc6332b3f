/** A reload of the page in the middle of a call is a crash, and is followed by resumption. */
import { expect, test } from "./support/test.ts";

test.beforeEach(async ({ playground }) => {
  await playground.open();
});

test("an atMostOnce that was running is not run again, and says why", async ({
  page,
  playground,
}) => {
  await playground.arm("The bank never answers");
  await playground.press("Call process_payment");
  await expect(playground.executions).toContainText("Injected at effect:after: hang");
  await page.reload();
  await playground.isUp();
  await playground.callIs("completed");
  await playground.counts(2, 1, 1);
  await expect(playground.executions).toContainText(
    "The server died while the callable ran (execution 1, attempt 1).",
  );
  await expect(playground.calls).toContainText("payment_failed");
  expect(await playground.ledger()).toMatchObject([{ outcome: "unanswered" }]);
});

test("an atLeastOnce that was running runs again", async ({ page, playground }) => {
  await playground.chooseTool("fetch_exchange_rate");
  await playground.arm("The bank never answers");
  await playground.press("Call fetch_exchange_rate");
  await expect(playground.executions).toContainText("Injected at effect:after: hang");
  await page.reload();
  await playground.isUp();
  await playground.callIs("completed");
  await playground.counts(2, 2, 2);
  await expect(playground.calls).toContainText("success");
});

test("settings, faults and what is being typed survive a reload", async ({ page, playground }) => {
  await playground.toggle("Guards off");
  await playground.arm("Payment rejected");
  await page.getByLabel("amount").fill("77");
  await page.reload();
  await playground.isUp();
  await expect(page.getByRole("switch", { name: "Guards" })).not.toBeChecked();
  await expect(page.getByRole("note", { name: "Armed fault" })).toHaveText(
    "Armed: Payment rejected",
  );
  await expect(page.getByLabel("amount")).toHaveValue("77");
});

test("the URL says where you are: reload and back keep it", async ({ page, playground }) => {
  await playground.press("Call process_payment");
  await playground.callIs("completed");
  const url = page.url();
  await playground.show("Maps");
  await page.getByLabel("Prefix").fill("txn_");
  await expect(page).toHaveURL(/bottom=maps/);
  await expect(page).toHaveURL(/prefix=txn_/);
  await page.reload();
  await expect(page.getByLabel("Prefix")).toHaveValue("txn_");
  const maps = page.getByRole("button", { name: "Maps", exact: true });
  await expect(maps).toHaveAttribute("aria-expanded", "true");
  await page.goBack();
  await expect(page).toHaveURL(url);
  await expect(maps).toHaveAttribute("aria-expanded", "false");
  await expect(page.getByRole("tab", { name: "Guards" })).toHaveAttribute("aria-selected", "true");
  await playground.callIs("completed");
});
