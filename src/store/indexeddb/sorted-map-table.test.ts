/** Ranges give the same where the browser has no `getAllRecords`. */
import fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type RangeQuery } from "../index.ts";
import { openStore, type IndexedDbStore } from "./index.ts";

let store: IndexedDbStore;
let name: string;
beforeEach(async () => {
  name = `table-${crypto.randomUUID()}`;
  store = await openStore({ name });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await store.close();
  indexedDB.deleteDatabase(name);
});

const keys = ["A", "Z", "a", "aa", "ab", "b", "é", "\uffff", "\u{10000}", "\u{10ffff}"];

async function fill(map: string): Promise<void> {
  const entries = keys.map((key, index): [string, Uint8Array] => [key, new Uint8Array([index])]);
  await store.applyMutation({
    map,
    at: 0,
    origin: {},
    change: { method: "insert", entries },
  });
}

/** Runs `body` as in a browser that does not know `getAllRecords`. */
async function withoutGetAllRecords<T>(body: () => Promise<T>): Promise<T> {
  const { prototype } = IDBObjectStore;
  const own = Object.getOwnPropertyDescriptor(prototype, "getAllRecords");
  if (own) Reflect.deleteProperty(prototype, "getAllRecords");
  try {
    expect("getAllRecords" in prototype).toBe(false);
    return await body();
  } finally {
    if (own) Object.defineProperty(prototype, "getAllRecords", own);
  }
}

const bound = fc.option(
  fc.record({ key: fc.integer({ min: 0, max: keys.length - 1 }), open: fc.boolean() }),
  { nil: undefined },
);
const query = fc
  .record({
    lower: bound,
    upper: bound,
    direction: fc.constantFrom("ascending" as const, "descending" as const),
    limit: fc.integer({ min: 1, max: 12 }),
  })
  // Bounds are in order, as whoever asks the store sees to.
  .filter(({ lower, upper }) => !lower || !upper || lower.key < upper.key);

it("a range without getAllRecords is the same range", async () => {
  await fill("m");
  await fill("l");
  await fill("n");
  await fc.assert(
    fc.asyncProperty(query, async ({ lower, upper, direction, limit }) => {
      const at = (given: typeof lower) => given && { key: keys[given.key] ?? "", open: given.open };
      const range: RangeQuery = { map: "m", direction, limit, lower: at(lower), upper: at(upper) };
      const expected = keys.filter(
        (_key, index) =>
          (!lower || index > lower.key || (index === lower.key && !lower.open)) &&
          (!upper || index < upper.key || (index === upper.key && !upper.open)),
      );
      if (direction === "descending") expected.reverse();
      const fast = await store.readRange(range);
      expect(fast.map(({ key }) => key)).toEqual(expected.slice(0, limit));
      expect(await withoutGetAllRecords(() => store.readRange(range))).toEqual(fast);
    }),
    { numRuns: 100 },
  );
});

it("a range without getAllRecords asks for no more than it returns", async () => {
  await fill("m");
  const getAll = vi.spyOn(IDBObjectStore.prototype, "getAll");
  const getAllKeys = vi.spyOn(IDBObjectStore.prototype, "getAllKeys");
  const lower = { key: "A", open: false };
  const entries = await withoutGetAllRecords(() =>
    store.readRange({ map: "m", direction: "ascending", limit: 3, lower }),
  );
  expect(entries).toHaveLength(3);
  expect([...getAll.mock.calls, ...getAllKeys.mock.calls].map(([, count]) => count)).toEqual([
    3, 3,
  ]);
});

it("the names of maps are found without reading the maps", async () => {
  for (const map of ["b", "a", "c"]) await fill(map);
  expect(await store.readMapNames()).toEqual(["a", "b", "c"]);
});
