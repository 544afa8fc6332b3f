/** Effect validation runs every at-least-once callable twice, and reports what differs (docs/spec.md, 2.2). */
import { PingRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { z } from "zod";
import { call, dump, ok, openLab, quiesce, trial, type Lab } from "../testing/lab.ts";
import {
  atLeastOnce,
  atMostOnce,
  audit,
  charge,
  fromBytes,
  SortedMap,
  toBytes,
  type DurableContext,
} from "../index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(async () => {
  await lab.close();
});

const on = { effectValidation: true };
const map = SortedMap.ref("m");

async function reports(invocation: string): Promise<(string | undefined)[]> {
  await quiesce(lab);
  const trace = await lab.store.readTrace({ invocation, limit: 999 });
  return trace.filter(({ type }) => type === "effect-validation").map(({ outcome }) => outcome);
}

/** Runs a callable that is told which run it is. */
async function validate(
  callable: (context: DurableContext, run: number) => unknown,
): Promise<{ id: string; runs: number; outcome: unknown }> {
  let runs = 0;
  const { run, id } = await trial(
    lab,
    (context) =>
      atLeastOnce("g", context, (context) => callable(context, ++runs), { schema: z.unknown() }),
    on,
  );
  const outcome = await run();
  return { id, runs, outcome };
}

it.each<[string, (run: number) => unknown]>([
  ["a text", () => "same"],
  ["deep data", () => ({ a: [new Uint8Array([1]), new Map([[1, new Date(5)]])], b: 1n })],
  ["NaN", () => NaN],
  ["nothing", () => undefined],
])("finds %s the same twice", async (_what, value) => {
  const { id, runs, outcome } = await validate((_context, run) => value(run));
  expect(runs).toBe(2);
  expect(await reports(id)).toEqual(["same"]);
  expect(outcome).toEqual({ value: value(1) });
});

it.each<[string, (run: number) => unknown]>([
  ["a number", (run) => run],
  ["a byte", (run) => new Uint8Array([1, run])],
  ["a date", (run) => new Date(run)],
  ["a map", (run) => new Map([[1, run]])],
  ["a set", (run) => new Set([run])],
  ["a missing field", (run) => (run === 1 ? { a: undefined } : {})],
  ["the type", (run) => (run === 1 ? [] : {})],
  ["an error's message", (run) => new Error(`run ${run}`)],
])("reports another value: %s, and keeps the first", async (_what, value) => {
  const { id, outcome } = await validate((_context, run) => value(run));
  expect(await reports(id)).toEqual(["different"]);
  expect(outcome).toEqual({ value: value(1) });
});

it("reports a second run that throws, and keeps the first", async () => {
  const { id, outcome } = await validate((_context, run) => {
    if (run === 2) throw new RangeError("second");
    return run;
  });
  expect(await reports(id)).toEqual(["different"]);
  expect(outcome).toEqual({ value: 1 });
});

it("applies the first run's writes alone, and finds equal ones the same", async () => {
  const { id } = await validate(async (context) => {
    await map.insert(context, { entries: { k: toBytes("same") } });
    await map.remove(context, { keys: ["other"] });
    await map.idempotently("named").insert(context, { entries: { n: toBytes(1) } });
  });
  expect(await reports(id)).toEqual(["same"]);
  expect((await dump(lab))["store.writes"]).toHaveLength(3);
});

it.each<[string, (context: DurableContext, run: number) => Promise<void>]>([
  ["bytes", (context, run) => map.insert(context, { entries: { k: toBytes(run) } })],
  [
    "bytes under an alias",
    (context, run) => map.idempotently("a").insert(context, { entries: { k: toBytes(run) } }),
  ],
  [
    "a further write",
    async (context, run) => {
      await map.insert(context, { entries: { k: toBytes(1) } });
      if (run === 2) await map.remove(context, { keys: ["k"] });
    },
  ],
  [
    "another map",
    (context, run) =>
      SortedMap.ref(run === 1 ? "m" : "other").insert(context, { entries: { k: toBytes(1) } }),
  ],
])("reports other writes, %s, and does not apply them", async (_what, write) => {
  const { id } = await validate(write);
  expect(await reports(id)).toEqual(["different"]);
  const entry = await lab.store.readEntry("m", "k");
  expect(entry && fromBytes(entry.value)).toBe(1);
  expect(await lab.store.readMapNames()).toEqual(["m"]);
});

