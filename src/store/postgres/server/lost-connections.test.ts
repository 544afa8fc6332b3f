/** A connection that is cut before or after a commit: nothing is lost, half-written or done twice. */
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { cuttingProxy, type Cut, type CuttingProxy } from "../../../testing/cutting-proxy.ts";
import { begin, claim, insert, refOf } from "../../contract/engine.ts";
import type { InspectableStore, Ledger } from "../../index.ts";
import { PostgresDatabase } from "../index.ts";

let proxy: CuttingProxy;
let database: PostgresDatabase;
let store: InspectableStore;
let ledger: Ledger;
beforeEach(async () => {
  proxy = await cuttingProxy(inject("postgresUrl") ?? "");
  const schema = `cut_${crypto.randomUUID().replaceAll("-", "")}`;
  database = await PostgresDatabase.open({ url: proxy.url, schema, listen: false, pollMs: 60_000 });
  store = await database.store();
  ledger = await database.ledger();
});
afterEach(async () => {
  await store.close();
  await ledger.close();
  await database.close();
  await proxy.close();
});

/** Does what is cut, and looks that it was. */
async function cut<T>(where: Cut, work: () => Promise<T>): Promise<T> {
  const before = proxy.cuts;
  proxy.cutNext(where);
  const result = await work();
  expect(proxy.cuts).toBe(before + 1);
  return result;
}

describe.each<Cut>(["before", "after"])("cut %s the commit", (where) => {
  it("an execution begins once, the first and the next", async () => {
    const first = await cut(where, () => begin(store, "i"));
    expect(first).toMatchObject({ state: "running", last: { number: 1 } });
    const second = await cut(where, () => begin(store, "i"));
    expect(second.last).toMatchObject({ number: 2, cause: "retry" });
    expect(await store.readExecutions("i")).toMatchObject([{ number: 1 }, { number: 2 }]);
  });

  it("an execution ends, and its answer and trace are there once", async () => {
    const begun = await begin(store, "i");
    const event = { n: 1, type: "backoff", at: 0, invocation: "i", execution: 1 } as const;
    const end = { begun, outcome: "completed", at: 1, response: { n: 1 } } as const;
    expect(await cut(where, () => store.endExecution(end, [event]))).toBe(true);
    expect(await store.readAnswer("i", 1)).toEqual({ n: 1 });
    expect(await store.readTrace({ invocation: "i", limit: 9 })).toEqual([event]);
    expect(await store.endExecution(end, [])).toBe(false);
  });

  it.each([true, false])("a guard is claimed and settled once (new: %s)", async (isNew) => {
    const begun = await begin(store, "i");
    const about = { invocation: "i", ...refOf(begun), alias: "a", at: 0, isNew } as const;
    const { claimed, record } = await cut(where, () =>
      store.claimGuard({ ...about, kind: "atMostOnce" }),
    );
    expect({ claimed, attempts: record.attempts }).toEqual({ claimed: true, attempts: 1 });
    await cut(where, () =>
      store.settleGuard({ claimed: record, at: 1, state: "stored", value: "paid" }),
    );
    expect(await store.readGuards({ invocation: "i", limit: 9 })).toMatchObject([
      { state: "stored", value: "paid", attempts: 1 },
    ]);
  });

  it("a map is written once, with a name of its own and without", async () => {
    const begun = await begin(store, "i");
    const mutation = { map: "m", at: 0, origin: {}, by: refOf(begun) };
    // The first write of a map makes it.
    await store.applyMutation({ ...mutation, change: insert("a") });
    const asked = [
      { ...mutation, change: insert("b") },
      { ...mutation, change: insert("c"), once: ["i", "c"] },
      { ...mutation, change: { method: "remove", keys: ["a"] } as const, once: ["i", "a"] },
    ];
    for (const each of asked) {
      const { outcome } = await cut(where, () => store.applyMutation(each));
      expect(outcome).toBe("applied");
    }
    expect(await store.readWrites({ map: "m", limit: 9 })).toHaveLength(4);
    const entries = await store.readRange({ map: "m", direction: "ascending", limit: 9 });
    expect(entries.map(({ key }) => key)).toEqual(["b", "c"]);
  });

  it("a hit counts once, and an effect has one row", async () => {
    expect(await cut(where, () => store.countHit("plan", 0))).toBe(1);
    const effect = { service: "bank", operation: "charge", request: { amount: 1 } };
    const entry = { invocation: "i", execution: 1, at: 0, validation: false, ...effect };
    await cut(where, () => ledger.record(entry as Parameters<Ledger["record"]>[0]));
    expect(await ledger.rows({ limit: 9 })).toHaveLength(1);
  });

  it("what a dead server left is marked, and who marks it is told of it", async () => {
    const begun = await begin(store, "i");
    await claim(store, begun, "a");
    const marked = await cut(where, () => store.interruptInvocations({ dead: ["o"], at: 1 }));
    expect(marked).toMatchObject([{ id: "i", state: "interrupted" }]);
    expect(await store.readTrace({ invocation: "i", limit: 9 })).toHaveLength(1);
  });
});
