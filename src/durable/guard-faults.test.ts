/** Guards against their state machine (docs/spec.md, 2.2), under every kind of failure at every fault point. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { writesOf, ok, openLab, type Lab } from "../testing/lab.ts";
import {
  atLeastOnce,
  atMostOnce,
  charge,
  FAULT_POINTS,
  FaultPlan,
  fromBytes,
  NetworkError,
  SortedMap,
  toBytes,
  uuidv7,
  type DurableContext,
  type DurableMcpServer,
  type FaultPoint,
} from "../index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(async () => {
  await lab.close();
});

const kinds = ["crash", "retryable", "non-retryable"] as const;
type Kind = (typeof kinds)[number];
type GuardKind = "atMostOnce" | "atLeastOnce";

/** What must be so when the fault struck the first `n` times, and the call was then retried to its end. */
interface Expected {
  readonly state: "stored" | "started" | "failed";
  /** How often the callable was entered. */
  readonly entered: number;
  readonly effects: number;
  /** Whether the map was written by the callable. */
  readonly written: boolean;
}

/** Where in one attempt a point lies, and so what has happened when a fault strikes there. */
const inCallable: Partial<Record<FaultPoint, { effects: 0 | 1; written: boolean }>> = {
  "effect:before": { effects: 0, written: false },
  "effect:after": { effects: 1, written: false },
  "map:before-commit": { effects: 1, written: false },
  "map:committed": { effects: 1, written: true },
};
const once: Expected = { state: "stored", entered: 1, effects: 1, written: true };

function modelOfAtMostOnce(point: FaultPoint, kind: Kind, n: number): Expected {
  switch (point) {
    // Nothing is claimed yet, or everything is stored already.
    case "guard:before-start":
    case "guard:stored":
    case "call:before-response":
      return once;
    case "guard:started":
      return {
        state: kind === "crash" ? "started" : "failed",
        entered: 0,
        effects: 0,
        written: false,
      };
    case "guard:before-store":
      return { ...once, state: kind === "crash" ? "started" : "failed" };
    default: {
      const at = inCallable[point];
      if (!at) throw new Error(`No expectation for ${point}.`);
      if (kind === "retryable") return { ...once, entered: n + 1, effects: n * at.effects + 1 };
      return { ...at, state: kind === "crash" ? "started" : "failed", entered: 1 };
    }
  }
}

function modelOfAtLeastOnce(point: FaultPoint, n: number): Expected {
  const repeats = (effects: number): Expected => ({
    ...once,
    entered: n + 1,
    effects: n * effects + 1,
  });
  if (point === "guard:before-store") return repeats(1);
  const at = inCallable[point];
  // `guard:started` is no point of an at-least-once guard.
  return at ? repeats(at.effects) : once;
}

const value = z.number();

class Bench {
  entered = 0;

  constructor(private readonly kind: GuardKind) {}

  readonly register = (server: DurableMcpServer): void => {
    const callable = async (context: DurableContext): Promise<number> => {
      const run = ++this.entered;
      await charge(context, { transaction_id: "t", amount: 5, currency: "USD" });
      await SortedMap.ref("m").insert(context, { entries: { k: toBytes(run) } });
      return run;
    };
    server.registerTool("work", {}, async (_args, context) => {
      const retryableErrors = [NetworkError];
      const run = await (this.kind === "atMostOnce"
        ? atMostOnce("guard", context, callable, { schema: value, retryableErrors })
        : atLeastOnce("guard", context, callable, { schema: value }));
      return ok(String(run));
    });
  };
}

const cases = FAULT_POINTS.flatMap((point) =>
  kinds.flatMap((kind) => [1, 3].map((n): [Kind, FaultPoint, number] => [kind, point, n])),
);

describe.each<GuardKind>(["atMostOnce", "atLeastOnce"])("%s", (guard) => {
  it.each(cases)("with %s at %s, the first %i times", async (kind, point, n) => {
    const bench = new Bench(guard);
    const faults = new FaultPlan([{ point, kind, when: { first: n } }]);
    const id = uuidv7();
    const answer = async (): Promise<string> => {
      const { content, isError } = await lab.callUntilAnswered(
        bench.register,
        { faults },
        "work",
        {},
        id,
      );
      const [part] = content;
      return `${isError ? "error: " : ""}${part?.type === "text" ? part.text : ""}`;
    };
    // An error leaves the guard absent at most `n` times; one more call finds it as it stays.
    for (let calls = 0; calls <= n; calls++) await answer();
    const last = await answer();

    const expected =
      guard === "atMostOnce" ? modelOfAtMostOnce(point, kind, n) : modelOfAtLeastOnce(point, n);
    const record = await lab.guard(id, "guard");
    const entry = await lab.store.readEntry("m", "k");
    expect({
      state: record?.state,
      entered: bench.entered,
      effects: (await lab.world.ledger.rows({ invocation: id, limit: 99 })).length,
      written: entry !== undefined,
    }).toEqual(expected);

    // What the last attempt wrote is what the stored value tells; each attempt wrote once.
    if (expected.state === "stored") {
      expect(record?.value).toBe(bench.entered);
      expect(entry && fromBytes(entry.value)).toBe(bench.entered);
      expect(last).toBe(String(bench.entered));
    } else {
      expect(last).toContain("error: ");
      expect(last).toContain("failed before completing");
    }
    const applied = await writesOf(lab.store);
    expect(applied.length).toBeLessThanOrEqual(bench.entered);
    const { state = "" } = (await lab.store.readInvocation(id)) ?? {};
    const executions = await lab.store.readExecutions(id);
    expect(state).toBe(expected.state === "stored" ? "completed" : "failed");
    expect(executions.filter(({ outcome }) => outcome === undefined)).toEqual([]);
  });
});