it("marks the second run's effects in the ledger as validation", async () => {
  const { id } = await validate((context) =>
    charge(context, { transaction_id: "t", amount: 5, currency: "USD" }),
  );
  expect(await reports(id)).toEqual(["same"]);
  const rows = await lab.world.ledger.rows({ invocation: id, limit: 9 });
  expect(rows.map(({ validation, occurrence }) => [validation ?? false, occurrence])).toEqual([
    [false, 1],
    [true, 1],
  ]);
});

it("marks the effects of what a second run calls by a guard within", async () => {
  let runs = 0;
  const { run, id } = await trial(
    lab,
    (context) =>
      atLeastOnce("outer", context, async (context) => {
        // Careless: another alias in each run, so that the store cannot answer.
        await atMostOnce(`inner ${++runs}`, context, async (context) => {
          await charge(context, { transaction_id: "t", amount: 5, currency: "USD" });
        });
      }),
    on,
  );
  await run();
  const rows = await lab.world.ledger.rows({ invocation: id, limit: 9 });
  expect(rows.map(({ validation }) => validation ?? false)).toEqual([false, true]);
});

it("runs nothing twice that fails, that is answered from the store, or that runs at most once", async () => {
  const failing = vi.fn(() => {
    throw new Error("always");
  });
  const stored = vi.fn();
  const atMost = vi.fn();
  const { run } = await trial(
    lab,
    async (context) => {
      await atMostOnce("most", context, () => void atMost());
      await atLeastOnce("stored", context, () => void stored());
      await atLeastOnce("failing", context, failing);
    },
    on,
  );
  await run();
  await run();
  expect(atMost).toHaveBeenCalledTimes(1);
  expect(stored).toHaveBeenCalledTimes(2);
  // Three attempts in each of the two executions.
  expect(failing).toHaveBeenCalledTimes(6);
});

it("asks the client once, and gives the second run the same answer", async () => {
  let asked = 0;
  const { client } = await lab.serve((server) => {
    server.registerTool("ask", {}, async (_args, context) => {
      const answer = await atLeastOnce(
        "answer",
        context,
        (context) => context.request({ method: "ping" }),
        { schema: z.unknown() },
      );
      return ok(JSON.stringify(answer));
    });
  }, on);
  client.setRequestHandler(PingRequestSchema, () => ({ asked: ++asked }));
  const { invocation, content } = await call(client, "ask");
  expect(content).toEqual([{ type: "text", text: '{"asked":1}' }]);
  expect(asked).toBe(1);
  expect(await reports(invocation)).toEqual(["same"]);
});

it("reports a second run that asks the client something else", async () => {
  const { id } = await validate(async (context, run) => {
    await context.request({ method: "ping", params: { run } });
  });
  expect(await reports(id)).toEqual(["different"]);
});

it("leaves audit entries out: one is written, and none is compared", async () => {
  const { id } = await validate(async (context) => {
    await audit.log("log", context, { at: 1 });
    await map.insert(context, { entries: { k: toBytes("same") } });
  });
  expect(await reports(id)).toEqual(["same"]);
  const entries = await lab.store.readRange({
    map: "audit:log",
    direction: "ascending",
    limit: 9,
  });
  expect(entries).toHaveLength(1);
});

it("is off unless it is switched on", async () => {
  const callable = vi.fn();
  const { run, id } = await trial(lab, (context) =>
    atLeastOnce("g", context, () => void callable()),
  );
  await run();
  expect(callable).toHaveBeenCalledTimes(1);
  expect(await reports(id)).toEqual([]);
});

it("leaves out a guard that has opted out", async () => {
  let runs = 0;
  const tried = await trial(
    lab,
    (context) =>
      atLeastOnce("model", context, () => ++runs, { schema: z.number(), effectValidation: false }),
    on,
  );
  expect(await tried.run()).toEqual({ value: 1 });
  expect(runs).toBe(1);
  expect(await reports(tried.id)).toEqual([]);
});
