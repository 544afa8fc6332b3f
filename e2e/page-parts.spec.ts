/** The page holds together: parts that cannot be loaded, what a reload keeps, nothing cut, covered or shifted. */
import type { Page } from "@playwright/test";
import { expect, test } from "./support/test.ts";

test.describe("offline", () => {
  test.use({ allowedConsole: [/Failed to load resource|NotLoadedError|dynamically imported/] });

  test("a part that cannot be loaded costs that part alone, and is tried again", async ({
    page,
    playground,
  }) => {
    let isOffline = true;
    await page.route(/explore-[\w-]+\.js$/, (route) =>
      isOffline ? route.abort() : route.continue(),
    );
    await playground.open();
    await playground.press("Explore");
    const failed = page.getByRole("alert");
    await expect(failed).toContainText("This part of the page could not be loaded.");
    // The rest goes on.
    await playground.press("Maps");
    await expect(page.getByText("No map holds anything yet.")).toBeVisible();
    isOffline = false;
    await failed.getByRole("button", { name: "Try again" }).click();
    await expect(page.getByRole("region", { name: "Explore every failure" })).toBeVisible();
  });
});

test("what the client saw is kept over leaving the example and over a reload", async ({
  page,
  playground,
}) => {
  await playground.open("/");
  await playground.press("Call process_payment");
  await playground.callIs("completed");
  const saw = page.getByRole("tabpanel", { name: "Answer" });
  await expect(saw).toContainText('"status": "success"');
  const call = page.url();
  await page.getByRole("combobox", { name: "Example" }).selectOption("steps");
  await expect(playground.calls).toHaveCount(0);
  await page.goBack();
  await expect(saw).toContainText('"status": "success"');
  await page.reload();
  await expect(saw).toContainText('"status": "success"');
  await playground.press("Protocol");
  await expect(page.getByRole("list", { name: "Messages", exact: true })).toContainText(
    "process_payment",
  );
  // Another tab has seen nothing of it.
  const other = await page.context().newPage();
  await other.goto(call);
  await expect(other.getByText("Nothing: the call was made in another tab")).toBeVisible();
});

/** What of the layout has shifted by itself, as the browser scores it, and what moved. */
async function watchShifts(page: Page): Promise<() => Promise<unknown[]>> {
  await page.addInitScript(() => {
    interface Shift extends PerformanceEntry {
      readonly value: number;
      readonly hadRecentInput: boolean;
      readonly sources: readonly { readonly node: Node | null }[];
    }
    const shifts: (readonly [number, string, string[]])[] = [];
    Object.assign(window, { shifts });
    // A new window gets its size when it has one already, on a loaded machine after the first frame.
    const resized: number[] = [];
    addEventListener("resize", () => resized.push(performance.now()));
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput, sources, startTime } of list.getEntries() as Shift[]) {
        if (hadRecentInput || value < 0.01) continue;
        if (resized.some((at) => Math.abs(at - startTime) < 100)) continue;
        const names = sources.map(({ node }) => (node?.textContent ?? "").slice(0, 40));
        const when = `after ${Math.round(startTime)} ms, at ${innerWidth} by ${innerHeight}`;
        shifts.push([value, when, names]);
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  // The browser tells of a shift after the frame in which it was.
  return () =>
    page.evaluate(async () => {
      for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
      await new Promise((resolve) => setTimeout(resolve));
      return (window as unknown as { shifts: unknown[] }).shifts;
    });
}

/** What is cut at the window's edge, or has its text cut without an ellipsis, by its text. */
function cutParts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const cut: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>("button, h1, h2, h3, select")) {
      if (!element.checkVisibility({ visibilityProperty: true })) continue;
      const { left, right, width } = element.getBoundingClientRect();
      const isScrolled = element.closest(".overflow-auto, .overflow-x-auto") !== null;
      const name = element.ariaLabel ?? element.textContent;
      if (width > 0 && !isScrolled && (left < -1 || right > innerWidth + 1)) cut.push(name);
    }
    if (document.documentElement.scrollWidth > innerWidth) cut.push("the page scrolls sideways");
    return cut;
  });
}

