/** A row renders when its own data changes: counted by what React itself tells of each commit. */
import type { Page } from "@playwright/test";
import { seedInvocations } from "./support/playground-page.ts";
import { expect, test } from "./support/test.ts";

/** The calls whose rows rendered since it was last asked, each once. */
const rendered = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const counter = globalThis as unknown as { rows: Set<string> };
    const rows = [...counter.rows];
    counter.rows.clear();
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
    const counter = globalThis as unknown as { rows: Set<string> };
    counter.rows = new Set();
    const visit = (fiber: Fiber): void => {
      const props = fiber.memoizedProps ?? {};
      const isRow = FUNCTIONS.includes(fiber.tag) && "call" in props && "isSelected" in props;
      if (isRow && (fiber.flags & PERFORMED_WORK) !== 0) {
        const { call } = props as {
          readonly call: { readonly invocation: { readonly id: string } };
        };
        counter.rows.add(call.invocation.id);
      }
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
  // The server that starts with the page says so, and all is read once more: until that is over.
  await expect.poll(async () => (await rendered(page)).length, { intervals: [1000] }).toBe(0);

  await page.getByLabel("description").fill("a book, and five letters");
  await expect(page.getByLabel("description")).toHaveValue("a book, and five letters");
  expect(await rendered(page)).toEqual([]);

  const messages = page.getByRole("list", { name: "Messages" }).getByRole("listitem");
  const before = await messages.count();
  await playground.press("Ping");
  await expect(messages).toHaveCount(before + 1);
  await expect(messages.first()).toContainText("answered");
  expect(await rendered(page)).toEqual([]);

  // Choosing a call renders its row; another choice that one and the one before.
  const chosen = async (nth: number): Promise<string> => {
    const row = playground.calls.nth(nth).getByRole("button");
    await row.click();
    await expect(row).toHaveAttribute("aria-current", "true");
    return new URL(page.url()).searchParams.get("call") ?? "";
  };
  const first = await chosen(3);
  expect(await rendered(page)).toEqual([first]);

  await playground.press("Call process_payment");
  await expect(playground.calls.first()).toContainText("done once");
  const own = new URL(page.url()).searchParams.get("call") ?? "";
  expect((await rendered(page)).toSorted()).toEqual([first, own].toSorted());
});
