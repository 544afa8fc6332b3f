/** A map as it was after any of its writes, compared with a plain model of each moment. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { compareKeys } from "../index.ts";
import { byHand, insert, useEngine, type Engine } from "./engine.ts";
import { change, changed, query, rangeOf } from "./maps.ts";

export function historyContract(engine: Engine): void {
  const bench = useEngine(engine);

  it("any range at any moment is what the model held then", async () => {
    const { store } = bench;
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 8 }),
        query,
        async (changes, query) => {
          const map = `m${run++}`;
          const moments: { id: number; model: ReadonlyMap<string, string> }[] = [];
          for (const [index, change] of changes.entries()) {
            // The clock goes back: the order is that of the commits.
            const { write: id } = await store.applyMutation({ ...byHand(change, map), at: -index });
            // Writes of another map stand between them.
            await store.applyMutation(byHand(change, "x"));
            moments.push({ id, model: changed(moments.at(-1)?.model ?? new Map(), change) });
          }
          for (const { id, model } of moments) {
            const past = await store.readRangeAt({ map, ...query }, id);
            expect(past.map(({ key, value }) => [key, String(value)])).toEqual(
              rangeOf(model, query),
            );
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it("before the first write it is empty, and every write is given as it was", async () => {
    const { store } = bench;
    const mutation = { ...byHand(insert("\u{10000}", "\uffff", "a")), at: 5, once: ["i", "b"] };
    const origin = { invocation: "i", execution: 2, guard: { alias: "g", attempt: 3 } };
    const { write } = await store.applyMutation({ ...mutation, origin });
    const range = { map: "m", direction: "ascending", limit: 9 } as const;
    expect(await store.readRangeAt(range, 0)).toEqual([]);
    expect(await store.readWrite(write)).toEqual({ ...mutation, origin, seq: write });
    expect(await store.readWrite(99)).toBeUndefined();
    const about = { seq: write, method: "insert", count: 3, low: "a", high: "\u{10000}", origin };
    const headers = await store.readWrites({ map: "m", limit: 1 });
    expect(headers).toMatchObject([about]);
    expect(headers[0]).not.toHaveProperty("change");
    expect(await store.readWriteHeaders([99, write])).toMatchObject([about]);
    expect(compareKeys("\uffff", "\u{10000}")).toBeLessThan(0);
  });

  it("a map's writes are given in pages, and a long history is read whole", async () => {
    const { store } = bench;
    for (let n = 0; n < 30; n++) {
      await store.applyMutation(byHand(insert(`k${String(n).padStart(2, "0")}`)));
      await store.applyMutation(byHand(insert("other"), "n"));
    }
    const newest = await store.readWrites({ map: "m", limit: 2 });
    expect(newest.map(({ low }) => low)).toEqual(["k29", "k28"]);
    const older = await store.readWrites({ map: "m", limit: 1, before: newest[1]?.seq });
    expect(older.map(({ low }) => low)).toEqual(["k27"]);
    const newer = await store.readWrites({ map: "m", limit: 1, after: newest[1]?.seq });
    expect(newer.map(({ low }) => low)).toEqual(["k29"]);
    const range = { map: "m", direction: "descending", limit: 99 } as const;
    const past = await store.readRangeAt(range, older[0]?.seq ?? 0);
    expect(past).toHaveLength(28);
    expect(past[0]?.key).toBe("k27");
  });

  it("a key that is written while the past is read stands there once", async () => {
    const { store } = bench;
    // Wherever in the reading the write falls: so many turns of the engine later.
    for (let turns = 0; turns < 16; turns++) {
      const map = `m${turns}`;
      for (const key of ["a", "b"]) await store.applyMutation(byHand(insert(key), map));
      const { write: moment } = await store.applyMutation(byHand(insert("c"), map));
      const reading = store.readRangeAt({ map, direction: "ascending", limit: 9 }, moment);
      for (let turn = 0; turn < turns; turn++) await store.readHits("none");
      await store.applyMutation(
        byHand({ method: "insert", entries: [["b", new Uint8Array([2])]] }, map),
      );
      expect((await reading).map(({ key, value }) => [key, ...value])).toEqual([
        ["a", 1],
        ["b", 1],
        ["c", 1],
      ]);
    }
  });
}