/** Pairs of controls that lie upon each other, by their names. */
function overlaps(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const controls = [
      ...document.querySelectorAll<HTMLElement>(
        "header button, header select, [role=tab], main button",
      ),
    ].filter((control) => control.checkVisibility({ visibilityProperty: true }));
    const covered: string[] = [];
    for (const control of controls) {
      const { left, top, width, height } = control.getBoundingClientRect();
      const [x, y] = [left + width / 2, top + height / 2];
      if (width === 0 || x < 0 || y < 0 || x > innerWidth || y > innerHeight) continue;
      // What is scrolled out of its panel is not in sight.
      let isInSight = true;
      for (let at = control.parentElement; at; at = at.parentElement) {
        const around = at.getBoundingClientRect();
        if (getComputedStyle(at).overflow === "visible") continue;
        if (y < around.top || y > around.bottom || x < around.left || x > around.right) {
          isInSight = false;
        }
      }
      if (!isInSight) continue;
      const hit = document.elementFromPoint(x, y);
      const isOwn = hit !== null && (control.contains(hit) || hit.contains(control));
      if (!isOwn && hit?.closest("button, select, [role=tab]")) {
        covered.push(`${control.textContent} under ${hit.textContent}`);
      }
    }
    return covered;
  });
}

/** Nothing is cut, and no control lies upon another. */
async function looksWhole(page: Page): Promise<void> {
  expect(await cutParts(page)).toEqual([]);
  expect(await overlaps(page)).toEqual([]);
}

for (const [width, height, zoom] of [
  [1440, 900, 1],
  [1920, 1080, 1],
  [768, 1024, 1],
  [390, 844, 1],
  // At 200 % a window of 1440 by 900 has half the room.
  [720, 450, 2],
] as const) {
  test(`nothing is cut, covered or shifted, ${width} by ${height}, at ${zoom * 100} %`, async ({
    page,
    playground,
  }) => {
    const shifted = await watchShifts(page);
    await page.setViewportSize({ width, height });
    await page.goto("/");
    await playground.isUp();
    await expect(page.getByLabel("amount")).toBeVisible();
    await looksWhole(page);
    const guide = page.getByRole("region", { name: "The first minute" });
    await guide.getByRole("button", { name: "Charge and crash" }).click();
    await expect(playground.server).toHaveText(/crashed/);
    await looksWhole(page);
    await guide.getByRole("button", { name: "Restart" }).click();
    await guide.getByRole("button", { name: "Show the guard" }).click();
    await expect(playground.guards).toHaveCount(1);
    await guide.getByRole("button", { name: "Charge without guards" }).click();
    await expect(guide).toContainText("Without guards: charged 2 times");
    await looksWhole(page);
    expect(await shifted()).toEqual([]);
    // What is hidden makes room, which a person has asked for: on a loaded machine the browser forgets that.
    await guide.getByRole("button", { name: "Hide" }).click();
    await expect(guide).toBeHidden();
    await looksWhole(page);
  });
}

test("nothing shifts or is cut when a call hangs, a server dies and Explore runs", async ({
  page,
  playground,
}) => {
  const shifted = await watchShifts(page);
  await page.setViewportSize({ width: 1280, height: 720 });
  await playground.open();
  await playground.arm("The bank never answers");
  await playground.press("Call process_payment");
  await expect(playground.executions).toContainText("Injected at effect:after: hang");
  await expect(page.getByRole("button", { name: "Release", exact: true })).toBeVisible();
  await looksWhole(page);
  await playground.press("Cancel");
  await playground.callIs("cancelled");
  await playground.crashAndResume("process_payment");
  await looksWhole(page);
  await playground.press("Step through");
  const paused = page.getByRole("region", { name: "Paused call" });
  for (const point of ["guard:before-start", "guard:started", "effect:before"]) {
    await expect(paused.getByRole("status")).toContainText(`Paused at ${point}`);
    await looksWhole(page);
    await paused.getByRole("button", { name: "Step" }).click();
  }
  await paused.getByRole("button", { name: "Go on" }).click();
  await expect(playground.calls.first()).toContainText("done once");
  await looksWhole(page);
  await playground.press("Maps");
  await expect(page.getByRole("list", { name: "Entries of payments" })).toBeVisible();
  await expect(page.getByRole("region", { name: "History" })).toContainText("write 1 of 1");
  await looksWhole(page);
  await playground.press("Maps");
  const explore = await playground.explore();
  await expect(explore.getByRole("status").filter({ hasText: /, in / })).toBeVisible();
  await looksWhole(page);
  await explore.getByRole("button", { name: "Close" }).click();
  await expect(playground.calls).toHaveCount(3);
  expect(await shifted()).toEqual([]);
});
