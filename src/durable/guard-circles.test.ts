/** Guards that wait for one another in a circle fail with its name; other waits go on. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { openLab, trial, type Lab } from "../testing/lab.ts";
import { atLeastOnce, atMostOnce, GuardUsageError, type DurableContext } from "../index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

/** A guard within whose callable others are used, side by side. */
interface Use {
  readonly alias: string;
  readonly within: readonly Use[];
}

const use = (alias: string, ...within: Use[]): Use => ({ alias, within });

async function run(
  context: DurableContext,
  uses: readonly Use[],
  guard: typeof atLeastOnce = atLeastOnce,
): Promise<void> {
  await Promise.all(
    uses.map(({ alias, within }) =>
      guard(alias, context, (context) => run(context, within, guard)),
    ),
  );
}

describe.each([
  ["two", [use("a", use("b")), use("b", use("a"))], /circle: "(a" → "b" → "a|b" → "a" → "b)"/],
  ["three", [use("a", use("b")), use("b", use("c")), use("c", use("a"))], /circle: .*→.*→.*→/],
  ["two, over others", [use("a", use("x", use("b"))), use("b", use("y", use("a")))], /circle: /],
  ["one, within itself", [use("a", use("x", use("a")))], /"a" is used within its own callable/],
] as const)("a circle of %s", (_what, uses, message) => {
  it.each([
    ["atLeastOnce", atLeastOnce],
    ["atMostOnce", atMostOnce],
  ] as const)("of %s is told, and nobody waits for ever", async (_kind, guard) => {
    const tried = await trial(lab, (context) => run(context, uses, guard));
    const outcome = await tried.run();
    const error = "error" in outcome ? outcome.error : undefined;
    expect(error).toBeInstanceOf(Error);
    if (guard === atLeastOnce) expect(error).toBeInstanceOf(GuardUsageError);
    expect(String(error)).toMatch(message);
  });
});

it("guards that wait without a circle go on", async () => {
  const uses = [use("a", use("b"), use("c")), use("b", use("c")), use("c"), use("a")];
  const tried = await trial(lab, (context) => run(context, uses));
  expect(await tried.run()).toEqual({ value: undefined });
});

it("whatever uses whatever, every execution ends", async () => {
  const alias = fc.constantFrom("a", "b", "c", "d");
  const usesOf = (depth: number): fc.Arbitrary<Use[]> =>
    fc.array(
      fc.record({ alias, within: depth === 0 ? fc.constant<Use[]>([]) : usesOf(depth - 1) }),
      { maxLength: 3 },
    );
  await fc.assert(
    fc.asyncProperty(usesOf(3), async (all) => {
      const tried = await trial(lab, (context) => run(context, all));
      const outcome = await tried.run();
      if ("error" in outcome) expect(outcome.error).toBeInstanceOf(GuardUsageError);
      await tried.server.close();
    }),
    { numRuns: 60 },
  );
});

it("the same kind of use that waits beside another gets its value", async () => {
  const schema = z.number();
  const tried = await trial(lab, (context) =>
    Promise.all([1, 2, 3].map((n) => atMostOnce("a", context, () => n, { schema }))),
  );
  expect(await tried.run()).toEqual({ value: [1, 1, 1] });
});
