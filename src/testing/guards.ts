/** Guards as the tests of `atLeastOnce` and `atMostOnce` use them. */
import { vi } from "vitest";
import { z } from "zod";
import {
  atLeastOnce,
  atMostOnce,
  AtMostOnceFailedBeforeCompleting,
  NetworkError,
  type DurableContext,
} from "../index.ts";
import type { TraceEvent } from "../store/index.ts";
import { quiesce, type Lab, type Outcome } from "./lab.ts";

export const schema = z.number();
export const retryableErrors = [NetworkError];
export const notAnError: unknown = "just text";
export type Ending = "ok" | "network" | "fatal";

/** A callable whose runs end as given, and well thereafter; it resolves with the number of its run. */
export function scripted(...endings: readonly Ending[]) {
  const callable = vi.fn((): number => {
    const run = callable.mock.calls.length;
    const ending = endings[run - 1] ?? "ok";
    if (ending === "network") throw new NetworkError(`network ${run}`);
    if (ending === "fatal") throw new RangeError(`fatal ${run}`);
    return run;
  });
  return callable;
}

export type GuardKind = "atLeastOnce" | "atMostOnce";
export function guard(
  kind: GuardKind,
  alias: string,
  context: DurableContext,
  callable: (context: DurableContext) => number | Promise<number>,
): Promise<number> {
  return kind === "atLeastOnce"
    ? atLeastOnce(alias, context, callable, { schema })
    : atMostOnce(alias, context, callable, { schema, retryableErrors });
}

export function describeOutcome(outcome: Outcome): string {
  if ("value" in outcome) return `value ${String(outcome.value)}`;
  const { error } = outcome;
  if (error instanceof AtMostOnceFailedBeforeCompleting) return `refused: ${error.cause.message}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** The events of those types, in order, when all of them are written. */
export async function traceOf(
  lab: Lab,
  invocation: string,
  ...types: TraceEvent["type"][]
): Promise<TraceEvent[]> {
  await quiesce(lab);
  const trace = await lab.store.readTrace({ invocation, limit: 999 });
  return trace.filter(({ type }) => types.includes(type));
}
