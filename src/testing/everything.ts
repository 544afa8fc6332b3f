/** All that code can do with a context: for tests of what a dead server, or an ended execution, can do. */
import { expect } from "vitest";
import { z } from "zod";
import {
  atLeastOnce,
  atMostOnce,
  charge,
  SortedMap,
  toBytes,
  type DurableContext,
} from "../index.ts";
import { dump, quiesce, type Lab } from "./lab.ts";

/** Everything that code can do with a context; none of it has been done before with the same names. */
export function everything(context: DurableContext): Record<string, () => Promise<unknown>> {
  const late = SortedMap.ref("late");
  const entries = { late: toBytes("late") };
  return {
    insert: () => late.insert(context, { entries }),
    "insert with an alias": () => late.idempotently("late").insert(context, { entries }),
    remove: () => SortedMap.ref("body").remove(context, { keys: ["c"] }),
    get: () => late.get(context, { key: "late" }),
    range: () => late.range(context, { limit: 1 }),
    reverseRange: () => late.reverseRange(context, { limit: 1 }),
    atLeastOnce: () => atLeastOnce("late", context, () => Promise.reject(new Error("entered"))),
    atMostOnce: () => atMostOnce("late too", context, () => Promise.reject(new Error("entered"))),
    "a stored guard": () => atLeastOnce("look", context, () => undefined),
    "a started guard": () => atMostOnce("payment", context, () => "again", { schema: z.string() }),
    service: () => charge(context, { transaction_id: "late", amount: 1, currency: "USD" }),
    notify: () => context.notify({ method: "notifications/progress", params: { progress: 1 } }),
    request: () => context.request({ method: "ping" }),
  };
}

/** Begins every operation with every context; the list fills with those that settle. */
export function tryEverything(
  contexts: readonly DurableContext[],
  operations: (context: DurableContext) => Record<string, () => Promise<unknown>> = everything,
): string[] {
  const settled: string[] = [];
  for (const context of contexts) {
    for (const [name, operation] of Object.entries(operations(context))) {
      operation().then(
        () => settled.push(`${name}: resolved`),
        (error: unknown) => settled.push(`${name}: rejected with ${String(error)}`),
      );
    }
  }
  return settled;
}

/** Whatever code does with the contexts now, nothing settles, and nothing is kept of it. */
export async function expectNothingChanges(
  lab: Lab,
  contexts: readonly DurableContext[],
): Promise<void> {
  await quiesce(lab);
  const before = await dump(lab);
  const settled = tryEverything(contexts);
  await quiesce(lab);
  expect(settled).toEqual([]);
  expect(await dump(lab)).toEqual(before);
}
