/** The guided first minute: charged once though the server crashed; without guards, twice. */
import { expect, test } from "./support/test.ts";

for (const [name, viewport] of [
  ["wide", { width: 1440, height: 900 }],
  ["narrow", { width: 390, height: 844 }],
] as const) {
  test(`a newcomer clicks through the first minute, ${name}`, async ({ page, playground }) => {
    await page.setViewportSize(viewport);
    await page.goto("/");
    await playground.isUp();
    const guide = page.getByRole("region", { name: "The first minute" });
    await playground.toggle("Hold interrupted calls");

    await guide.getByRole("button", { name: "Charge and crash" }).click();
    await expect(playground.server).toHaveText(/crashed/);
    await expect(guide.getByRole("button", { name: "Restart" })).toBeEnabled();
    expect(await playground.ledger()).toMatchObject([{ outcome: "unanswered", occurrence: 1 }]);

    await guide.getByRole("button", { name: "Restart" }).click();
    await playground.isUp();
    await guide.getByRole("button", { name: "Show the guard" }).click();
    await expect(playground.guards).toHaveCount(1);
    await expect(playground.guards).toContainText("payment");
    await expect(playground.guards.getByRole("img", { name: "State: started" })).toBeVisible();
    await expect(playground.guards).toContainText("failed before completing");
    expect(await playground.ledger()).toHaveLength(1);

    await guide.getByRole("button", { name: "Charge without guards" }).click();
    await expect(guide).toContainText("With guards: charged 1 time");
    await expect(guide).toContainText("Without guards: charged 2 times");
    const rows = await playground.ledger();
    expect(rows.map(({ occurrence }) => occurrence)).toEqual([1, 1, 2]);
    // What the demonstration changed is put back.
    await playground.isSet("Guards off", false);
    await playground.isSet("Hold interrupted calls", true);
    await guide.getByRole("button", { name: "Ask the bank" }).click();
    await expect(playground.effects).toHaveCount(1);
    await guide.getByRole("button", { name: "Show both charges" }).click();
    await expect(playground.effects).toHaveCount(2);
    await guide.getByRole("button", { name: "Play it again" }).click();
    await expect(guide.getByRole("button", { name: "Charge and crash" })).toBeVisible();
  });
}

test("the first minute survives a reload between its steps", async ({ page, playground }) => {
  await page.goto("/");
  await playground.isUp();
  await playground.press("Charge and crash");
  await expect(playground.server).toHaveText(/crashed/);
  await page.reload();
  // A reload starts a server, which resumes the call: the second step is done by it.
  await playground.isUp();
  await expect(page.getByRole("button", { name: "Show the guard" })).toBeVisible();
  expect(await playground.ledger()).toHaveLength(1);
});
