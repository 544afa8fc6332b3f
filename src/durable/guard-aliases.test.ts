/** One alias is one guard; and guards that are off are none (docs/spec.md, 2.2). */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { scripted, type GuardKind, guard, describeOutcome, traceOf } from "../testing/guards.ts";
import { openLab, quiesce, trial, type Lab } from "../testing/lab.ts";
import {
  atLeastOnce,
  atMostOnce,
  charge,
  GuardUsageError,
  InvalidKeyError,
  uuidv7,
} from "../index.ts";
import { deferred } from "../store/index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(async () => {
  await lab.close();
});

describe("an alias that is used again", () => {
  it.each<GuardKind>(["atLeastOnce", "atMostOnce"])(
    "after the first use of %s is answered from the store, and marked",
    async (kind) => {
      const callable = scripted();
      const { run, id } = await trial(lab, async (context) => [
        await guard(kind, "g", context, callable),
        await guard(kind, "g", context, callable),
      ]);
      expect(await run()).toEqual({ value: [1, 1] });
      expect(await traceOf(lab, id, "alias-reused", "guard-answered")).toMatchObject([
        { type: "alias-reused", alias: "g" },
        { type: "guard-answered", alias: "g" },
      ]);
    },
  );

  it.each<GuardKind>(["atLeastOnce", "atMostOnce"])(
    "while the first use of %s is running waits for it",
    async (kind) => {
      const release = deferred<void>();
      const callable = vi.fn(async () => {
        await release.promise;
        return 7;
      });
      const { run } = await trial(lab, async (context) => {
        const both = Promise.all([1, 2, 3].map(() => guard(kind, "g", context, callable)));
        await quiesce(lab);
        expect(callable).toHaveBeenCalledTimes(1);
        release.resolve();
        return await both;
      });
      expect(await run()).toEqual({ value: [7, 7, 7] });
      expect(callable).toHaveBeenCalledTimes(1);
    },
  );

  it("while the first use fails is refused with its error", async () => {
    const callable = scripted("fatal");
    const { run } = await trial(lab, (context) =>
      Promise.allSettled([1, 2].map(() => guard("atMostOnce", "g", context, callable))),
    );
    const outcome = await run();
    const settled = "value" in outcome ? (outcome.value as PromiseSettledResult<unknown>[]) : [];
    expect(
      settled.map((one) =>
        one.status === "rejected" ? describeOutcome({ error: one.reason }) : "",
      ),
    ).toEqual(["RangeError: fatal 1", "refused: RangeError: fatal 1"]);
    expect(callable).toHaveBeenCalledTimes(1);
  });

  it.each<[GuardKind, GuardKind]>([
    ["atLeastOnce", "atMostOnce"],
    ["atMostOnce", "atLeastOnce"],
  ])("by another kind is an error: %s, then %s", async (first, then) => {
    const callable = scripted();
    const id = uuidv7();
    const sequential = await trial(
      lab,
      async (context) => {
        await guard(first, "g", context, callable);
        await guard(then, "g", context, callable);
      },
      {},
      id,
    );
    expect(await sequential.run()).toMatchObject({ error: expect.any(GuardUsageError) as unknown });
    const later = await trial(lab, (context) => guard(then, "g", context, callable), {}, id);
    expect(await later.run()).toMatchObject({ error: expect.any(GuardUsageError) as unknown });
    const concurrent = await trial(lab, async (context) => {
      const both = [guard(first, "h", context, callable), guard(then, "h", context, callable)];
      return (await Promise.allSettled(both)).map(({ status }) => status);
    });
    expect(await concurrent.run()).toEqual({ value: ["fulfilled", "rejected"] });
    expect(callable).toHaveBeenCalledTimes(2);
  });

  it("within its own callable, however deep, is an error rather than a wait for itself", async () => {
    const { run } = await trial(lab, (context) =>
      atLeastOnce("outer", context, (context) =>
        atLeastOnce("inner", context, (context) => atLeastOnce("outer", context, () => undefined)),
      ),
    );
    const outcome = await run();
    expect(outcome).toMatchObject({ error: expect.any(GuardUsageError) as unknown });
    expect(describeOutcome(outcome)).toContain('"outer" is used within its own callable');
  });

  it.each(["", "\ud800"])("is refused where it is no name: %j", async (alias) => {
    const callable = scripted();
    const { run } = await trial(lab, (context) => guard("atLeastOnce", alias, context, callable));
    expect(await run()).toMatchObject({ error: expect.any(InvalidKeyError) as unknown });
    expect(callable).not.toHaveBeenCalled();
  });
});

describe("guards off", () => {
  it("runs every callable every time, without any record", async () => {
    const { run, id } = await trial(
      lab,
      async (context) => {
        await atMostOnce("payment", context, async (context) => {
          await charge(context, { transaction_id: "t", amount: 5, currency: "USD" });
        });
      },
      { guards: "off" },
    );
    await run();
    await run();
    const rows = await lab.world.ledger.rows({ invocation: id, limit: 9 });
    expect(rows.map(({ alias, occurrence }) => [alias, occurrence])).toEqual([
      ["payment", 1],
      ["payment", 2],
    ]);
    expect(await lab.store.readGuards({ limit: 9 })).toEqual([]);
  });

  it("still retries, and still throws a fatal error at once", async () => {
    const network = scripted("network", "network");
    const fatal = scripted("fatal");
    const { run } = await trial(
      lab,
      async (context) => {
        await guard("atMostOnce", "a", context, network);
        await guard("atMostOnce", "b", context, fatal);
      },
      { guards: "off" },
    );
    expect(describeOutcome(await run())).toBe("RangeError: fatal 1");
    expect(network).toHaveBeenCalledTimes(3);
  });
});
