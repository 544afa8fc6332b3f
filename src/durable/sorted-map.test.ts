/** Sorted maps against a plain model: order, ranges, batches, and what is refused (docs/spec.md, 2.3). */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openLab, runIn, type Lab } from "../testing/lab.ts";
import type { KeyBound } from "../model/index.ts";
import { rangeBounds } from "./sorted-map.ts";
import {
  compareKeys,
  InvalidKeyError,
  InvalidRangeError,
  prefixRange,
  SortedMap,
  toBytes,
  type RangeRequest,
  type SortedMapEntry,
} from "../index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(async () => {
  await lab.close();
});

const encoder = new TextEncoder();

function startAndEnd(startKey?: string, endKey?: string): Partial<RangeRequest> {
  return {
    ...(startKey === undefined ? {} : { startKey }),
    ...(endKey === undefined ? {} : { endKey }),
  };
}

/** The order of UTF-8 bytes, told by the bytes themselves. */
function byBytes(a: string, b: string): number {
  const [x, y] = [encoder.encode(a), encoder.encode(b)];
  for (let index = 0; index < Math.min(x.length, y.length); index++) {
    const order = (x[index] ?? 0) - (y[index] ?? 0);
    if (order !== 0) return order;
  }
  return x.length - y.length;
}

/** Where orders by code points, by UTF-16 units and by letters differ. */
const chars = [
  ...["a", "A", "b", "Z", "z", "~", " "],
  "\u0000",
  "é",
  "\u07ff",
  "\u0800",
  "\ud7ff",
  "\ue000",
  "\ufeff",
  "\uffff",
  "\u{10000}",
  "\u{1f600}",
  "\u{10ffff}",
];
const char = fc.constantFrom(...chars);
const anyKey = fc.array(char, { maxLength: 4 }).map((parts) => parts.join(""));
/** The empty key has tests of its own. */
const key = fc.array(char, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(""));
const bytes = fc.uint8Array({ maxLength: 6 });
const limit = fc.integer({ min: 1, max: 8 });

type Command =
  | { readonly do: "insert"; readonly entries: Record<string, Uint8Array> }
  | { readonly do: "remove"; readonly keys: string[] }
  | { readonly do: "get"; readonly key: string }
  | { readonly do: "range" | "reverseRange"; readonly request: RangeRequest };

const optionalKey = fc.option(key, { nil: undefined, freq: 1 });
const request = fc.record({
  startKey: optionalKey,
  endKey: optionalKey,
  prefix: fc.option(fc.oneof(anyKey, char), { nil: undefined, freq: 1 }),
  limit,
});
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    do: fc.constant("insert" as const),
    entries: fc
      .array(fc.tuple(key, bytes), { maxLength: 5 })
      .map((entries) => Object.fromEntries(entries)),
  }),
  fc.record({ do: fc.constant("remove" as const), keys: fc.array(key, { maxLength: 3 }) }),
  fc.record({ do: fc.constant("get" as const), key }),
  fc.record({ do: fc.constantFrom("range" as const, "reverseRange" as const), request }),
);

/** What a range must give; `undefined` where its bounds are in the wrong order. */
function modelRange(
  model: ReadonlyMap<string, Uint8Array>,
  reverse: boolean,
  { startKey, endKey, prefix, limit }: RangeRequest,
): [string, number[]][] | undefined {
  if (startKey !== undefined && endKey !== undefined) {
    const order = byBytes(startKey, endKey);
    if (reverse ? order <= 0 : order >= 0) return undefined;
  }
  const sign = reverse ? -1 : 1;
  return [...model]
    .filter(
      ([key]) =>
        (startKey === undefined || byBytes(key, startKey) * sign >= 0) &&
        (endKey === undefined || byBytes(key, endKey) * sign < 0) &&
        key.startsWith(prefix ?? ""),
    )
    .sort(([a], [b]) => byBytes(a, b) * sign)
    .slice(0, limit)
    .map(([key, value]) => [key, Array.from(value)]);
}

const plain = (entries: readonly SortedMapEntry[]): [string, number[]][] =>
  entries.map(({ key, value }) => [key, Array.from(value)]);

