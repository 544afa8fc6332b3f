import fc from "fast-check";
import { expect, it } from "vitest";
import { compareKeys, type MapChange } from "../index.ts";
import { byHand, insert, keysOf, useEngine, type Engine } from "./engine.ts";

/** Keys that sort otherwise by UTF-16 units, end in the last character, or look like a separator. */
export const HOSTILE_KEYS = [
  "",
  "\u0000",
  "\u0000\u0000",
  "\u0001",
  "A",
  "Z",
  "a",
  "a\u0000",
  "aa",
  "ab",
  "b",
  "é",
  "\ud7ff",
  "\ue000",
  "\uf800",
  "\ufffe",
  "\uffff",
  "\uffffa",
  "\u{10000}",
  "\u{103ff}\uffff",
  "\u{10ffff}",
];
const key = fc.oneof(fc.constantFrom(...HOSTILE_KEYS), fc.string({ unit: "binary", maxLength: 4 }));
export const change: fc.Arbitrary<MapChange> = fc.oneof(
  fc.record({
    method: fc.constant("insert" as const),
    entries: fc.array(fc.tuple(key, fc.uint8Array({ maxLength: 3 })), { maxLength: 8 }),
  }),
  fc.record({ method: fc.constant("remove" as const), keys: fc.array(key, { maxLength: 4 }) }),
);
const bound = fc.option(fc.record({ key, open: fc.boolean() }), { nil: undefined });
export const query = fc.record({
  lower: bound,
  upper: bound,
  direction: fc.constantFrom("ascending" as const, "descending" as const),
  limit: fc.integer({ min: 1, max: 9 }),
});
export type Query = typeof query extends fc.Arbitrary<infer Q> ? Q : never;

/** A map as a plain model of it: key → bytes as text. */
export function changed(model: ReadonlyMap<string, string>, change: MapChange) {
  const next = new Map(model);
  if (change.method === "remove") for (const key of change.keys) next.delete(key);
  else for (const [key, value] of change.entries) next.set(key, String(value));
  return next;
}

export function rangeOf(
  model: ReadonlyMap<string, string>,
  { lower, upper, direction, limit }: Query,
): [string, string][] {
  const within = [...model].filter(([key]) => {
    const low = lower ? compareKeys(key, lower.key) : 1;
    const high = upper ? compareKeys(key, upper.key) : -1;
    return (low > 0 || (low === 0 && !lower?.open)) && (high < 0 || (high === 0 && !upper?.open));
  });
  const sign = direction === "ascending" ? 1 : -1;
  return within.sort(([a], [b]) => compareKeys(a, b) * sign).slice(0, limit);
}

