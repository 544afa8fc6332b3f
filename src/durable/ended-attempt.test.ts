/** What an attempt left running begins nothing more once the attempt has ended. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { openLab, quiesce, trial, type Lab, type Trial } from "../testing/lab.ts";
import {
  atLeastOnce,
  atMostOnce,
  charge,
  FaultPlan,
  NetworkError,
  SortedMap,
  toBytes,
  type DurableContext,
} from "../index.ts";
import { deferred } from "../store/index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

const map = SortedMap.ref("log");
const write = (context: DurableContext, n: number): Promise<void> =>
  map.insert(context, { entries: { n: toBytes(n) } });

it.each<[string, (context: DurableContext) => Promise<unknown>, string]>([
  ["a write", (context) => write(context, 1), 'write to the map "log"'],
  [
    "an effect",
    (context) => charge(context, { transaction_id: "1", amount: 1, currency: "USD" }),
    "effect bank.charge",
  ],
  ["a guard", (context) => atLeastOnce("inner", context, () => undefined), 'guard "inner"'],
  [
    "a notification",
    (context) => context.notify({ method: "notifications/message" }),
    "notification (notifications/message)",
  ],
])("%s of a failed attempt does not meddle with the next", async (_what, begin, detail) => {
  const late = deferred<void>();
  const settledLate: string[] = [];
  let attempts = 0;
  const tried = await trial(lab, (context) =>
    atMostOnce(
      "p",
      context,
      async (context) => {
        if (++attempts === 1) {
          void late.promise.then(() => begin(context)).finally(() => settledLate.push("settled"));
          throw new NetworkError("no");
        }
        late.resolve();
        await quiesce(lab);
        await write(context, 2);
        return "paid";
      },
      { schema: z.string(), retryableErrors: [NetworkError] },
    ),
  );
  expect(await tried.run()).toEqual({ value: "paid" });
  expect(settledLate).toEqual([]);
  expect((await lab.store.readEntry("log", "n"))?.value).toEqual(toBytes(2));
  expect(await lab.store.readWrites({ map: "log", limit: 9 })).toHaveLength(1);
  expect(await lab.world.ledger.rows({ limit: 9 })).toEqual([]);
  expect(await lab.guard(tried.id, "inner")).toBeUndefined();
  expect(await lab.guard(tried.id, "p")).toMatchObject({ state: "stored", attempts: 2 });
  const trace = await lab.store.readTrace({ invocation: tried.id, limit: 99 });
  expect(trace.filter(({ type }) => type === "left-running")).toMatchObject([
    { alias: "p", attempt: 1, detail },
  ]);
});

it("a guard that a failed attempt began goes on, and the next attempt waits for it", async () => {
  const slow = deferred<string>();
  let attempts = 0;
  let charged = 0;
  const tried = await trial(lab, (context) =>
    atLeastOnce(
      "outer",
      context,
      async (context) => {
        const entered = deferred<void>();
        const inner = atMostOnce(
          "inner",
          context,
          async () => {
            charged++;
            entered.resolve();
            return await slow.promise;
          },
          { schema: z.string() },
        );
        if (++attempts === 1) {
          await entered.promise;
          throw new NetworkError("no");
        }
        slow.resolve("once");
        return await inner;
      },
      { schema: z.string() },
    ),
  );
  expect(await tried.run()).toEqual({ value: "once" });
  expect([attempts, charged]).toEqual([2, 1]);
});

it.each(["map:before-commit", "effect:before"] as const)(
  "what waits at %s when its attempt ends goes no further",
  async (point) => {
    const faults = new FaultPlan([{ point, kind: "hang", when: { nth: 1 } }]);
    let attempts = 0;
    const tried: Trial = await trial(
      lab,
      (context) =>
        atLeastOnce("p", context, async (context) => {
          const pay = (): Promise<unknown> =>
            charge(context, { transaction_id: "1", amount: 1, currency: "USD" });
          if (++attempts === 1) {
            void (point === "effect:before" ? pay() : write(context, 1));
            await expect.poll(() => tried.server.isHanging).toBe(true);
            throw new NetworkError("no");
          }
          tried.server.release();
          await quiesce(lab);
          await write(context, 2);
        }),
      { faults },
    );
    expect(await tried.run()).toEqual({ value: undefined });
    expect(await lab.store.readWrites({ map: "log", limit: 9 })).toHaveLength(1);
    expect(await lab.world.ledger.rows({ limit: 9 })).toEqual([]);
  },
);
