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

test("a screen reader's tree tells the first minute: names, roles and what is told as it happens", async ({
  page,
  playground,
}) => {
  await page.goto("/");
  await playground.isUp();
  const guide = page.getByRole("region", { name: "The first minute" });
  await expect(guide).toMatchAriaSnapshot(`
    - region "The first minute":
      - heading "The first minute" [level=2]
      - paragraph: The server dies between charging a card and writing that down. What happens to the money?
      - button "Hide"
      - status "What was seen":
        - list:
          - listitem:
            - heading "1 Charge 25 USD, and crash" [level=3]
            - text: Call process_payment. The server is killed right after the bank has charged, before that is recorded.
            - button "Charge and crash"
          - listitem:
            - heading "2 Restart the server" [level=3]
          - listitem:
            - heading "3 Find the guard that said so" [level=3]
          - listitem:
            - heading "4 The same with the guards off" [level=3]
  `);
  await guide.getByRole("button", { name: "Charge and crash" }).click();
  // A live region says that the server died, and the next step what was seen.
  await expect(page.getByRole("status", { name: "Server state" })).toMatchAriaSnapshot(`
    - status "Server state": Server crashed
  `);
  await expect(guide.getByRole("status", { name: "What was seen" })).toMatchAriaSnapshot(`
    - status "What was seen":
      - list:
        - listitem:
          - heading "done Charge 25 USD, and crash" [level=3]
          - text: /The bank charged\\. The server died without knowing.* calls 1 · attempts 1 · effects 1/
        - listitem:
          - heading "2 Restart the server" [level=3]
          - text: /A new server finds the interrupted call/
          - button "Restart"
        - listitem
        - listitem
  `);
  await guide.getByRole("button", { name: "Restart" }).click();
  await guide.getByRole("button", { name: "Show the guard" }).click();
  await expect(playground.guards).toMatchAriaSnapshot(`
    - listitem:
      - heading "payment" [level=3]
      - 'img "State: started"'
      - paragraph: /failed before completing/
  `);
  await guide.getByRole("button", { name: "Charge without guards" }).click();
  await expect(guide.getByRole("status", { name: "What was seen" })).toMatchAriaSnapshot(`
    - status "What was seen":
      - 'heading "With guards: charged 1 time unknown: ask the service" [level=3]'
      - paragraph: /failed before completing/
      - button "Ask the bank"
      - 'heading "Without guards: charged 2 times done twice" [level=3]'
      - paragraph: /50 USD taken for a payment of 25/
      - button "Show both charges"
      - heading "And now" [level=3]
      - button "Explore every failure"
  `);
  // A row of the list begins with its verdict.
  await expect(page.getByRole("list", { name: "Calls", exact: true })).toMatchAriaSnapshot(`
    - list "Calls":
      - listitem:
        - button /^done twice process_payment/
      - listitem:
        - 'button /^unknown: ask the service process_payment/'
  `);
  await guide.getByRole("button", { name: "Show both charges" }).click();
  await expect(page.getByRole("list", { name: "Effects" })).toMatchAriaSnapshot(`
    - list "Effects":
      - listitem: /bank\\.charge unanswered/
      - listitem: /bank\\.charge answered/
  `);
});
