/** What the list says of calls: judged as they are, and read again only when something of them has changed. */
import { afterEach, expect, it, vi } from "vitest";
import { atMostOnce, charge, NetworkError, SortedMap, toBytes } from "../../index.ts";
import { addTool, exampleOf, playgroundLab, registerPay } from "../../testing/example.ts";
import { summariesOf, type CallSummary } from "./call-summaries.ts";
import type { Playground } from "./playground.ts";

const lab = playgroundLab();
afterEach(() => lab.close());

const example = exampleOf((server, world) => {
  registerPay(server, world);
  addTool(server, "careless", async (context) => {
    let isFirst = true;
    await atMostOnce(
      "careless",
      context,
      async (context) => {
        await charge(context, { transaction_id: "c", amount: 1, currency: "USD" });
        if (isFirst) {
          isFirst = false;
          throw new NetworkError("after it had happened");
        }
      },
      { retryableErrors: [NetworkError], retryPolicy: { initialDelayMs: 0 } },
    );
  });
  addTool(server, "note", async (context) => {
    await SortedMap.ref("notes").insert(context, { entries: { a: toBytes(1) } });
  });
  addTool(server, "fail", () => {
    throw new Error("at once");
  });
  addTool(server, "charge_and_fail", async (context) => {
    await charge(context, { transaction_id: "d", amount: 1, currency: "USD" });
    throw new Error("afterwards");
  });
});

async function call(playground: Playground, tool: string, args = {}): Promise<string> {
  const id = playground.client.call(tool, args);
  await playground.until(({ client }) => client.get(id)?.state !== "waiting");
  return id;
}

async function summaries(playground: Playground): Promise<Map<string, CallSummary>> {
  const { store, world } = playground;
  if (!store || !world) throw new Error("The database is not open.");
  const invocations = await store.readInvocations({ limit: 99 });
  const all = await summariesOf(store, world.ledger).of(invocations);
  return new Map(all.map((summary) => [summary.invocation.id, summary]));
}

it("each of the five verdicts stands on the call that earned it, beside its numbers", async () => {
  const playground = await lab.open(example);
  const expected = [
    ["pay", { amount: 5 }, "done once", 1],
    ["careless", {}, "done twice", 2],
    ["note", {}, "nothing to do", 0],
    ["fail", {}, "not done", 0],
    ["charge_and_fail", {}, "unknown", 1],
  ] as const;
  const ids: string[] = [];
  for (const [tool, args] of expected) ids.push(await call(playground, tool, args));
  const found = await summaries(playground);
  expect(ids.map((id) => [found.get(id)?.judgement?.verdict, found.get(id)?.effects])).toEqual(
    expected.map(([, , verdict, effects]) => [verdict, effects]),
  );
  expect(found.get(ids[1] ?? "")).toMatchObject({
    duplicated: true,
    crashed: false,
    judgement: { guardsKeptTheirWord: true },
  });
});

it("a call is read again when it changes, and the others are not", async () => {
  const playground = await lab.open(example);
  const [first, second] = [await call(playground, "note"), await call(playground, "note")];
  await summaries(playground);
  const { store } = playground;
  if (!store) throw new Error("The database is not open.");
  const read = vi.spyOn(store, "readTrace");
  await summaries(playground);
  expect(read).not.toHaveBeenCalled();
  await call(playground, "note");
  const again = await store.readInvocation(first);
  if (again) playground.client.retry(again);
  await playground.until(({ client }) => client.get(first)?.state !== "waiting");
  const found = await summaries(playground);
  expect(found.get(first)?.calls).toBe(2);
  expect(read.mock.calls.map(([{ invocation }]) => invocation)).not.toContain(second);
});

it("a call that has not ended has no verdict, and has one when it has; a crash is told", async () => {
  const playground = await lab.open(example);
  await playground.settings.arm("crash", [
    { point: "effect:after", kind: "crash", when: { nth: 1 } },
  ]);
  const id = playground.client.call("pay", { amount: 5 });
  await playground.until(({ server }) => server === "crashed");
  expect((await summaries(playground)).get(id)).toMatchObject({ judgement: undefined });
  await playground.start();
  await expect
    .poll(async () => (await summaries(playground)).get(id))
    .toMatchObject({ judgement: { verdict: "unknown" }, crashed: true, effects: 1 });
});

it("where all is known, or there is nothing, a closed store is not asked", async () => {
  const playground = await lab.open(example);
  await call(playground, "note");
  const { store, world } = playground;
  if (!store || !world) throw new Error("The database is not open.");
  const invocations = await store.readInvocations({ limit: 9 });
  const calls = summariesOf(store, world.ledger);
  await calls.of(invocations);
  await playground.close();
  expect(await calls.of([])).toEqual([]);
  expect(await calls.of(invocations)).toHaveLength(1);
});
