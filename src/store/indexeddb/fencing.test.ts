/** What the store refuses to a superseded execution, and what its transactions wait for. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { uuidv7 } from "uuidv7";
import {
  StoreAbortedError,
  StoreUnavailableError,
  SupersededError,
  type GuardRecord,
  type InvocationRecord,
} from "../index.ts";
import { openStore, type IndexedDbStore } from "./index.ts";

let name: string;
let store: IndexedDbStore;
beforeEach(async () => {
  name = `fencing-${crypto.randomUUID()}`;
  store = await openStore({ name });
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await store.close();
  indexedDB.deleteDatabase(name);
});

async function begin(id: string, owner = "o"): Promise<InvocationRecord> {
  const about = { id, tool: "t", args: {}, as: "client", guards: "on", at: 0 } as const;
  const outcome = await store.beginExecution({ ...about, owner });
  if (!outcome.begun) throw new Error(outcome.reason);
  return outcome.invocation;
}

const of = ({ seq, last }: InvocationRecord) => ({ invocationSeq: seq, execution: last.number });

async function claim(invocation: InvocationRecord, alias: string): Promise<GuardRecord> {
  const about = { invocation: invocation.id, ...of(invocation), alias, at: 0 } as const;
  return (await store.claimGuard({ ...about, kind: "atMostOnce" })).record;
}

const insert = (key: string) =>
  ({ method: "insert", entries: [[key, new Uint8Array([1])]] }) as const;

describe.each([
  ["taken over", () => store.interruptInvocations({ dead: ["o"], at: 1 })],
  [
    "ended with work under way",
    async (begun: InvocationRecord) => {
      const unfinished = ["a write"];
      await store.endExecution({ begun, outcome: "failed", at: 1, unfinished }, []);
    },
  ],
] as const)("an execution that was %s", (_, supersede) => {
  it("claims, settles and writes nothing any more; the next one does", async () => {
    const first = await begin("i");
    const other = await begin("other", "p");
    const claimed = await claim(first, "a");
    await supersede(first);
    await expect(claim(first, "b")).rejects.toThrow(SupersededError);
    await expect(store.settleGuard({ claimed, at: 2, state: "stored" })).rejects.toThrow(
      SupersededError,
    );
    const mutation = { map: "m", at: 2, origin: {}, change: insert("k") };
    await expect(store.applyMutation({ ...mutation, by: of(first) })).rejects.toThrow(
      SupersededError,
    );
    expect(await store.readGuards({ invocation: "i", limit: 9 })).toEqual([
      { ...claimed, isOver: true },
    ]);
    expect(await store.readMapNames()).toEqual([]);

    const second = await begin("i");
    expect((await claim(second, "b")).attempts).toBe(1);
    await store.applyMutation({ ...mutation, by: of(second) });
    await store.applyMutation({ ...mutation, by: of(other) });
    expect(await store.readMapNames()).toEqual(["m"]);
    await expect(store.applyMutation({ ...mutation, by: of(first) })).rejects.toThrow(
      SupersededError,
    );
  });

  it("cannot end any more, and what became of it stays", async () => {
    const begun = await begin("i");
    await supersede(begun);
    const before = await store.readInvocation("i");
    const late = { begun, outcome: "completed", at: 3, response: { late: true } } as const;
    expect(await store.endExecution(late, [])).toBe(false);
    expect(await store.readInvocation("i")).toEqual(before);
    expect(await store.readAnswer("i", 1)).toBeUndefined();
  });
});

it("a guard is settled only as it was claimed: a late writer changes nothing", async () => {
  const begun = await begin("i");
  const first = await claim(begun, "a");
  await store.settleGuard({ claimed: first, at: 1, state: "absent" });
  const second = await claim(begun, "a");
  await expect(
    store.settleGuard({ claimed: first, at: 2, state: "stored", value: 1 }),
  ).rejects.toThrow(SupersededError);
  expect(await store.readGuard(begun.seq, "a")).toEqual(second);
});

it("what was executing when all was wiped writes nothing any more", async () => {
  const begun = await begin("i");
  const claimed = await claim(begun, "a");
  await store.wipe();
  const superseded = [
    store.settleGuard({ claimed, at: 1, state: "stored" }),
    claim(begun, "b"),
    store.applyMutation({ map: "m", at: 1, origin: {}, change: insert("k"), by: of(begun) }),
  ];
  await Promise.all(superseded.map((write) => expect(write).rejects.toThrow(SupersededError)));
  const end = { begun, outcome: "completed", at: 1, response: {} } as const;
  expect(await store.endExecution(end, [])).toBe(false);
  expect(await store.readInvocations({ limit: 9 })).toEqual([]);
  expect(await store.readGuards({ limit: 9 })).toEqual([]);
  expect(await store.readMapNames()).toEqual([]);
  // The same id again is another invocation, which writes.
  const again = await begin("i");
  expect(again.seq).toBeGreaterThan(begun.seq);
  await claim(again, "a");
});

it.each<[string, (begun: InvocationRecord) => Promise<unknown>]>([
  ["a mutation", () => store.applyMutation({ map: "m", at: 0, origin: {}, change: insert("k") })],
  ["a claim", (begun) => claim(begun, "a")],
  [
    "a trace",
    () =>
      store.appendTrace(
        [1, 2].map((n) => ({ n, type: "backoff", at: 0, invocation: "i", execution: 1 })),
      ),
  ],
  ["a hit", () => store.countHit("plan", 0)],
  ["a setting", () => store.writeSetting("a", 1)],
])("marking dead servers' calls waits for %s that is still under way", async (_, write) => {
  const begun = await begin("i");
  const order: string[] = [];
  const writing = write(begun).then(() => order.push("write"));
  const marking = store.interruptInvocations({ dead: [], at: 1 }).then(() => order.push("marked"));
  await Promise.all([writing, marking]);
  expect(order).toEqual(["write", "marked"]);
});

it("a mutation of another map, or by another method, differs from one of the same name", async () => {
  const once = ["i", "alias", "a"];
  const first = { map: "m", at: 0, origin: {}, once, change: insert("k") };
  expect(await store.applyMutation(first)).toEqual({ outcome: "applied", write: 1 });
  expect(await store.applyMutation(first)).toEqual({ outcome: "deduplicated", write: 1 });
  expect((await store.applyMutation({ ...first, map: "n" })).outcome).toBe("differs");
  // Both pack to no bytes at all.
  const empty = { ...first, once: ["i", "alias", "b"] };
  const nothing = { method: "insert", entries: [] } as const;
  await store.applyMutation({ ...empty, change: nothing });
  const remove = { method: "remove", keys: [] } as const;
  expect((await store.applyMutation({ ...empty, change: remove })).outcome).toBe("differs");
});

it("the least and the greatest key of a write are by code points", async () => {
  const change = {
    method: "remove",
    keys: ["\u{10000}", "\uffff", "a"],
  } as const;
  await store.applyMutation({ map: "m", at: 0, origin: {}, change });
  expect(await store.readWrites({ map: "m", limit: 1 })).toMatchObject([
    { low: "a", high: "\u{10000}" },
  ]);
});

it("calls and writes are listed by their commits, whatever the clock and the ids say", async () => {
  const ids = [uuidv7(), uuidv7(), uuidv7()].reverse();
  for (const [n, id] of ids.entries()) {
    const about = { id, tool: "t", args: {}, as: "client", guards: "on", owner: "o" } as const;
    await store.beginExecution({ ...about, at: -n });
    await store.applyMutation({
      map: "m",
      at: -n,
      origin: { invocation: id },
      change: insert("k"),
    });
  }
  const found = await store.readInvocations({ limit: 9 });
  expect(found.map(({ id }) => id)).toEqual(ids.toReversed());
  const writes = await store.readWrites({ map: "m", limit: 9 });
  expect(writes.map(({ origin }) => origin.invocation)).toEqual(ids.toReversed());
  // Another connection goes on counting.
  const there = await openStore({ name });
  const { write } = await there.applyMutation({ map: "m", at: 0, origin: {}, change: insert("k") });
  await there.close();
  expect(write).toBe(4);
  const page = await store.readInvocations({ before: found[0]?.seq, limit: 1 });
  expect(page.map(({ id }) => id)).toEqual([ids[1]]);
});

it("of two connections that begin one invocation at a time, one begins it", async () => {
  const there = await openStore({ name });
  const about = { id: "i", tool: "t", args: {}, as: "client", guards: "on", at: 0 } as const;
  const outcomes = await Promise.all([
    store.beginExecution({ ...about, owner: "a" }),
    there.beginExecution({ ...about, owner: "b" }),
  ]);
  await there.close();
  expect(outcomes.map(({ begun }) => begun).sort()).toEqual([false, true]);
  expect(await store.readInvocations({ limit: 9 })).toHaveLength(1);
});

it("a retry reads and writes no earlier answer, however many there are", async () => {
  const response = { text: "x".repeat(1000) };
  for (let n = 1; n <= 20; n++) {
    const begun = await begin("i");
    expect(JSON.stringify(begun).length).toBeLessThan(400);
    await store.endExecution(
      { begun, outcome: "completed", at: n, response: { ...response, n } },
      [],
    );
  }
  const executions = await store.readExecutions("i");
  expect(executions.map(({ number }) => number)).toEqual(
    Array.from({ length: 20 }, (_, n) => n + 1),
  );
  expect(await store.readAnswer("i", 7)).toEqual({ ...response, n: 7 });
  expect(JSON.stringify(executions)).not.toContain("xxx");
});

it("a request that fails after the last was made takes the whole transaction with it", async () => {
  const begun = await begin("i");
  await store.endExecution({ begun, outcome: "completed", at: 1, response: { first: true } }, []);
  // It ends once: the mark fails, and with it the invocation, the answer and the trace.
  const event = { n: 9, type: "backoff", at: 2, invocation: "i", execution: 1 } as const;
  const late = { begun, outcome: "failed", at: 2, response: { late: true } } as const;
  expect(await store.endExecution(late, [event])).toBe(false);
  expect(await store.readInvocation("i")).toMatchObject({ state: "completed" });
  expect(await store.readAnswer("i", 1)).toEqual({ first: true });
  expect(await store.readTrace({ invocation: "i", limit: 9 })).toEqual([]);
});

it("a transaction that the browser rolls back without a reason is told with its size, in words", async () => {
  const real = Reflect.get<IDBObjectStore, "put">(IDBObjectStore.prototype, "put");
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (
    this: IDBObjectStore,
    ...args: Parameters<IDBObjectStore["put"]>
  ) {
    const request = real.apply(this, args);
    if (this.name === "entries") this.transaction.abort();
    return request;
  });
  const change = { method: "insert", entries: [["k", new Uint8Array(2 ** 20)]] } as const;
  const writing = store.applyMutation({ map: "m", at: 0, origin: {}, change });
  await expect(writing).rejects.toThrow(StoreAbortedError);
  await expect(writing).rejects.toThrow(
    /transaction of 1\.0 MiB back .*nothing was written.*smaller/,
  );
  vi.restoreAllMocks();
  expect(await store.readMapNames()).toEqual([]);
});

it("a getter of indexedDB that throws is told as what it is", async () => {
  const reason = new DOMException("denied", "SecurityError");
  const own = Object.getOwnPropertyDescriptor(globalThis, "indexedDB");
  Object.defineProperty(globalThis, "indexedDB", {
    configurable: true,
    get: () => {
      throw reason;
    },
  });
  try {
    const opening = openStore({ name });
    await expect(opening).rejects.toThrow(StoreUnavailableError);
    await expect(opening).rejects.toMatchObject({ cause: reason });
  } finally {
    if (own) Object.defineProperty(globalThis, "indexedDB", own);
    else Reflect.deleteProperty(globalThis, "indexedDB");
  }
});
