/** Databases of every older version are brought to this one, and lose nothing. */
import { openDB, type IDBPDatabase } from "idb";
import { uuidv7 } from "uuidv7";
import { afterEach, beforeEach, expect, it } from "vitest";
import { SupersededError } from "../errors.ts";
import { openStore, type IndexedDbStore } from "./index.ts";
import { entryKey } from "./keys.ts";
import { makeTables, type PlaygroundDatabase } from "./schema.ts";

let store: IndexedDbStore | undefined;
let name: string;
beforeEach(() => {
  name = `upgrade-${crypto.randomUUID()}`;
});
afterEach(async () => {
  await store?.close();
  indexedDB.deleteDatabase(name);
});

const encode = (text: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(new TextEncoder().encode(text));
const entries: [string, Uint8Array][] = [
  ["", encode("empty")],
  ["é", encode("accent")],
  ["\u{10000}", encode("far")],
];
const answer = { content: [], structuredContent: { status: "error", error_type: "no" } };

/** As versions 1 and 2 kept invocations: the first was called last, by its id. */
function invocations(): Record<string, unknown>[] {
  const executed = { cause: "call", owner: "o", startedAt: 1 };
  const of = { tool: "t", createdAt: 1, resumptionCrashes: 0 };
  return [
    {
      ...of,
      id: "b",
      args: { n: 2 },
      state: "completed",
      executions: [
        { ...executed, number: 1, guards: "off", endedAt: 2, outcome: "crashed" },
        {
          ...executed,
          number: 2,
          guards: "on",
          endedAt: 3,
          outcome: "completed",
          response: answer,
        },
      ],
    },
    {
      ...of,
      id: "a",
      args: { n: 1 },
      state: "running",
      executions: [{ ...executed, number: 1, guards: "on" }],
    },
  ];
}

async function makeVersion1(id: string): Promise<void> {
  const db: IDBPDatabase = await openDB(name, 1, {
    upgrade(db) {
      db.createObjectStore("entries");
      db.createObjectStore("writes", { keyPath: "id" }).createIndex("once", "once", {
        unique: true,
      });
      db.createObjectStore("guards", { keyPath: ["invocation", "alias"] });
      const invocations = db.createObjectStore("invocations", { keyPath: "id" });
      invocations.createIndex("state", "state");
      invocations.createIndex("created", ["createdAt", "id"], { unique: true });
      const trace = db.createObjectStore("trace", { keyPath: "seq", autoIncrement: true });
      trace.createIndex("invocation", "invocation");
      trace.createIndex("attempts", "attemptOf");
      db.createObjectStore("hits");
      db.createObjectStore("settings");
    },
  });
  for (const [key, value] of entries) {
    await db.put("entries", { value, write: id }, ["m", key === "" ? "" : encode(key).buffer]);
  }
  await db.put("trace", { type: "execution-started", at: 1, invocation: "b", execution: 1 });
  for (const event of traced()) await db.put("trace", event);
  const change = { method: "insert", entries };
  await db.put("writes", { id, map: "m", at: 5, origin: {}, change, once: ["i", "a"] });
  await fillTheRest(db);
}

async function makeVersion2(id: string): Promise<void> {
  const db: IDBPDatabase = await openDB(name, 2, {
    upgrade(db) {
      db.createObjectStore("entries");
      const writes = db.createObjectStore("writes", { keyPath: "id" });
      writes.createIndex("once", "once", { unique: true });
      writes.createIndex("map", ["map", "id"]);
      db.createObjectStore("changes");
      db.createObjectStore("guards", { keyPath: ["invocation", "alias"] });
      const invocations = db.createObjectStore("invocations", { keyPath: "id" });
      invocations.createIndex("pending", "pending");
      const trace = db.createObjectStore("trace", { keyPath: ["invocation", "execution", "n"] });
      trace.createIndex("attempts", "attemptOf");
      db.createObjectStore("hits");
      db.createObjectStore("settings");
    },
  });
  const idBytes = id
    .replaceAll("-", "")
    .match(/../g)
    ?.map((byte) => Number.parseInt(byte, 16));
  const keys = ["m\uffff", "m\uffffé", "m\uffff\uf800\ufc00"];
  for (const [index, [, value]] of entries.entries()) {
    await db.put("entries", new Uint8Array([...(idBytes ?? []), ...value]), keys[index]);
  }
  for (const [n, event] of traced().entries()) await db.put("trace", { ...event, n: n + 1 });
  const packed = entries.flatMap(([key, value]) => {
    const bytes = encode(key);
    return [0, 0, 0, bytes.length, ...bytes, 0, 0, 0, value.length, ...value];
  });
  await db.put("changes", new Uint8Array(packed), id);
  const about = { method: "insert", count: 3, low: "", high: "\u{10000}" };
  await db.put("writes", { id, map: "m", at: 5, origin: {}, once: ["i", "a"], ...about });
  await fillTheRest(db);
}

function traced(): Record<string, unknown>[] {
  const about = { at: 1, invocation: "b", execution: 1, attemptOf: "b", type: "attempt-started" };
  return [
    { ...about, detail: "guards off", attempt: 1 },
    { ...about, execution: 2, attempt: 1 },
  ];
}

async function fillTheRest(db: IDBPDatabase): Promise<void> {
  for (const invocation of invocations()) await db.put("invocations", invocation);
  const guard = {
    invocation: "b",
    alias: "pay",
    kind: "atMostOnce",
    state: "stored",
    execution: 2,
  };
  await db.put("guards", { ...guard, attempts: 2, updatedAt: 3, value: { receipt: 1n } });
  await db.put("hits", 4, ["plan", 0]);
  await db.put("settings", { guards: "off" }, "playground");
  db.close();
}

it.each([
  [1, makeVersion1],
  [2, makeVersion2],
])("a database of version %i is brought to this one, with all that it held", async (_, make) => {
  const id = uuidv7();
  await make(id);
  store = await openStore({ name });
  const found = await store.readRange({ map: "m", direction: "ascending", limit: 9 });
  expect(found).toEqual(entries.map(([key, value]) => ({ key, value, write: 1 })));
  const change = { method: "insert", entries } as const;
  const about = { map: "m", at: 5, origin: {}, once: ["i", "a"] };
  expect(await store.readWrite(1)).toEqual({ ...about, seq: 1, change });
  expect(await store.readWrites({ map: "m", limit: 9 })).toMatchObject([
    { seq: 1, method: "insert", count: 3, low: "", high: "\u{10000}" },
  ]);
  // What was applied is known to be.
  const again = await store.applyMutation({ ...about, change });
  expect(again).toEqual({ outcome: "deduplicated", write: 1 });

  // The order of ids was the only one.
  const calls = await store.readInvocations({ limit: 9 });
  expect(calls.map(({ id, seq, state }) => [id, seq, state])).toEqual([
    ["b", 2, "completed"],
    ["a", 1, "running"],
  ]);
  expect(await store.readPendingInvocations("running")).toMatchObject([{ id: "a" }]);
  expect(await store.readExecutions("b")).toMatchObject([
    { number: 1, outcome: "crashed", guards: "off" },
    { number: 2, outcome: "completed", answer: { isError: true, errorType: "no" } },
  ]);
  expect(await store.readAnswer("b", 2)).toEqual(answer);
  expect(await store.readInvocations({ limit: 9, filter: { text: "ERROR" } })).toHaveLength(1);
  expect(await store.readGuards({ invocation: "b", limit: 9 })).toMatchObject([
    { alias: "pay", state: "stored", attempts: 2, value: { receipt: 1n } },
  ]);
  // Two by the guard's record, one that had none.
  expect(await store.countAttempts(calls)).toEqual([
    { attempts: 3, atLeast: true },
    { attempts: 0, atLeast: false },
  ]);
  expect(await store.readTrace({ invocation: "b", limit: 9 })).toHaveLength(2);
  expect(await store.readHits("plan")).toEqual(new Map([[0, 4]]));
  expect(await store.readSetting("playground")).toEqual({ guards: "off" });

  // And it goes on: the next invocation and the next write are the newest.
  const begun = await store.beginExecution({
    id: "0",
    tool: "t",
    args: {},
    as: "client",
    owner: "p",
    guards: "on",
    at: 0,
  });
  expect(begun).toMatchObject({ begun: true, invocation: { seq: 3 } });
  const next = await store.applyMutation({ map: "m", at: 0, origin: {}, change });
  expect(next).toEqual({ outcome: "applied", write: 2 });
});

it.each([3, 4])(
  "of version %i the answers are kept, and entries are read as they were written",
  async (version) => {
    const db: IDBPDatabase = await openDB(name, version, {
      upgrade: (db) => {
        makeTables(db as unknown as PlaygroundDatabase);
        db.deleteObjectStore("ends");
        for (const name of ["answers", "fences"]) db.createObjectStore(name);
        db.deleteObjectStore("guards");
        db.createObjectStore("guards", { keyPath: ["invocationSeq", "alias"] });
      },
    });
    const last = { number: 2, cause: "retry", owner: "o", startedAt: 1, outcome: "failed" };
    const call = { id: "b", tool: "t", createdAt: 1, resumptionCrashes: 0, args: {} };
    await db.put("invocations", { ...call, state: "failed", last, seq: 1 });
    const guard = { invocation: "b", invocationSeq: 1, alias: "pay", kind: "atMostOnce" };
    await db.put("guards", { ...guard, state: "stored", attempts: 1, execution: 2, updatedAt: 3 });
    // Of two executions one was superseded, and one answered.
    await db.put("answers", answer, [1, 2]);
    for (const number of [1, 2]) await db.put("fences", true, [1, number]);
    const write = [0, 0, 0, 0, 0, 7];
    await db.put("entries", new Uint8Array([...write, 1, 2, 3]), entryKey("m", "a"));
    db.close();
    store = await openStore({ name });
    expect(await store.readAnswer("b", 2)).toEqual(answer);
    expect(await store.readGuard(1, "pay")).toMatchObject({ state: "stored", attempts: 1 });
    const change = { method: "insert", entries: [["b", new Uint8Array([4])]] } as const;
    for (const execution of [1, 2]) {
      const by = { invocationSeq: 1, execution };
      const refused = store.applyMutation({ map: "m", at: 0, origin: {}, change, by });
      await expect(refused).rejects.toThrow(SupersededError);
    }
    await store.applyMutation({ map: "m", at: 0, origin: {}, change });
    expect(await store.readRange({ map: "m", direction: "ascending", limit: 9 })).toEqual([
      { key: "a", value: new Uint8Array([1, 2, 3]), write: 7 },
      { key: "b", value: new Uint8Array([4]), write: 1 },
    ]);
    expect((await store.readEntry("m", "a"))?.value).toEqual(new Uint8Array([1, 2, 3]));
  },
);
