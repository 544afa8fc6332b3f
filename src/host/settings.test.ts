import { describe, expect, it } from "vitest";
import { FaultPlan, type Fault } from "../durable/index.ts";
import { faultSchema, settingsSchema, type PlannedFault } from "./settings.ts";

it("nothing kept means the defaults", () => {
  expect(settingsSchema.parse({})).toEqual({
    guards: "on",
    resume: "automatic",
    effectValidation: false,
    delays: "real",
    latencyMs: 0,
    simulations: {},
    savedCalls: [],
    breakpoints: [],
  });
});

it("a field of another build is left out, and the rest is read", () => {
  const kept = settingsSchema.parse({ guards: "off", colours: ["all"] });
  expect(kept).toMatchObject({ guards: "off" });
  expect(kept).not.toHaveProperty("colours");
});

describe("is refused", () => {
  it.each<[string, unknown]>([
    ["a text", "settings"],
    ["an array", []],
    ["guards that are neither on nor off", { guards: "maybe" }],
    ["a latency below nothing", { latencyMs: -1 }],
    ["a latency that is no number", { latencyMs: Number.NaN }],
    ["recordings of no call", { keepRecordings: 0 }],
    ["recordings of half a call", { keepRecordings: 1.5 }],
    ["a plan without faults", { plan: { name: "none", faults: [] } }],
    ["a plan of null", { plan: null }],
    ["a breakpoint at no such point", { breakpoints: [{ point: "guard:never" }] }],
    ["a breakpoint that is a name", { breakpoints: ["every point"] }],
    ["a call without arguments", { savedCalls: [{ name: "a", tool: "t" }] }],
  ])("%s", (_, value) => {
    expect(settingsSchema.safeParse(value).success).toBe(false);
  });
});

const fault: PlannedFault = { point: "effect:after", kind: "crash", when: { nth: 1 } };

describe("a fault", () => {
  it.each<[string, object]>([
    ["of no such point", { point: "guard:never" }],
    ["of no such kind", { kind: "explosion" }],
    ["that strikes the zeroth time", { when: { nth: 0 } }],
    ["that strikes in two ways", { when: { nth: 1, first: 2 } }],
    ["that strikes in no way", { when: {} }],
    ["with a probability over one", { when: { probability: 1.1 } }],
    ["that matches by a field that there is not", { match: { guard: "a" } }],
    ["with a field that there is not", { kinds: "crash" }],
    ["that waits, and does not say how long", { kind: "latency" }],
    ["that waits a time below nothing", { kind: "latency", ms: -1 }],
  ])("%s is refused", (_, change) => {
    expect(faultSchema.safeParse({ ...fault, ...change }).success).toBe(false);
  });

  it.each<Partial<PlannedFault>>([
    {},
    { kind: "latency", ms: 0 },
    { when: { every: true }, match: { tool: "t", alias: "a", map: "m", service: "s" } },
    { kind: "non-retryable", error: "TypeError", when: { probability: 0 } },
  ])("with %j is kept, and no plan refuses it", (change) => {
    const kept = faultSchema.parse({ ...fault, ...change });
    expect(new FaultPlan([kept as Fault]).faults).toEqual([kept]);
  });
});
