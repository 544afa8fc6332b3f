/** The page by the keyboard alone: the rows of a list are one tab stop, and a key alone acts where nothing is typed into. */
import type { Locator, Page } from "@playwright/test";
import { seedInvocations } from "./support/playground-page.ts";
import { expect, test } from "./support/test.ts";

const focused = (page: Page): Locator => page.locator(":focus");

test("arrow keys go through a list, which is one tab stop", async ({ page, playground }) => {
  await playground.open();
  await seedInvocations(page, "playground-processing", 5);
  await page.reload();
  await playground.isUp();
  await expect(playground.calls).toHaveCount(5);
  const rows = playground.calls.getByRole("button");
  await rows.first().click();
  await page.keyboard.press("ArrowDown");
  await expect(rows.nth(1)).toBeFocused();
  await page.keyboard.press("End");
  await expect(rows.nth(4)).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(rows.nth(4)).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect(rows.nth(3)).toHaveAttribute("aria-current", "true");
  // One step leaves the list, and one comes back to where it was.
  await page.keyboard.press("Tab");
  await expect(playground.calls.locator(":focus")).toHaveCount(0);
  await page.keyboard.press("Shift+Tab");
  await expect(rows.nth(3)).toBeFocused();
  await page.keyboard.press("Home");
  await expect(rows.first()).toBeFocused();
});

test("a new row does not take the tab stop from the one that had it", async ({
  page,
  playground,
}) => {
  await playground.open("/?bottom=protocol");
  const list = page.getByRole("list", { name: "Messages", exact: true });
  const stops = list.locator("[data-row-stop]");
  await expect(stops.nth(1)).toBeVisible();
  await stops.nth(1).focus();
  const text = await stops.nth(1).textContent();
  await playground.press("Ping");
  await expect(list).toContainText("ping");
  await expect(list.locator("[data-row-stop][tabindex='0']")).toHaveText(text ?? "");
});

test("what is typed while the commands are on their way does nothing", async ({
  page,
  playground,
}) => {
  await playground.open();
  await playground.calls.first().or(page.getByText("No calls yet.")).waitFor();
  let arrive = (): void => undefined;
  const waiting = new Promise<void>((resolve) => (arrive = resolve));
  await page.route(/command-palette-[\w-]+\.js$/, async (route) => {
    await waiting;
    await route.continue();
  });
  await page.keyboard.press("Control+k");
  await page.keyboard.type("crash");
  arrive();
  await expect(page.getByRole("combobox", { name: "Commands" })).toBeFocused();
  await expect(playground.server).toHaveText(/running/);
  expect(await playground.journal()).toEqual([]);
  await expect(page.getByRole("dialog", { name: "Examples" })).toBeHidden();
});

test("the cells of Explore are reached by the arrow keys, row by row and column by column", async ({
  page,
  playground,
}) => {
  await playground.open();
  const region = await playground.explore();
  await expect(region.getByRole("status").filter({ hasText: /, in / })).toBeVisible();
  const cells = region.getByRole("table", { name: "Cases" }).getByRole("button");
  await cells.first().focus();
  await page.keyboard.press("ArrowRight");
  await expect(cells.nth(1)).toBeFocused();
  const column = (): Promise<number | undefined> =>
    focused(page).evaluate((cell) => cell.closest("td")?.cellIndex);
  const before = await column();
  await page.keyboard.press("ArrowDown");
  await expect(cells.nth(1)).not.toBeFocused();
  expect(await column()).toBe(before);
});

test("a key alone acts, unless something is typed into or keys are switched off", async ({
  page,
  playground,
}) => {
  await playground.open();
  await playground.press("Call process_payment");
  await playground.callIs("completed");
  await playground.calls.getByRole("button").first().focus();
  await page.keyboard.press("r");
  await playground.counts(2, 1, 1);
  await page.keyboard.press("c");
  await expect(playground.calls).toHaveCount(2);
  await playground.callIs("completed");
  await page.keyboard.press("1");
  await expect(page.getByRole("combobox", { name: "Map", exact: true })).toBeVisible();
  await page.keyboard.press("x");
  await expect(playground.server).toHaveText(/crashed/);
  await page.keyboard.press("s");
  await playground.isUp();
  // What is typed is text.
  await page.getByLabel("description").fill("");
  await page.keyboard.type("crash");
  await expect(page.getByLabel("description")).toHaveValue("crash");
  await expect(playground.server).toHaveText(/running/);
  await expect(playground.calls).toHaveCount(2);
  const editor = page.getByRole("textbox", { name: "Arguments as JSON" });
  await editor.click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type('{ "amount": 15 }');
  await expect(editor).toHaveText('{ "amount": 15 }');
  // The commands name the keys, and switch them off.
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("option", { name: "Crash the server x" })).toBeVisible();
  await page.keyboard.type("single keys off");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "Commands" })).toBeHidden();
  await playground.calls.getByRole("button").first().focus();
  await page.keyboard.press("x");
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("option", { name: "Crash the server", exact: true })).toBeVisible();
  await expect(playground.server).toHaveText(/running/);
});

test("the commands offer nothing that cannot be done", async ({ page, playground }) => {
  await playground.open();
  await page.keyboard.press("Control+k");
  const option = (name: RegExp): Locator =>
    page.getByRole("dialog", { name: "Commands" }).getByRole("option", { name });
  await expect(option(/^Crash the server/)).toHaveCount(1);
  await expect(option(/the selected call/)).toHaveCount(0);
  await expect(option(/^Payment processing/)).toHaveCount(0);
  await expect(option(/^Disarm/)).toHaveCount(0);
  await page.keyboard.press("Escape");
  await playground.press("Crash");
  await expect(playground.server).toHaveText(/crashed/);
  await page.keyboard.press("Control+k");
  await expect(option(/^Restart the server/)).toHaveCount(1);
  await expect(option(/^Crash the server/)).toHaveCount(0);
  await expect(option(/^Call process_payment/)).toHaveCount(0);
  await expect(option(/^Fill in process_payment/)).toHaveCount(1);
});

test("the commands open again at once, in the same moment in which one was chosen", async ({
  page,
  playground,
}) => {
  await playground.open();
  await page.keyboard.press("Control+k");
  const off = page.getByRole("option", { name: "Switch single keys off" });
  await off.evaluate((option: HTMLElement) => {
    option.click();
    window.dispatchEvent(new KeyboardEvent("keydown", { key: "k", ctrlKey: true }));
  });
  await expect(page.getByRole("option", { name: "Switch single keys on" })).toBeVisible();
});
