/** Work that goes on after its execution has ended reaches neither the store, nor the world, nor the client. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { call, ok, openLab, quiesce, textOf, type Lab } from "../testing/lab.ts";
import { engineName } from "../testing/engines.ts";
import {
  atLeastOnce,
  atMostOnce,
  charge,
  FaultPlan,
  ManualClock,
  SortedMap,
  toBytes,
  uuidv7,
  type DurableContext,
  type DurableMcpServer,
} from "../index.ts";
import { deferred } from "../store/index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

const GUARDS: Record<"atLeastOnce" | "atMostOnce", typeof atLeastOnce> = {
  atLeastOnce,
  atMostOnce,
};

describe.each(["atLeastOnce", "atMostOnce"] as const)(
  "%s beside a branch that throws at once",
  (kind) => {
    const guard = GUARDS[kind];
    it("stores nothing and writes nothing when it goes on, and its retry is alone", async () => {
      const gates = [deferred<void>(), deferred<void>()];
      const running = deferred<void>();
      let entered = 0;
      const settledLate: string[] = [];
      const register = (server: DurableMcpServer): void =>
        server.registerTool("both", {}, async (_args, context) => {
          const step = guard(
            "step",
            context,
            async (context) => {
              const nth = entered++;
              running.resolve();
              await gates[nth]?.promise;
              await SortedMap.ref("log").insert(context, { entries: { n: toBytes(nth + 1) } });
              return nth + 1;
            },
            { schema: z.number() },
          );
          if (context.execution === 1) {
            step.then(
              () => settledLate.push("stored"),
              () => settledLate.push("failed"),
            );
            const failing = running.promise.then(() => {
              throw new Error("at once");
            });
            await Promise.all([step, failing]);
          }
          return ok(String(await step));
        });
      const { client } = await lab.serve(register);
      const first = await call(client, "both");
      expect(first).toMatchObject({ isError: true, execution: 1 });
      expect(textOf(first)).toBe("at once");
      const { invocation } = first;

      const retry = call(client, "both", {}, invocation);
      gates[0]?.resolve();
      await quiesce(lab);
      gates[1]?.resolve();
      const second = await retry;
      expect(settledLate).toEqual([]);
      const record = await lab.guard(invocation, "step");
      const entry = await lab.store.readEntry("log", "n");
      if (kind === "atMostOnce") {
        expect(textOf(second)).toContain("failed before completing");
        expect(textOf(second)).toContain("The execution ended while the callable ran");
        expect(record).toMatchObject({ state: "started", attempts: 1, execution: 1 });
        expect(entry).toBeUndefined();
      } else {
        expect(textOf(second)).toBe("2");
        expect(record).toMatchObject({ state: "stored", value: 2, attempts: 2, execution: 2 });
        expect(entry?.value).toEqual(toBytes(2));
      }
      // And every later one gets the same.
      expect(textOf(await call(client, "both", {}, invocation))).toBe(textOf(second));

      const [ended] = await lab.store.readExecutions(invocation);
      expect(ended?.unfinished).toEqual(['guard "step"']);
      const trace = await lab.store.readTrace({ invocation, limit: 99 });
      expect(trace.filter(({ type }) => type === "left-running")).toMatchObject([
        { execution: 1, detail: 'guard "step"' },
      ]);
    });
  },
);

it("a transaction that is open when the execution ends is rolled back", async () => {
  const id = uuidv7();
  const { client } = await lab.serve((server) =>
    server.registerTool("leave", {}, (_args, context) => {
      void SortedMap.ref("late").insert(context, { entries: { a: toBytes(1) } });
      void atLeastOnce("late", context, () => 1, { schema: z.number() });
      return ok();
    }),
  );
  await call(client, "leave", {}, id);
  await quiesce(lab);
  const [execution] = await lab.store.readExecutions(id);
  // In memory a transaction is over as soon as it began.
  const write = engineName !== "memory" ? ['write to the map "late"'] : [];
  expect(execution?.unfinished).toEqual([...write, 'guard "late"']);
  // Whether it was past aborting or not, the journal and the data say the same from now on.
  const before = await lab.store.readEntry("late", "a");
  await quiesce(lab);
  expect(await lab.store.readEntry("late", "a")).toEqual(before);
  expect((await lab.guard(id, "late"))?.state).not.toBe("stored");
});

it("an effect that was begun happens and stands in the ledger, unanswered; none begins after", async () => {
  const clock = new ManualClock();
  lab.world.latencyMs = 50;
  const world = lab.world;
  let reached = "";
  const late = async (context: DurableContext): Promise<void> => {
    const request = { transaction_id: "t1", amount: 5, currency: "USD" };
    await charge(context, request);
    reached = "answered";
    await charge(context, { ...request, transaction_id: "t2" });
  };
  const { client } = await lab.serve(
    (server) =>
      server.registerTool("leave", {}, async (_args, context) => {
        void late(context);
        const happened = deferred<void>();
        const stop = world.ledger.subscribe(() => happened.resolve());
        await happened.promise;
        stop();
        return ok();
      }),
    { clock },
  );
  const { invocation } = await call(client, "leave");
  clock.advance(1000);
  await quiesce(lab);
  expect(reached).toBe("");
  const rows = await lab.world.ledger.rows({ invocation, limit: 9 });
  expect(rows).toMatchObject([{ request: { transaction_id: "t1" }, outcome: "unanswered" }]);
  const [execution] = await lab.store.readExecutions(invocation);
  expect(execution?.unfinished).toEqual(["effect bank.charge"]);
});

it("a question is withdrawn, and nothing of a hanging branch counts as hanging any more", async () => {
  const asked = deferred<AbortSignal>();
  const faults = new FaultPlan([{ point: "map:before-commit", kind: "hang", when: { nth: 1 } }]);
  const { server, client } = await lab.serve(
    (server) =>
      server.registerTool("leave", {}, async (_args, context) => {
        void context.request({ method: "ping" });
        void SortedMap.ref("m").insert(context, { entries: { a: toBytes(1) } });
        await asked.promise;
        return ok();
      }),
    { faults },
  );
  client.setRequestHandler(z.object({ method: z.literal("ping") }), (_request, { signal }) => {
    asked.resolve(signal);
    return new Promise<never>(() => undefined);
  });
  await call(client, "leave");
  const signal = await asked.promise;
  await expect.poll(() => signal.aborted).toBe(true);
  expect(server.isHanging).toBe(false);
});
