/** The states of a guard, and its retries (docs/spec.md, 2.2). */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  schema,
  retryableErrors,
  notAnError,
  type Ending,
  scripted,
  type GuardKind,
  guard,
  describeOutcome,
  traceOf,
} from "../testing/guards.ts";
import { openLab, quiesce, trial, type Lab } from "../testing/lab.ts";
import {
  atMostOnce,
  FaultPlan,
  InvalidOptionError,
  ManualClock,
  NetworkError,
  type DurableContext,
} from "../index.ts";
import { deferred } from "../store/index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(async () => {
  await lab.close();
});

describe("the state machine", () => {
  const table: [GuardKind, Ending[], string[], string, number][] = [
    // What the runs end with; what three executions come to; the state and attempts in the end.
    ["atLeastOnce", ["ok"], ["value 1", "value 1", "value 1"], "stored", 1],
    ["atLeastOnce", ["network", "fatal"], ["value 3", "value 3", "value 3"], "stored", 3],
    [
      "atLeastOnce",
      ["fatal", "network", "fatal", "network"],
      ["RangeError: fatal 3", "value 5", "value 5"],
      "stored",
      5,
    ],
    ["atMostOnce", ["ok"], ["value 1", "value 1", "value 1"], "stored", 1],
    ["atMostOnce", ["network", "network"], ["value 3", "value 3", "value 3"], "stored", 3],
    [
      "atMostOnce",
      ["network", "network", "network"],
      ["NetworkError: network 3", "value 4", "value 4"],
      "stored",
      4,
    ],
    [
      "atMostOnce",
      ["network", "network", "network", "network", "network", "network"],
      ["NetworkError: network 3", "NetworkError: network 6", "value 7"],
      "stored",
      7,
    ],
    [
      "atMostOnce",
      ["fatal"],
      ["RangeError: fatal 1", "refused: RangeError: fatal 1", "refused: RangeError: fatal 1"],
      "failed",
      1,
    ],
    [
      "atMostOnce",
      ["network", "fatal"],
      ["RangeError: fatal 2", "refused: RangeError: fatal 2", "refused: RangeError: fatal 2"],
      "failed",
      2,
    ],
  ];

  it.each(table)(
    "%s, its runs ending with %j: %j",
    async (kind, endings, outcomes, state, attempts) => {
      const callable = scripted(...endings);
      const { id, run } = await trial(lab, (context) => guard(kind, "g", context, callable));
      expect([await run(), await run(), await run()].map(describeOutcome)).toEqual(outcomes);
      expect(await lab.guard(id, "g")).toMatchObject({ kind, state, attempts });
      expect(callable).toHaveBeenCalledTimes(attempts);
    },
  );

  it("leaves an exhausted atMostOnce absent, and keeps its last error", async () => {
    const callable = scripted("network", "network", "network");
    const { id, run } = await trial(lab, (context) => guard("atMostOnce", "g", context, callable));
    await run();
    const error = { name: "NetworkError", message: "network 3" };
    expect(await lab.guard(id, "g")).toMatchObject({
      state: "absent",
      attempts: 3,
      error,
    });
  });

  it("takes a subclass of a retryable error for retryable, and every error for fatal without a list", async () => {
    class Timeout extends NetworkError {}
    const runs = { listed: 0, unlisted: 0 };
    const { run } = await trial(lab, async (context) => {
      const fail = (name: keyof typeof runs) => () => {
        if (++runs[name] === 1) throw new Timeout("slow");
      };
      await atMostOnce("listed", context, fail("listed"), { retryableErrors });
      await atMostOnce("unlisted", context, fail("unlisted"));
    });
    expect(describeOutcome(await run())).toBe("NetworkError: slow");
    expect(runs).toEqual({ listed: 2, unlisted: 1 });
  });

  it("keeps what was thrown even if it is no Error", async () => {
    const { id, run } = await trial(lab, (context) =>
      atMostOnce("g", context, () => Promise.reject(notAnError)),
    );
    expect(await run()).toEqual({ error: "just text" });
    expect(await lab.guard(id, "g")).toMatchObject({ state: "failed" });
    expect(describeOutcome(await run())).toContain("just text");
  });

  it("is of one invocation: another one begins with fresh guards", async () => {
    const callable = scripted();
    const body = (context: DurableContext) => guard("atMostOnce", "g", context, callable);
    const [first, second] = [await trial(lab, body), await trial(lab, body)];
    expect([await first.run(), await second.run(), await first.run()].map(describeOutcome)).toEqual(
      ["value 1", "value 2", "value 1"],
    );
  });

  it("leaves a guard absent when something fails before it is started", async () => {
    const point = "guard:before-start";
    const faults = new FaultPlan([{ point, kind: "non-retryable", when: { nth: 1 } }]);
    const callable = scripted();
    const { id, run } = await trial(lab, (context) => guard("atMostOnce", "g", context, callable), {
      faults,
    });
    expect(describeOutcome(await run())).toBe("Error: Injected at guard:before-start.");
    expect((await lab.guard(id, "g"))?.state ?? "absent").toBe("absent");
    expect(callable).not.toHaveBeenCalled();
    expect(describeOutcome(await run())).toBe("value 1");
  });

  it("gives a callable a context of its own guard and attempt", async () => {
    const seen: unknown[] = [];
    const { run } = await trial(lab, (context) =>
      atMostOnce(
        "g",
        context,
        (context) => {
          seen.push(context.guard);
          if (seen.length < 3) throw new NetworkError("again");
        },
        { retryableErrors },
      ),
    );
    await run();
    expect(seen).toMatchObject([1, 2, 3].map((attempt) => ({ alias: "g", attempt })));
  });
});

