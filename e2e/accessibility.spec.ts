/** No serious or critical axe violation on any screen, in both themes and widths; all by the keyboard. */
import type { Page } from "@playwright/test";
import { graveViolations } from "./support/axe.ts";
import { expect, test } from "./support/test.ts";

// Each screen is looked at whole, which takes its time.
test.describe.configure({ timeout: 360_000 });

/** In light; and, where it is wide, in dark what depends on colours: a narrow page has the same ones. */
async function hasNoViolation(page: Page): Promise<void> {
  // A row that is still lit is between two colours.
  await page.emulateMedia({ reducedMotion: "reduce", colorScheme: "light" });
  expect(await graveViolations(page), "light").toEqual([]);
  if ((page.viewportSize()?.width ?? 0) < 1000) return;
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await graveViolations(page, ["color-contrast", "link-in-text-block"]), "dark").toEqual([]);
}

for (const viewport of [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
]) {
  test(`every screen, ${viewport.width} wide`, async ({ page, playground }) => {
    await page.setViewportSize(viewport);
    await page.goto("/");
    await playground.isUp();
    await expect(page.getByLabel("amount")).toBeVisible();
    await expect(page.getByRole("textbox", { name: "Arguments as JSON" })).toBeVisible();
    await hasNoViolation(page);

    await playground.press("Charge and crash");
    await expect(playground.server).toHaveText(/crashed/);
    await hasNoViolation(page);
    await page
      .getByRole("region", { name: "The first minute" })
      .getByRole("button", { name: "Restart" })
      .click();
    await playground.press("Show the guard");
    await playground.press("Charge without guards");
    await expect(page.getByText("Without guards: charged 2 times")).toBeVisible();
    await page.goto(page.url().replace(/&?column=\w+/, "") + "&column=happened");
    await playground.isUp();
    await expect(playground.executions).toBeVisible();
    await hasNoViolation(page);
    await playground.press("Compare");
    await expect(page.getByRole("table", { name: "Comparison" })).toBeVisible();
    await hasNoViolation(page);

    for (const panel of ["guards", "effects", "protocol", "log", "code", "maps"]) {
      await page.goto(`/?bottom=${panel}&column=true`);
      await playground.isUp();
      if (panel === "code")
        await expect(page.getByRole("textbox", { name: "The server's code" })).toContainText(
          "charged at most once",
        );
      await hasNoViolation(page);
    }
    await playground.press("Insert by hand…");
    await hasNoViolation(page);
    await page.keyboard.press("Escape");
    await playground.menu("Run examples…");
    await expect(page.getByRole("dialog", { name: "Examples" })).toBeVisible();
    await hasNoViolation(page);
    await page.keyboard.press("Escape");
    for (const dialog of ["Wipe…", "Settings…"] as const) {
      await playground.menu(dialog);
      await expect(page.getByRole("dialog")).toBeVisible();
      await hasNoViolation(page);
      await page.keyboard.press("Escape");
    }
    await page.goto("/?column=do");
    await playground.press("Own fault…");
    await hasNoViolation(page);
    await page.keyboard.press("Escape");
    await playground.press("Pause at chosen points…");
    await hasNoViolation(page);
    await page.keyboard.press("Escape");
    await playground.press("Step through");
    const paused = page.getByRole("region", { name: "Paused call" });
    await expect(paused.getByRole("status")).toContainText("Paused at");
    await hasNoViolation(page);
    await paused.getByRole("button", { name: "Go on" }).click();
    await page.goto("/?column=do");
    await playground.press("More");
    await hasNoViolation(page);
    await page.getByRole("menuitem", { name: "Explore every failure" }).click();
    await expect(page.getByText(/^56 of 56 cases, in/)).toBeVisible();
    await page.getByRole("table", { name: "Cases" }).getByRole("button").first().click();
    await expect(page.getByRole("region", { name: "Selected case" })).toBeVisible();
    await hasNoViolation(page);
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("dialog", { name: "Commands" })).toBeVisible();
    await hasNoViolation(page);
  });
}

test("a payment is made and retried by the keyboard alone", async ({ page, playground }) => {
  await playground.open();
  const command = async (name: string): Promise<void> => {
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("combobox", { name: "Commands" })).toBeFocused();
    await page.keyboard.type(name);
    await expect(page.getByRole("option", { name, selected: true })).toBeVisible();
    await page.keyboard.press("Enter");
  };
  await command("Call process_payment");
  await playground.callIs("completed");
  await command("Retry the selected call");
  await playground.counts(2, 1, 1);
  // Focus is visible wherever it goes.
  for (let stop = 0; stop < 12; stop++) {
    await page.keyboard.press("Tab");
    const outline = await page.evaluate(
      () => getComputedStyle(document.activeElement ?? document.body).outlineStyle,
    );
    expect(outline).not.toBe("none");
  }
});