export function mapContract(engine: Engine): void {
  const bench = useEngine(engine);

  it("any range, in both directions, is what a plain model holds", async () => {
    const { store } = bench;
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.array(query, { minLength: 1, maxLength: 6 }),
        async (changes, queries) => {
          // Of two names of which one begins the other.
          const map = `m${run++}`;
          let model: ReadonlyMap<string, string> = new Map();
          for (const change of changes) {
            await store.applyMutation(byHand(change, map));
            model = changed(model, change);
          }
          for (const query of queries) {
            const expected = rangeOf(model, query);
            const found = await store.readRange({ map, ...query });
            expect(found.map(({ key, value }) => [key, String(value)])).toEqual(expected);
            const pairs = await store.readPairs({ map, ...query });
            expect(pairs.map(({ key, value }) => [key, String(value)])).toEqual(expected);
          }
          for (const [key, value] of model) {
            expect(String((await store.readEntry(map, key))?.value)).toBe(value);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("keys are ordered by their UTF-8 bytes, and no map reaches into another", async () => {
    const { store } = bench;
    const maps = ["m", "m\u0000", "m\uffff", "m\u{10ffff}", "", "ma"];
    for (const map of maps) {
      await store.applyMutation(byHand(insert(...HOSTILE_KEYS.toReversed()), map));
    }
    const bytes = (text: string) => encoder.encode(text);
    for (const map of maps) {
      const keys = await keysOf(store, map);
      expect(keys).toEqual(HOSTILE_KEYS);
      for (const [index, key] of keys.slice(1).entries()) {
        expect(compareBytes(bytes(keys[index] ?? ""), bytes(key))).toBeLessThan(0);
      }
    }
    expect(new Set(await store.readMapNames())).toEqual(new Set(maps));
  });

  it("what an entry holds is given with the write that put it there", async () => {
    const { store } = bench;
    await store.applyMutation(byHand(insert("a", "b")));
    const { write } = await store.applyMutation(
      byHand({ method: "insert", entries: [["b", new Uint8Array([0, 255])]] }),
    );
    expect(await store.readEntry("m", "b")).toEqual({
      key: "b",
      value: new Uint8Array([0, 255]),
      write,
    });
    expect((await store.readEntry("m", "a"))?.write).toBe(write - 1);
    expect(await store.readEntry("m", "c")).toBeUndefined();
    expect(await store.readEntry("none", "a")).toBeUndefined();
    await store.applyMutation(byHand({ method: "remove", keys: ["a", "b", "never"] }));
    expect(await store.readMapNames()).toEqual([]);
  });

  it("a mutation is applied once under its name; what differs is reported, and the first stays", async () => {
    const { store } = bench;
    const once = ["i", "alias", "a"];
    const first = { ...byHand(insert("k")), once };
    expect(await store.applyMutation(first)).toEqual({ outcome: "applied", write: 1 });
    expect(await store.applyMutation(first)).toEqual({ outcome: "deduplicated", write: 1 });
    expect((await store.applyMutation({ ...first, map: "n" })).outcome).toBe("differs");
    expect((await store.applyMutation({ ...first, change: insert("l") })).outcome).toBe("differs");
    expect(await store.readMapNames()).toEqual(["m"]);
    expect(await keysOf(store)).toEqual(["k"]);
    // Both pack to no bytes at all.
    const empty = { ...first, once: ["i", "alias", "b"] };
    await store.applyMutation({ ...empty, change: { method: "insert", entries: [] } });
    const remove = { method: "remove", keys: [] } as const;
    expect((await store.applyMutation({ ...empty, change: remove })).outcome).toBe("differs");
    // A name is a list: its parts do not run together.
    const other = { ...first, once: ["i", "alias\u0000a"] };
    expect((await store.applyMutation(other)).outcome).toBe("applied");
  });

  it("of the same mutation over two connections at a time, one is applied", async () => {
    const stores = [bench.store, await bench.connect(), bench.store];
    const mutation = { ...byHand(insert("k")), once: ["i", "a"] };
    const outcomes = await Promise.all(stores.map((store) => store.applyMutation(mutation)));
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual([
      "applied",
      "deduplicated",
      "deduplicated",
    ]);
    expect(new Set(outcomes.map(({ write }) => write)).size).toBe(1);
  });

  it("writes to one key are numbered in the order in which they took effect", async () => {
    const there = await bench.connect();
    const writes = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        (n % 2 ? there : bench.store).applyMutation(
          byHand({ method: "insert", entries: [["k", new Uint8Array([n])]] }),
        ),
      ),
    );
    const numbers = writes.map(({ write }) => write);
    expect(new Set(numbers).size).toBe(20);
    const last = numbers.indexOf(Math.max(...numbers));
    const entry = await bench.store.readEntry("m", "k");
    expect(entry).toEqual({ key: "k", value: new Uint8Array([last]), write: numbers[last] });
  });

  it("a map's name and a key of 2,000 bytes together are told apart and ordered by their last", async () => {
    const { store } = bench;
    const map = "\u0000\uffff".repeat(100);
    // 400 bytes, and 1,600 with each key's end.
    const long = "\uffff".repeat(532) + "  ";
    const keys = ["aa", "ab", "ba"].map((end) => long + end);
    await store.applyMutation(byHand(insert(...keys.toReversed()), map));
    expect(await keysOf(store, map)).toEqual(keys);
    expect((await store.readEntry(map, keys[1] ?? ""))?.key).toBe(keys[1]);
    await store.applyMutation(byHand({ method: "remove", keys: keys.slice(0, 1) }, map));
    expect(await keysOf(store, map)).toEqual(keys.slice(1));
  });

  it("an entry of 1 MiB, and a batch of 3,000, come back as they were", async () => {
    const { store } = bench;
    const large = new Uint8Array(2 ** 20).map((_, index) => index * 7);
    await store.applyMutation(byHand({ method: "insert", entries: [["large", large]] }));
    // Not by `toEqual`, which takes seconds over a million bytes.
    const kept = (await store.readEntry("m", "large"))?.value;
    expect(kept instanceof Uint8Array && compareBytes(kept, large)).toBe(0);
    const keys = Array.from({ length: 3000 }, (_, n) => `k${String(n).padStart(4, "0")}`);
    await store.applyMutation(byHand(insert(...keys), "n"));
    const range = { map: "n", limit: 5000 } as const;
    const up = await store.readPairs({ ...range, direction: "ascending" });
    expect(up.map(({ key }) => key)).toEqual(keys);
    const down = await store.readPairs({ ...range, direction: "descending" });
    expect(down.map(({ key }) => key)).toEqual(keys.toReversed());
  });
}

const encoder = new TextEncoder();

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const order = (a[index] ?? 0) - (b[index] ?? 0);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
