/** When a fault of a plan strikes, and which plans are invalid (docs/spec.md, 3.2). */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openLab, type Lab } from "../testing/lab.ts";
import {
  FaultPlan,
  InvalidOptionError,
  NetworkError,
  type Fault,
  type FaultDetail,
  type FaultPlanOptions,
} from "../index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(async () => {
  await lab.close();
});

const { signal } = new AbortController();
const here: FaultDetail = { tool: "pay", alias: "payment", map: "m", service: "bank" };

/** Passes a point `times` times, with a plan made anew each time as after a reload. */
async function strikes(
  faults: readonly Fault[],
  times: number,
  options?: FaultPlanOptions,
  detail = here,
): Promise<boolean[]> {
  const struck: boolean[] = [];
  for (let pass = 0; pass < times; pass++) {
    const plan = new FaultPlan(faults, options);
    struck.push((await plan.strike("effect:before", detail, lab.store, signal)) !== undefined);
  }
  return struck;
}

const fault = (when: Fault["when"], more: Partial<Fault> = {}): Fault => ({
  point: "effect:before",
  kind: "crash",
  when,
  ...more,
});

describe("a fault strikes", () => {
  it.each<[string, Fault["when"], boolean[]]>([
    ["at its first hit", { nth: 1 }, [true, false, false, false]],
    ["at its third hit", { nth: 3 }, [false, false, true, false]],
    ["at its first two hits", { first: 2 }, [true, true, false, false]],
    ["at every hit", { every: true }, [true, true, true, true]],
    ["never with a probability of 0", { probability: 0 }, [false, false, false, false]],
    ["always with a probability of 1", { probability: 1 }, [true, true, true, true]],
  ])("%s, counted in the store across instances of the plan", async (_what, when, expected) => {
    expect(await strikes([fault(when)], 4)).toEqual(expected);
  });

  it("where its match is, in every field that is given, and its hits are counted there alone", async () => {
    const only = [fault({ nth: 1 }, { match: { alias: "payment", service: "bank" } })];
    for (const detail of [
      { tool: "pay", alias: "other", service: "bank" },
      { tool: "pay", alias: "payment", service: "ocr" },
      { tool: "pay", alias: "payment" },
      { tool: "pay" },
    ]) {
      expect(await strikes(only, 2, {}, detail)).toEqual([false, false]);
    }
    expect(await strikes(only, 2)).toEqual([true, false]);
  });

  it("at its own point only", async () => {
    const plan = new FaultPlan([fault({ every: true })]);
    expect(await plan.strike("effect:after", here, lab.store, signal)).toBeUndefined();
    expect(await plan.strike("effect:before", here, lab.store, signal)).toBe(plan.faults[0]);
  });

  it("counted by itself: a fault before it in the plan that struck takes no hit from it", async () => {
    const faults = [fault({ nth: 1 }, { kind: "retryable" }), fault({ nth: 2 })];
    const plan = new FaultPlan(faults);
    const kinds: (string | undefined)[] = [];
    for (let pass = 0; pass < 3; pass++) {
      kinds.push((await plan.strike("effect:before", here, lab.store, signal))?.kind);
    }
    // The point is passed for the second time when the second fault is due.
    expect(kinds).toEqual(["retryable", "crash", undefined]);
  });

  it("once more under another id, which counts for itself", async () => {
    const faults = [fault({ nth: 1 })];
    expect(await strikes(faults, 2, { id: "a" })).toEqual([true, false]);
    expect(await strikes(faults, 2, { id: "b" })).toEqual([true, false]);
    expect(await strikes(faults, 2, { id: "a" })).toEqual([false, false]);
  });
});

describe("a probability", () => {
  const drawn = [fault({ probability: 0.3 })];

  it("draws the same from the same seed, and otherwise from another", async () => {
    const [a, b, c] = [
      await strikes(drawn, 60, { seed: 7, id: "a" }),
      await strikes(drawn, 60, { seed: 7, id: "b" }),
      await strikes(drawn, 60, { seed: 8, id: "c" }),
    ];
    expect(b).toEqual(a);
    expect(c).not.toEqual(a);
  });

  it("strikes about as often as it says", async () => {
    const struck = (await strikes(drawn, 300)).filter(Boolean).length;
    expect(struck).toBeGreaterThan(60);
    expect(struck).toBeLessThan(120);
  });
});

describe("a plan", () => {
  it("counts with an equal plan, whether it names an error by its class or its name", () => {
    const byClass = new FaultPlan([fault({ nth: 1 }, { kind: "retryable", error: NetworkError })]);
    const byName = new FaultPlan([fault({ nth: 1 }, { kind: "retryable", error: "NetworkError" })]);
    expect(byClass.id).toBe(byName.id);
    expect(new FaultPlan(byName.faults, { seed: 2 }).id).not.toBe(byName.id);
  });

  const odd = (given: Record<string, unknown>) => ({ ...fault({ nth: 1 }), ...given });

  it.each<[string, Fault, string]>([
    ["an unknown point", odd({ point: "guard:nowhere" }), "guard:before-start"],
    ["an unknown kind", odd({ kind: "explosion" }), "lose-response"],
    ["no when", odd({ when: {} }), "{ nth: 1 }"],
    ["an nth of zero", odd({ when: { nth: 0 } }), "{ nth: 1 }"],
    ["a fractional first", odd({ when: { first: 1.5 } }), "{ first: 2 }"],
    ["an every that is not", odd({ when: { every: false } }), "{ every: true }"],
    ["a probability above 1", odd({ when: { probability: 1.5 } }), "{ probability: 0.5 }"],
    ["a probability that is none", odd({ when: { probability: NaN } }), "{ probability: 0.5 }"],
    ["a latency without ms", odd({ kind: "latency" }), '"ms"'],
    ["a latency of less than nothing", odd({ kind: "latency", ms: -1 }), '"ms"'],
  ])("with %s is refused, and says what to use", (_what, given, use) => {
    const make = () => new FaultPlan([fault({ nth: 1 }), given]);
    expect(make).toThrow(InvalidOptionError);
    expect(make).toThrow("Fault 2");
    expect(make).toThrow(use);
  });
});
