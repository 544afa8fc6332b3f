/** `effect`: counted, simulated or for real, refused or uncertain, never done twice by validation. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { openLab, trial, type Lab } from "../testing/lab.ts";
import {
  atLeastOnce,
  atMostOnce,
  effect,
  EffectRefused,
  effectsAsked,
  FaultPlan,
  GuardValueError,
  InvalidOptionError,
  judgeCall,
  NetworkError,
  World,
  type DurableContext,
} from "../index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

const rows = () => lab.world.ledger.rows({ limit: 99 });

describe("simulated", () => {
  it("is answered by its simulation, and its row tells who asked, where and what", async () => {
    lab.world.simulate<{ to: string }>("mail.send", { perform: ({ to }) => ({ id: `to ${to}` }) });
    const perform = vi.fn(() => ({ id: "real" }));
    const send = (context: DurableContext, to: string) =>
      effect(context, "mail.send", { to }, perform);
    const tried = await trial(
      lab,
      async (context) => {
        const first = await atMostOnce("a", context, (inner) => send(inner, "x"), {
          schema: z.unknown(),
        });
        return [first, await send(context, "y"), await send(context, "z")];
      },
      { effects: lab.world },
    );
    expect(await tried.run()).toEqual({ value: [{ id: "to x" }, { id: "to y" }, { id: "to z" }] });
    expect(perform).not.toHaveBeenCalled();
    const about = { service: "mail", operation: "send", invocation: tried.id, outcome: "answered" };
    expect(await rows()).toMatchObject([
      { ...about, alias: "a", attempt: 1, position: 0, request: { to: "x" } },
      { ...about, position: 0, request: { to: "y" } },
      { ...about, position: 1, request: { to: "z" } },
    ]);
    expect(await lab.verdict(tried.id)).toBe("done once");
  });

  it("by answers is the same for the same seed and request, and another for another seed", async () => {
    const answers = Array.from({ length: 100 }, (_, n) => n);
    const ask = async (seed: number): Promise<unknown> => {
      const world = new World(lab.world.ledger, { seed });
      world.simulate("dice.roll", { answers });
      const body = (context: DurableContext) => effect(context, "dice.roll", { n: 1 }, () => -1);
      const tried = await trial(lab, body, { effects: world });
      const outcome = await tried.run();
      return "value" in outcome ? outcome.value : outcome.error;
    };
    expect(await ask(1)).toBe(await ask(1));
    const others = await Promise.all([2, 3, 4, 5].map(ask));
    expect(new Set(others).size).toBeGreaterThan(1);
  });

  it("a service that cannot be reached at times is a NetworkError, and nothing happened then", async () => {
    lab.world.simulate("bank.pay", { answers: ["ok"], failureRate: 0.5 });
    const options = { retryableErrors: [NetworkError], retryPolicy: { maxAttempts: 20 } };
    for (let n = 0; n < 5; n++) {
      const tried = await trial(
        lab,
        (context) =>
          atMostOnce("pay", context, (inner) => effect(inner, "bank.pay", { n }, () => "x"), {
            schema: z.string(),
            ...options,
          }),
        { effects: lab.world },
      );
      expect(await tried.run()).toEqual({ value: "ok" });
    }
    const attempts = (await lab.store.readGuards({ limit: 9 })).map(({ attempts }) => attempts);
    expect(Math.max(...attempts)).toBeGreaterThan(1);
    expect(await rows()).toHaveLength(5);
  });

  it("is otherwise than its author says where that is changed, and as it was when it is not any more", async () => {
    lab.world.simulate("mail.send", { perform: () => "by its code", latencyMs: 3 });
    const send = async (): Promise<unknown> => {
      const tried = await trial(lab, (context) => effect(context, "mail.send", {}, () => "never"), {
        effects: lab.world,
      });
      const outcome = await tried.run();
      return "value" in outcome ? outcome.value : outcome.error;
    };
    expect(lab.world.simulated().at(-1)).toMatchObject({ name: "mail.send", latencyMs: 3 });
    expect(await send()).toBe("by its code");
    lab.world.changes = { "mail.send": { answers: ["canned"] } };
    expect(await send()).toBe("canned");
    lab.world.changes = { "mail.send": { failureRate: 1 } };
    expect(String(await send())).toContain("could not be reached");
    lab.world.changes = { "mail.send": { latencyMs: 7 }, toString: { answers: ["never"] } };
    expect(await send()).toBe("by its code");
    lab.world.changes = {};
    expect(await send()).toBe("by its code");
    expect((await rows()).map(({ response }) => response)).toEqual([
      "by its code",
      "canned",
      "by its code",
      "by its code",
    ]);
  });

  it("by a promise is waited for, and what it answers is a copy", async () => {
    const answer = { id: 1, tags: ["a"] };
    lab.world.simulate("mail.send", { perform: () => Promise.resolve(answer) });
    const body = (context: DurableContext) =>
      effect(context, "mail.send", {}, (): typeof answer => ({ id: 2, tags: [] }));
    const tried = await trial(lab, async (context) => (await body(context)).tags.push("mine"), {
      effects: lab.world,
    });
    expect(await tried.run()).toEqual({ value: 2 });
    expect(answer).toEqual({ id: 1, tags: ["a"] });
    expect(await rows()).toMatchObject([{ response: answer }]);
    lab.world.simulate("mail.send", { answers: [{ n: 1n }] });
    const { run } = await trial(lab, body, { effects: lab.world });
    expect(String(Object.values(await run())[0])).toContain("The answer of mail.send.n is bigint");
    expect(await rows()).toHaveLength(1);
  });

  it("that was asked for and did not happen is named beside a success", async () => {
    lab.world.simulate("mail.send", { answers: [1] });
    const faults = new FaultPlan([
      { point: "effect:before", match: { service: "mail" }, kind: "retryable", when: { nth: 1 } },
    ]);
    const body = (context: DurableContext) =>
      effect(context, "mail.send", {}, () => 1).catch(() => undefined);
    const tried = await trial(lab, body, { effects: lab.world, faults });
    await tried.run();
    const asked = effectsAsked(await lab.store.readTrace({ invocation: tried.id, limit: 99 }));
    expect(asked).toEqual(["mail.send"]);
    const invocation = await lab.store.readInvocation(tried.id);
    if (!invocation) throw new Error("There is no call.");
    expect(judgeCall({ invocation, guards: [], effects: [], asked })).toMatchObject({
      verdict: "done once",
      missing: ["mail.send"],
    });
  });

  it("without a simulation says what to write", async () => {
    const body = (context: DurableContext) => effect(context, "sms.send", {}, () => 1);
    const { run } = await trial(lab, body, { effects: lab.world });
    expect(String(Object.values(await run())[0])).toContain('world.simulate("sms.send"');
    expect(await rows()).toEqual([]);
    expect(() => lab.world.simulate("sms.send", {})).toThrow(/perform, or at least one of answers/);
  });

  it("what is not named by service and operation, or asks for what JSON cannot carry, is refused", async () => {
    for (const name of ["mail", "mail.", ".send", "a.b.c"]) {
      const body = (context: DurableContext) => effect(context, name as "a.b", {}, () => 1);
      const { run } = await trial(lab, body, { effects: lab.world });
      expect(await run()).toMatchObject({ error: expect.any(InvalidOptionError) as unknown });
    }
    lab.world.simulate("mail.send", { answers: [1] });
    const body = (context: DurableContext) => effect(context, "mail.send", { n: 1n }, () => 1);
    const { run } = await trial(lab, body, { effects: lab.world });
    expect(String(Object.values(await run())[0])).toContain("request.n is bigint");
  });

  it("what does not fit its schema is told, though it happened", async () => {
    lab.world.simulate("mail.send", { answers: ["text"] });
    const schema = z.object({ id: z.string() });
    const body = (context: DurableContext) =>
      effect(context, "mail.send", {}, () => ({ id: "1" }), { schema });
    const tried = await trial(lab, body, { effects: lab.world });
    expect(await tried.run()).toMatchObject({ error: expect.any(GuardValueError) as unknown });
    expect(await rows()).toHaveLength(1);
  });
});

it("a callable that asks otherwise the second time is reported by effect validation", async () => {
  lab.world.simulate("mail.send", { answers: [1] });
  let runs = 0;
  const tried = await trial(
    lab,
    (context) =>
      atLeastOnce("a", context, (inner) => effect(inner, "mail.send", { fresh: ++runs }, () => 1), {
        schema: z.number(),
      }),
    { effects: lab.world, effectValidation: true },
  );
  await tried.run();
  const trace = await lab.store.readTrace({ invocation: tried.id, limit: 99 });
  expect(trace.find(({ type }) => type === "effect-validation")).toMatchObject({
    outcome: "different",
    detail: expect.stringContaining("asked the outside world otherwise") as unknown,
  });
  expect((await rows()).map(({ validation = false }) => validation)).toEqual([false, true]);
});

it("without a ledger it is performed, and stands in the trace with what became of it", async () => {
  const tried = await trial(
    lab,
    async (context) => {
      await effect(context, "mail.send", {}, () => "sent");
      await effect(context, "mail.send", {}, () => Promise.reject(new EffectRefused("no"))).catch(
        () => undefined,
      );
      await effect(context, "mail.send", {}, () => Promise.reject(new Error("?"))).catch(
        () => undefined,
      );
    },
    { effects: undefined },
  );
  await tried.run();
  expect(await rows()).toEqual([]);
  const trace = await lab.store.readTrace({ invocation: tried.id, limit: 99 });
  const outcomes = trace.filter(({ type }) => type === "effect").map(({ outcome }) => outcome);
  expect(outcomes).toEqual([
    ...["begun", "happened"],
    ...["begun", "refused"],
    ...["begun", "may have happened"],
  ]);
});

it("a retryable error after the effect makes it happen twice: the guards kept their word", async () => {
  lab.world.simulate("bank.pay", { answers: ["ok"] });
  const faults = new FaultPlan([{ point: "effect:after", kind: "retryable", when: { nth: 1 } }]);
  const tried = await trial(
    lab,
    (context) =>
      atMostOnce("pay", context, (inner) => effect(inner, "bank.pay", {}, () => "x"), {
        schema: z.string(),
        retryableErrors: [NetworkError],
      }),
    { effects: lab.world, faults },
  );
  expect(await tried.run()).toEqual({ value: "ok" });
  expect(await lab.verdict(tried.id)).toBe("done twice");
});
