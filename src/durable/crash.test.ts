/** A crashed server's still-running code can change nothing, and sees nothing of the crash. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { expectNothingChanges } from "../testing/everything.ts";
import { call, ok, openLab, type Lab } from "../testing/lab.ts";
import {
  atLeastOnce,
  atMostOnce,
  charge,
  exchangeRate,
  FAULT_POINTS,
  FaultPlan,
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
  vi.restoreAllMocks();
  await lab.close();
});

const text = z.string();

/** What a tool leaves in the hands of code that still runs when its server is dead. */
class Witness {
  readonly contexts: DurableContext[] = [];
  /** What the tool's `catch` and `finally` saw after the crash. */
  readonly saw: string[] = [];
  crashed = false;

  /** Runs `body` as careless code does: it catches everything and always cleans up. */
  async watch<T>(name: string, context: DurableContext, body: () => Promise<T>): Promise<T> {
    this.contexts.push(context);
    context.signal.addEventListener("abort", () => this.#see(`${name}: signal`));
    try {
      return await body();
    } catch (error) {
      this.#see(`${name}: catch`);
      throw error;
    } finally {
      this.#see(`${name}: finally`);
    }
  }

  #see(what: string): void {
    if (this.crashed) this.saw.push(what);
  }
}

/** A tool that uses everything durable, each guard with a service and a map. */
function work(witness: Witness) {
  return (server: DurableMcpServer): void => {
    server.onCrash = () => (witness.crashed = true);
    server.registerTool("work", {}, (_args, context) =>
      witness.watch("tool", context, async () => {
        await atLeastOnce("look", context, (context) =>
          witness.watch("look", context, async () => {
            await exchangeRate(context, { from: "USD", to: "EUR" });
            await SortedMap.ref("looks").insert(context, { entries: { a: toBytes(1) } });
          }),
        );
        await SortedMap.ref("body").insert(context, { entries: { b: toBytes(1), c: toBytes(2) } });
        const paid = await atMostOnce(
          "payment",
          context,
          (context) =>
            witness.watch("payment", context, async () => {
              await charge(context, { transaction_id: "t", amount: 5, currency: "USD" });
              await SortedMap.ref("payments").insert(context, { entries: { t: toBytes(5) } });
              return "paid";
            }),
          { schema: text, retryableErrors: [NetworkError] },
        );
        await SortedMap.ref("body").remove(context, { keys: ["b"] });
        return ok(paid);
      }),
    );
  };
}

const crashes = FAULT_POINTS.flatMap((point) =>
  (point === "guard:started" || point === "call:before-response" ? [1] : [1, 2]).map(
    (nth): [FaultPoint, number] => [point, nth],
  ),
);

describe.each(crashes)(
  "code that goes on after a crash at %s, passed for the %i. time",
  (point, nth) => {
    it("changes nothing and sees nothing, neither before nor after the restart", async () => {
      const faults = new FaultPlan([{ point, kind: "crash", when: { nth } }]);
      const witness = new Witness();
      const { client } = await lab.serve(work(witness), { faults });
      const id = uuidv7();
      await expect(call(client, "work", {}, id)).rejects.toThrow("Connection closed");
      expect(witness.crashed).toBe(true);
      expect(witness.contexts.length).toBeGreaterThan(0);
      await expectNothingChanges(lab, witness.contexts);
      expect(witness.saw).toEqual([]);

      const again = new Witness();
      const answer = await lab.callUntilAnswered(work(again), { faults }, "work", {}, id);
      // An entered payment is not repeated; whatever else was interrupted was made good.
      const guard = await lab.guard(id, "payment");
      expect(answer.isError ?? false).toBe(guard?.state !== "stored");
      await expectNothingChanges(lab, witness.contexts);
      expect(witness.saw).toEqual([]);
    });
  },
);
