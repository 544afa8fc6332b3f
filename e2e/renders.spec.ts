/** A row renders when its own data changes: counted by what React itself tells of each commit. */
import type { Page } from "@playwright/test";
import { seedInvocations } from "./support/playground-page.ts";
import { expect, test } from "./support/test.ts";

/** Rows of the list of calls that rendered since it was last asked. */
const rendered = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const counter = globalThis as unknown as { rows: number };
    const { rows } = counter;
    counter.rows = 0;
    return rows;
  });

/** Counts, as React's own tools do, the components with a call as their property that did work in a commit. */
async function countRows(page: Page): Promise<void> {
  await page.addInitScript(() => {
    interface Fiber {
      readonly child: Fiber | null;
      readonly sibling: Fiber | null;
      readonly alternate: Fiber | null;
      readonly flags: number;
      readonly tag: number;
      readonly memoizedProps: Readonly<Record<string, unknown>> | null;
    }
    const PERFORMED_WORK = 1;
    const FUNCTIONS = [0, 14, 15];
    const counter = globalThis as unknown as { rows: number };
    counter.rows = 0;
    const visit = (fiber: Fiber): void => {
      const props = fiber.memoizedProps ?? {};
      const isRow = FUNCTIONS.includes(fiber.tag) && "call" in props && "isSelected" in props;
      if (isRow && (fiber.flags & PERFORMED_WORK) !== 0) counter.rows++;
      // What was bailed out of keeps its children as they are.
      if (fiber.alternate && fiber.alternate.child === fiber.child) return;
      for (let child = fiber.child; child; child = child.sibling) visit(child);
    };
    Object.assign(globalThis, {
      __REACT_DEVTOOLS_GLOBAL_HOOK__: {
        supportsFiber: true,
        inject: () => 1,
        onCommitFiberRoot: (_: number, root: { readonly current: Fiber }) => visit(root.current),
        onCommitFiberUnmount: () => undefined,
        onPostCommitFiberRoot: () => undefined,
      },
    });
  });
}

test("one message, a typed word and one new call render no row that did not change", async ({
  page,
  playground,
}) => {
  await countRows(page);
  await playground.open("/?bottom=protocol");
  await seedInvocations(page, "playground-processing", 100);
  await page.reload();
  await playground.isUp();
  await expect(playground.calls).toHaveCount(100);
  expect(await rendered(page)).toBeGreaterThanOrEqual(100);

  await page.getByLabel("description").fill("a book, and five letters");
  await expect(page.getByLabel("description")).toHaveValue("a book, and five letters");
  expect(await rendered(page)).toBe(0);

  const messages = page.getByRole("list", { name: "Messages" }).getByRole("listitem");
  const before = await messages.count();
  await playground.press("Ping");
  await expect(messages).toHaveCount(before + 1);
  await expect(messages.first()).toContainText("answered");
  expect(await rendered(page)).toBe(0);

  // Choosing a call renders its row, and the one that was chosen.
  await playground.calls.nth(3).getByRole("button").click();
  await expect(playground.calls.nth(3).getByRole("button")).toHaveAttribute("aria-current", "true");
  expect(await rendered(page)).toBeLessThanOrEqual(2);

  await playground.press("Call process_payment");
  await expect(playground.calls.first()).toContainText("done once");
  // Its own row, each time that something of it is told, and no other but the one chosen before.
  const own = await rendered(page);
  expect(own).toBeGreaterThan(0);
  expect(own).toBeLessThan(30);
});
