/** A map as it was after any of its writes, compared with a plain model of each moment. */
import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import { compareKeys, type MapChange } from "../index.ts";
import { openStore, type IndexedDbStore } from "./index.ts";

let store: IndexedDbStore;
let name: string;
beforeEach(async () => {
  name = `history-${crypto.randomUUID()}`;
  store = await openStore({ name });
});
afterEach(async () => {
  await store.close();
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
        const moments: { id: number; model: ReadonlyMap<string, string> }[] = [];
        for (const [index, change] of changes.entries()) {
          // The clock goes back: the order is that of the commits.
          const about = { at: -index, origin: {}, change };
          const { write: id } = await store.applyMutation({ ...about, map });
          // Writes of another map stand between them.
          await store.applyMutation({ ...about, map: "x" });
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
        expect(writes.map(({ seq }) => seq)).toEqual(ids.toReversed());
        const middle = ids[Math.floor(ids.length / 2)] ?? 0;
        const older = await store.readWrites({ map, limit: 2, before: middle });
        expect(older.map(({ seq }) => seq)).toEqual(
          ids
            .filter((id) => id < middle)
            .slice(-2)
            .reverse(),
        );
        const newer = await store.readWrites({ map, limit: 2, after: middle });
        expect(newer.map(({ seq }) => seq)).toEqual(
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
  const numbers: number[] = [];
  for (let n = 0; n < 1203; n++) {
    const entries: [string, Uint8Array][] = [[`k${n % 7}`, new Uint8Array([n % 256])]];
    const change = { method: "insert", entries } as const;
    const { write } = await store.applyMutation({ map: "m", at: n, origin: {}, change });
    numbers.push(write);
  }
  const range = { map: "m", direction: "ascending" as const, limit: 9 };
  expect(await store.readRangeAt(range, 0)).toEqual([]);
  const found = await store.readRangeAt(range, numbers[2] ?? 0);
  expect(found.map(({ key, value }) => [key, ...value])).toEqual([
    ["k0", 0],
    ["k1", 1],
    ["k2", 2],
  ]);
});

it("a key that is written while the past is read stands there once", async () => {
  // Wherever in the reading the write falls: so many turns of the database later.
  for (let turns = 0; turns < 16; turns++) {
    const map = `m${turns}`;
    const write = (key: string, byte: number) =>
      store.applyMutation({
        map,
        at: 0,
        origin: {},
        change: { method: "insert", entries: [[key, new Uint8Array([byte])]] },
      });
    for (const key of ["a", "b"]) await write(key, 1);
    const { write: moment } = await write("c", 1);
    const reading = store.readRangeAt({ map, direction: "ascending", limit: 9 }, moment);
    for (let turn = 0; turn < turns; turn++) await store.readSetting("none");
    await write("b", 2);
    const past = await reading;
    expect(past.map(({ key, value }) => [key, ...value])).toEqual([
      ["a", 1],
      ["b", 1],
      ["c", 1],
    ]);
  }
});