describe("a sorted map", () => {
  it("does what a plain map sorted by UTF-8 bytes does", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 4, maxLength: 14 }), async (commands) => {
        const map = SortedMap.ref(`m-${crypto.randomUUID()}`);
        const model = new Map<string, Uint8Array>();
        await runIn(lab, async (context) => {
          for (const [index, command] of commands.entries()) {
            const once = map.idempotently(`${map.name} ${index}`);
            switch (command.do) {
              case "insert":
                await once.insert(context, command);
                for (const [key, value] of Object.entries(command.entries)) model.set(key, value);
                break;
              case "remove":
                await once.remove(context, command);
                for (const key of command.keys) model.delete(key);
                break;
              case "get":
                expect((await map.get(context, command)).value).toEqual(model.get(command.key));
                break;
              default: {
                const reverse = command.do === "reverseRange";
                const expected = modelRange(model, reverse, command.request);
                const range = map[command.do](context, command.request);
                if (!expected) await expect(range).rejects.toThrow(InvalidRangeError);
                else expect(plain((await range).entries)).toEqual(expected);
              }
            }
          }
        });
      }),
      { numRuns: 80 },
    );
  });

  it("is read to both of its ends, in either direction, however it is asked", async () => {
    const all = Object.fromEntries(chars.map((key, index) => [key, toBytes(index)]));
    const keys = Object.keys(all).sort(byBytes);
    await runIn(lab, async (context) => {
      const map = SortedMap.ref("chars");
      // Its neighbours must not be seen.
      await SortedMap.ref("char").insert(context, { entries: all });
      await SortedMap.ref("chars2").insert(context, { entries: all });
      await map.insert(context, { entries: all });
      const read = async (
        method: "range" | "reverseRange",
        request: Partial<RangeRequest>,
      ): Promise<string[]> =>
        (await map[method](context, { limit: 99, ...request })).entries.map(({ key }) => key);
      expect(await read("range", {})).toEqual(keys);
      expect(await read("reverseRange", {})).toEqual([...keys].reverse());
      expect(await read("range", { prefix: "" })).toEqual(keys);
      expect(await read("reverseRange", { prefix: "" })).toEqual([...keys].reverse());
      expect(await read("range", { prefix: "\u{10ffff}" })).toEqual(["\u{10ffff}"]);
      expect(await read("reverseRange", { prefix: "Z" })).toEqual(["Z"]);
      expect(await read("range", { startKey: "Z", endKey: "b" })).toEqual(["Z", "a"]);
      expect(await read("reverseRange", { startKey: "b", endKey: "Z" })).toEqual(["b", "a"]);
      // Bounds that leave nothing of a prefix are no mistake.
      expect(await read("range", { prefix: "a", startKey: "b" })).toEqual([]);
    });
  });

  it("keeps a key that begins with a byte order mark as it is", async () => {
    const bom = "\ufeffkey";
    await runIn(lab, async (context) => {
      const map = SortedMap.ref("m");
      await map.insert(context, { entries: { [bom]: toBytes(1) } });
      expect((await map.range(context, { startKey: "a", limit: 9 })).entries).toMatchObject([
        { key: bom },
      ]);
    });
  });

  it("takes the empty key, which sorts first", async () => {
    await runIn(lab, async (context) => {
      const map = SortedMap.ref("m");
      await map.insert(context, { entries: { "": toBytes(0), "\u0000": toBytes(1) } });
      expect((await map.get(context, { key: "" })).value).toEqual(toBytes(0));
      const { entries } = await map.range(context, { limit: 9 });
      expect(entries.map(({ key }) => key)).toEqual(["", "\u0000"]);
      await map.remove(context, { keys: [""] });
      expect((await map.range(context, { startKey: "", limit: 9 })).entries).toHaveLength(1);
    });
  });

  it("takes keys that mean something to an object", async () => {
    const names = ["__proto__", "constructor", "10", "9"];
    await runIn(lab, async (context) => {
      const map = SortedMap.ref("m");
      const entries = Object.fromEntries(names.map((name) => [name, toBytes(name)]));
      await map.insert(context, { entries });
      const read = await map.range(context, { startKey: "0", limit: 9 });
      expect(read.entries.map(({ key }) => key)).toEqual([...names].sort(byBytes));
    });
  });

  it("that was never written is empty", async () => {
    await runIn(lab, async (context) => {
      const map = SortedMap.ref("nothing");
      expect(await map.get(context, { key: "a" })).toEqual({ value: undefined });
      expect(await map.range(context, { startKey: "a", limit: 1 })).toEqual({ entries: [] });
      expect(await map.range(context, { limit: 1 })).toEqual({ entries: [] });
      await map.remove(context, { keys: ["a"] });
    });
  });

  it("gives the bytes of a view of a bigger buffer, exactly, and as they were", async () => {
    const big = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);
    await runIn(lab, async (context) => {
      const map = SortedMap.ref("m");
      const writing = map.insert(context, { entries: { k: big.subarray(2, 5) } });
      big.fill(99);
      await writing;
      const { value } = await map.get(context, { key: "k" });
      expect(value && Array.from(value)).toEqual([3, 4, 5]);
      expect(value?.buffer.byteLength).toBe(3);
    });
  });

  it("takes the greatest limit that is a positive integer", async () => {
    await runIn(lab, async (context) => {
      const map = SortedMap.ref("m");
      await map.insert(context, { entries: { a: toBytes(1) } });
      for (const method of ["range", "reverseRange"] as const) {
        const request = { prefix: "a", limit: Number.MAX_SAFE_INTEGER };
        expect((await map[method](context, request)).entries).toHaveLength(1);
      }
    });
  });
});

