/** A map as it was after any of its writes, compared with a plain model of each moment. */
import fc from "fast-check";
import { openDB } from "idb";
import { afterEach, beforeEach, expect, it } from "vitest";
import { uuidv7 } from "uuidv7";
import { compareKeys, openStore, type DurableStore, type MapChange } from "./index.ts";

let store: DurableStore;
let name: string;
beforeEach(async () => {
  name = `history-${crypto.randomUUID()}`;
  store = await openStore({ name });
});
afterEach(() => {
  store.close();
  indexedDB.deleteDatabase(name);
});

const KEYS = ["", "a", "aa", "b", "c", "é", "\uffff", "\u{10000}"];
const key = fc.constantFrom(...KEYS);
const change: fc.Arbitrary<MapChange> = fc.oneof(
  fc.record({
    method: fc.constant("insert" as const),
    entries: fc.array(fc.tuple(key, fc.uint8Array({ maxLength: 2 })), { maxLength: 4 }),
  }),
  fc.record({ method: fc.constant("remove" as const), keys: fc.array(key, { maxLength: 4 }) }),
);
const bound = fc.option(fc.record({ key, open: fc.boolean() }), { nil: undefined });
const query = fc
  .record({
    lower: bound,
    upper: bound,
    direction: fc.constantFrom("ascending" as const, "descending" as const),
    limit: fc.integer({ min: 1, max: 9 }),
  })
  .filter(({ lower, upper }) => !lower || !upper || compareKeys(lower.key, upper.key) < 0);

function apply(model: ReadonlyMap<string, string>, change: MapChange): Map<string, string> {
  const next = new Map(model);
  if (change.method === "remove") for (const key of change.keys) next.delete(key);
  else for (const [key, value] of change.entries) next.set(key, String(value));
  return next;
}

it("any range at any moment is what the model held then", async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 12 }),
      query,
      async (changes, { lower, upper, direction, limit }) => {
        const map = `m${run++}`;
        const moments: { id: string; model: ReadonlyMap<string, string> }[] = [];
        for (const change of changes) {
          const id = uuidv7();
          await store.applyMutation({ id, map, at: 0, origin: {}, change });
          // Writes of another map stand between them.
          await store.applyMutation({ id: uuidv7(), map: "x", at: 0, origin: {}, change });
          moments.push({ id, model: apply(moments.at(-1)?.model ?? new Map(), change) });
        }
        for (const { id, model } of moments) {
          const expected = [...model]
            .filter(
              ([key]) =>
                (!lower || compareKeys(key, lower.key) > (lower.open ? 0 : -1)) &&
                (!upper || compareKeys(key, upper.key) < (upper.open ? 0 : 1)),
            )
            .sort(([a], [b]) => compareKeys(a, b) * (direction === "ascending" ? 1 : -1))
            .slice(0, limit);
          const range = { map, direction, limit, lower, upper };
          const found = await store.readRangeAt(range, id);
          expect(found.map(({ key, value }) => [key, String(value)])).toEqual(expected);
        }
        const ids = moments.map(({ id }) => id);
        const writes = await store.readWrites({ map, limit: 99 });
        expect(writes.map(({ id }) => id)).toEqual(ids.toReversed());
        const middle = ids[Math.floor(ids.length / 2)] ?? "";
        const older = await store.readWrites({ map, limit: 2, before: middle });
        expect(older.map(({ id }) => id)).toEqual(
          ids
            .filter((id) => id < middle)
            .slice(-2)
            .reverse(),
        );
        const newer = await store.readWrites({ map, limit: 2, after: middle });
        expect(newer.map(({ id }) => id)).toEqual(
          ids
            .filter((id) => id > middle)
            .slice(0, 2)
            .reverse(),
        );
      },
    ),
    { numRuns: 40 },
  );
}, 30_000);

it("before the first write it is empty; a long history is read in parts", async () => {
  const before = uuidv7();
  const ids: string[] = [];
  for (let n = 0; n < 1203; n++) {
    const id = uuidv7();
    ids.push(id);
    const entries: [string, Uint8Array][] = [[`k${n % 7}`, new Uint8Array([n % 256])]];
    await store.applyMutation({
      id,
      map: "m",
      at: n,
      origin: {},
      change: { method: "insert", entries },
    });
  }
  const range = { map: "m", direction: "ascending" as const, limit: 9 };
  expect(await store.readRangeAt(range, before)).toEqual([]);
  const found = await store.readRangeAt(range, ids[2] ?? "");
  expect(found.map(({ key, value }) => [key, ...value])).toEqual([
    ["k0", 0],
    ["k1", 1],
    ["k2", 2],
  ]);
});

it("a database of version 1 is brought to this one, with every entry and write", async () => {
  store.close();
  const older = `${name}-1`;
  const encode = (text: string): Uint8Array<ArrayBuffer> =>
    new Uint8Array(new TextEncoder().encode(text));
  const id = uuidv7();
  const db = await openDB(older, 1, {
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
  const entries: [string, Uint8Array][] = [
    ["", encode("empty")],
    ["é", encode("accent")],
    ["\u{10000}", encode("far")],
  ];
  for (const [key, value] of entries) {
    await db.put("entries", { value, write: id }, ["m", key === "" ? "" : encode(key).buffer]);
  }
  const event = { type: "backoff", at: 1, invocation: "i", execution: 1, ms: 5 };
  await db.put("trace", { ...event, type: "execution-started" });
  await db.put("trace", event);
  const call = { id: "i", tool: "t", args: {}, createdAt: 1, executions: [], resumptionCrashes: 0 };
  await db.put("invocations", { ...call, state: "running" });
  const change = { method: "insert", entries };
  await db.put("writes", { id, map: "m", at: 5, origin: {}, change, once: ["i", "a"] });
  db.close();

  store = await openStore({ name: older });
  const found = await store.readRange({ map: "m", direction: "ascending", limit: 9 });
  expect(found).toEqual(entries.map(([key, value]) => ({ key, value, write: id })));
  expect(await store.readWrite(id)).toEqual({
    id,
    map: "m",
    at: 5,
    origin: {},
    change,
    once: ["i", "a"],
  });
  expect(await store.readWrites({ map: "m", limit: 9 })).toMatchObject([
    { id, method: "insert", count: 3, low: "", high: "\u{10000}" },
  ]);
  expect(await store.readTrace({ limit: 9 })).toEqual([{ ...event, n: 2 }]);
  expect(await store.readPendingInvocations("running")).toMatchObject([{ id: "i" }]);
  const again = { id: uuidv7(), map: "m", at: 6, origin: {}, once: ["i", "a"] };
  const same = { method: "insert" as const, entries };
  expect(await store.applyMutation({ ...again, change: same })).toBe("deduplicated");
  indexedDB.deleteDatabase(older);
});
