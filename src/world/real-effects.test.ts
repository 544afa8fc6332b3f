/** Effects for real: performed once, and truly told of, whatever becomes of the answer or the ledger. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { openLab, quiesce, trial, type Lab } from "../testing/lab.ts";
import {
  atLeastOnce,
  atMostOnce,
  effect,
  EffectRefused,
  FaultPlan,
  NetworkError,
  uuidv7,
  World,
  type DurableContext,
  type FaultKind,
} from "../index.ts";
import { deferred, type Ledger } from "../store/index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

const real = (): World => new World(lab.world.ledger, { effects: "real" });
const rows = () => lab.world.ledger.rows({ limit: 99 });

describe("for real", () => {
  it("is performed once, and its row holds what the service answered", async () => {
    const perform = vi.fn(() => Promise.resolve({ id: 7 }));
    const body = (context: DurableContext) => effect(context, "mail.send", { to: "x" }, perform);
    const tried = await trial(lab, body, { effects: real() });
    expect(await tried.run()).toEqual({ value: { id: 7 } });
    expect(perform).toHaveBeenCalledTimes(1);
    expect(await rows()).toMatchObject([{ outcome: "answered", response: { id: 7 } }]);
    expect(await lab.verdict(tried.id)).toBe("done once");
  });

  it("that is refused did not happen; whatever else it throws, it may have", async () => {
    const thrown: Error[] = [new EffectRefused("no such account"), new Error("socket hang up")];
    const ids: string[] = [];
    for (const error of thrown) {
      const body = (context: DurableContext) =>
        effect(context, "bank.pay", {}, () => Promise.reject(error));
      const tried = await trial(lab, body, { effects: real() });
      expect(await tried.run()).toEqual({ error });
      ids.push(tried.id);
    }
    expect((await rows()).map(({ outcome }) => outcome)).toEqual(["refused", "uncertain"]);
    expect(await lab.world.ledger.tally(ids)).toEqual([
      { effects: 0, duplicates: 0, uncertain: 0 },
      { effects: 0, duplicates: 0, uncertain: 1 },
    ]);
  });

  it("under way when the server dies may have happened: unknown, and at most once refuses it", async () => {
    const id = uuidv7();
    const body = (context: DurableContext) =>
      atMostOnce(
        "pay",
        context,
        (inner) =>
          effect(inner, "bank.pay", {}, () => {
            queueMicrotask(() => tried.server.crash());
            return new Promise<string>(() => undefined);
          }),
        { schema: z.string() },
      );
    const tried = await trial(lab, body, { effects: real() }, id);
    await expect(tried.run()).rejects.toThrow();
    expect(await rows()).toMatchObject([{ outcome: "uncertain" }]);
    await trial(lab, body, { effects: real() }, id);
    await lab.settled(id, "completed");
    expect(await lab.guard(id, "pay")).toMatchObject({ state: "started" });
    expect(await rows()).toHaveLength(1);
    expect(await lab.verdict(id)).toBe("unknown");
  });

  it.each<[string, unknown]>([
    ["a function", () => 1],
    ["a bigint", 1n],
    ["a Map", new Map([[1, 2]])],
    ["nothing", undefined],
  ])("whatever it answers arrives, and is done once: %s", async (_, given) => {
    const perform = vi.fn(() => given);
    const body = (context: DurableContext) => effect(context, "mail.send", {}, perform);
    const tried = await trial(lab, body, { effects: real() });
    expect(await tried.run()).toEqual({ value: given });
    expect(perform).toHaveBeenCalledTimes(1);
    expect(await rows()).toMatchObject([{ outcome: "answered" }]);
    expect(await lab.verdict(tried.id)).toBe("done once");
  });

  it("a ledger that cannot be told of its end takes away neither the answer nor the service's error", async () => {
    const broken: Ledger = {
      ...lab.world.ledger,
      record: (entry) => lab.world.ledger.record(entry),
      settle: () => Promise.reject(new Error("disk full")),
    };
    const refused = new EffectRefused("no such account");
    const answers = [() => "paid", () => Promise.reject(refused)];
    const outcomes: unknown[] = [];
    for (const perform of answers) {
      const body = (context: DurableContext) => effect(context, "bank.pay", {}, perform);
      const tried = await trial(lab, body, { effects: new World(broken, { effects: "real" }) });
      outcomes.push(await tried.run());
      const trace = await lab.store.readTrace({ invocation: tried.id, limit: 99 });
      expect(trace.map(({ outcome }) => outcome)).toContain("not recorded");
    }
    expect(outcomes).toEqual([{ value: "paid" }, { error: refused }]);
  });

  it.each<FaultKind>(["crash", "retryable"])(
    "that happened and whose answer was lost by a %s has happened",
    async (kind) => {
      const faults = new FaultPlan([{ point: "effect:after", kind, when: { nth: 1 } }]);
      const id = uuidv7();
      const body = (context: DurableContext) => effect(context, "bank.pay", {}, () => "paid");
      const tried = await trial(lab, body, { effects: real(), faults }, id);
      await Promise.allSettled([tried.run()]);
      expect(await rows()).toMatchObject([{ outcome: "unanswered", response: "paid" }]);
      // The body does it again: a resumption, or a retry.
      const next = await trial(lab, body, { effects: real() }, id);
      await next.run();
      expect(await lab.verdict(id)).toBe("done twice");
    },
  );

  it("does not begin once its attempt has ended, however near it was", async () => {
    const performed: number[] = [];
    let attempts = 0;
    const late: Ledger = {
      ...lab.world.ledger,
      settle: (seq, result) => lab.world.ledger.settle(seq, result),
      async record(entry) {
        const seq = await lab.world.ledger.record(entry);
        recorded.resolve();
        await ended.promise;
        return seq;
      },
    };
    const [recorded, ended] = [deferred<void>(), deferred<void>()];
    const tried = await trial(
      lab,
      (context) =>
        atMostOnce(
          "pay",
          context,
          async (inner) => {
            if (++attempts > 1) {
              ended.resolve();
              await quiesce(lab);
              return "done";
            }
            void effect(inner, "bank.pay", {}, () => performed.push(attempts));
            await recorded.promise;
            throw new NetworkError("meanwhile");
          },
          { schema: z.string(), retryableErrors: [NetworkError] },
        ),
      { effects: new World(late, { effects: "real" }) },
    );
    expect(await tried.run()).toEqual({ value: "done" });
    expect(performed).toEqual([]);
  });

  it("that side by side are validated get the answers of their own names and places", async () => {
    const performed: string[] = [];
    const ask = (context: DurableContext, name: "a.x" | "b.y", ms: number) =>
      effect(context, name, {}, async () => {
        await Promise.resolve(ms);
        performed.push(name);
        return name;
      });
    const tried = await trial(
      lab,
      (context) =>
        atLeastOnce("both", context, (c) => Promise.all([ask(c, "a.x", 2), ask(c, "b.y", 1)]), {
          schema: z.array(z.string()),
        }),
      { effects: real(), effectValidation: true },
    );
    expect(await tried.run()).toEqual({ value: ["a.x", "b.y"] });
    expect(performed).toHaveLength(2);
    const trace = await lab.store.readTrace({ invocation: tried.id, limit: 99 });
    expect(trace.filter(({ type }) => type === "effect-validation")).toMatchObject([
      { outcome: "same" },
    ]);
  });

  it("that only the second run of effect validation asks for is not performed", async () => {
    let runs = 0;
    const performed: string[] = [];
    const perform = (name: "mail.send" | "mail.sms") => () => performed.push(name);
    const tried = await trial(
      lab,
      (context) =>
        atLeastOnce(
          "a",
          context,
          async (inner) => {
            const name = ++runs === 1 ? "mail.send" : "mail.sms";
            await effect(inner, name, {}, perform(name));
          },
          {},
        ),
      { effects: real(), effectValidation: true },
    );
    expect(await tried.run()).toEqual({ value: undefined });
    expect(performed).toEqual(["mail.send"]);
    const trace = await lab.store.readTrace({ invocation: tried.id, limit: 99 });
    expect(trace.find(({ type }) => type === "effect-validation")).toMatchObject({
      outcome: "different",
      detail: expect.stringContaining("mail.sms") as unknown,
    });
  });

  it("within a guard within a validated callable is performed once", async () => {
    const performed: string[] = [];
    let inner = 0;
    const tried = await trial(
      lab,
      (context) =>
        atLeastOnce("outer", context, async (outer) => {
          // Fails in either run, so that the second enters it, too.
          const again = { retryPolicy: { maxAttempts: 1 } };
          await atLeastOnce(
            "inner",
            outer,
            async (within) => {
              await effect(within, "bank.pay", {}, () => performed.push("paid"));
              throw new NetworkError(`run ${++inner}`);
            },
            again,
          ).catch(() => undefined);
        }),
      { effects: real(), effectValidation: true },
    );
    await tried.run();
    expect(performed).toEqual(["paid"]);
  });

  it("that is asked with another context than the callable's own leaves it unvalidated", async () => {
    const performed: string[] = [];
    const tried = await trial(
      lab,
      (context) =>
        atLeastOnce("a", context, async () => {
          await effect(context, "bank.pay", {}, () => performed.push("paid"));
        }),
      { effects: real(), effectValidation: true },
    );
    await tried.run();
    expect(performed).toEqual(["paid"]);
    const trace = await lab.store.readTrace({ invocation: tried.id, limit: 99 });
    expect(trace.filter(({ type }) => type === "effect-validation")).toMatchObject([
      { outcome: "left out", detail: expect.stringContaining("another context") as unknown },
    ]);
  });

  it("is not done again by effect validation, whose second run gets the first answer", async () => {
    let performed = 0;
    const tried = await trial(
      lab,
      (context) =>
        atLeastOnce("a", context, (inner) => effect(inner, "id.next", {}, () => ++performed), {
          schema: z.number(),
        }),
      { effects: real(), effectValidation: true },
    );
    expect(await tried.run()).toEqual({ value: 1 });
    expect(performed).toBe(1);
    expect(await rows()).toHaveLength(1);
    const trace = await lab.store.readTrace({ invocation: tried.id, limit: 99 });
    const validated = trace.filter(({ type }) => type === "effect-validation");
    expect(validated).toMatchObject([{ outcome: "same" }]);
  });
});