describe("bounds and a prefix", () => {
  it("hold what both of them hold", () => {
    const key = fc.string({ unit: fc.constantFrom("a", "b", "\u{10ffff}"), maxLength: 3 });
    const some = fc.option(key, { nil: undefined });
    fc.assert(
      fc.property(some, some, key, key, fc.boolean(), (one, other, prefix, asked, ascending) => {
        const [low, high] =
          one !== undefined && other !== undefined && byBytes(one, other) > 0
            ? [other, one]
            : [one, other];
        fc.pre(low === undefined || low !== high);
        const bounds = rangeBounds(ascending ? "ascending" : "descending", {
          ...startAndEnd(...(ascending ? ([low, high] as const) : ([high, low] as const))),
          prefix,
          limit: 1,
        });
        // A range begins with its start, and ends before its end.
        const given = ascending
          ? (low === undefined || byBytes(asked, low) >= 0) &&
            (high === undefined || byBytes(asked, high) < 0)
          : (low === undefined || byBytes(asked, low) > 0) &&
            (high === undefined || byBytes(asked, high) <= 0);
        const { lower, upper } = bounds ?? {};
        const lies = (bound: KeyBound | undefined, side: 1 | -1): boolean => {
          const order = bound ? byBytes(asked, bound.key) * side : 1;
          return order > 0 || (order === 0 && !bound?.open);
        };
        const within = bounds !== undefined && lies(lower, 1) && lies(upper, -1);
        expect(within).toBe(given && asked.startsWith(prefix));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("keys", () => {
  it("are compared as their UTF-8 bytes are", () => {
    fc.assert(
      fc.property(anyKey, anyKey, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Math.sign(byBytes(a, b)));
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Math.sign(byBytes(a, b)));
      }),
    );
  });

  it("begin with a prefix exactly where they lie in its range", () => {
    fc.assert(
      fc.property(anyKey, anyKey, (prefix, key) => {
        const { startKey, endKey } = prefixRange(prefix);
        const within =
          byBytes(key, startKey) >= 0 && (endKey === undefined || byBytes(key, endKey) < 0);
        expect(within).toBe(key.startsWith(prefix));
        expect(endKey?.isWellFormed() ?? true).toBe(true);
      }),
      { numRuns: 2000 },
    );
    expect(prefixRange("")).toEqual({ startKey: "" });
    expect(prefixRange("\u{10ffff}")).toEqual({ startKey: "\u{10ffff}" });
    expect(prefixRange("a\u{10ffff}")).toEqual({ startKey: "a\u{10ffff}", endKey: "b" });
    expect(prefixRange("AZ")).toEqual({ startKey: "AZ", endKey: "A[" });
    expect(prefixRange("\ud7ff")).toEqual({ startKey: "\ud7ff", endKey: "\ue000" });
    expect(() => prefixRange("\ud800")).toThrow(InvalidKeyError);
  });
});