describe("the retry policy", () => {
  /** A manual clock that tells when someone has gone to sleep. */
  class WatchedClock extends ManualClock {
    readonly slept: number[] = [];
    #asleep = deferred<void>();

    override sleep(ms: number, signal?: AbortSignal): Promise<void> {
      this.slept.push(ms);
      const sleep = super.sleep(ms, signal);
      this.#asleep.resolve();
      this.#asleep = deferred();
      return sleep;
    }
    get asleep(): Promise<void> {
      return this.#asleep.promise;
    }
  }

  it.each<GuardKind>(["atLeastOnce", "atMostOnce"])(
    "of %s waits 100, then 200 milliseconds, and not a moment less",
    async (kind) => {
      const clock = new WatchedClock(1_000);
      const callable = scripted("network", "network");
      const { run, id } = await trial(lab, (context) => guard(kind, "g", context, callable), {
        clock,
        retryPolicy: { jitter: false },
      });
      let asleep = clock.asleep;
      const pending = run();
      for (const [index, ms] of [100, 200].entries()) {
        await asleep;
        clock.advance(ms - 1);
        await quiesce(lab);
        expect(callable).toHaveBeenCalledTimes(index + 1);
        asleep = clock.asleep;
        clock.advance(1);
      }
      expect(describeOutcome(await pending)).toBe("value 3");
      expect(clock.slept).toEqual([100, 200]);
      const backoffs = await traceOf(lab, id, "backoff");
      expect(backoffs.map(({ ms }) => ms)).toEqual([100, 200]);
    },
  );

  it("draws each delay between its half and its whole, unless jitter is off", async () => {
    for (const [draw, delays] of [
      [0, [50, 100]],
      [0.5, [75, 150]],
    ] as const) {
      const clock = new WatchedClock();
      const { run } = await trial(
        lab,
        (context) => guard("atMostOnce", "g", context, scripted("network", "network")),
        { clock, random: () => draw },
      );
      let asleep = clock.asleep;
      const pending = run();
      // The callable is made anew for each guard, so it fails in each attempt but for the third.
      for (const delay of delays) {
        await asleep;
        asleep = clock.asleep;
        clock.advance(delay);
      }
      await pending;
      expect(clock.slept).toEqual(delays);
    }
  });

  it("of a guard goes before the server's", async () => {
    const clock = new WatchedClock();
    const callable = scripted("network", "network", "network", "network");
    const { run } = await trial(
      lab,
      (context) =>
        atMostOnce("g", context, callable, {
          schema,
          retryableErrors,
          retryPolicy: { maxAttempts: 2, initialDelayMs: 7 },
        }),
      { clock, retryPolicy: { maxAttempts: 9, jitter: false } },
    );
    const { asleep } = clock;
    const pending = run();
    await asleep;
    clock.advance(7);
    expect(describeOutcome(await pending)).toBe("NetworkError: network 2");
    expect(clock.slept).toEqual([7]);
  });

  it("that is invalid is refused before the callable is entered", async () => {
    const callable = scripted();
    const retryPolicy = { maxAttempts: 0 };
    const { run, id } = await trial(lab, (context) =>
      atMostOnce("g", context, callable, { schema, retryPolicy }),
    );
    expect(await run()).toMatchObject({ error: expect.any(InvalidOptionError) as unknown });
    expect(callable).not.toHaveBeenCalled();
    expect(await lab.guard(id, "g")).toBeUndefined();
    await expect(trial(lab, () => undefined, { retryPolicy })).rejects.toThrow("maxAttempts");
  });
});
