/** Changes as bytes, and what becomes of a mutation that comes again. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  keysOf,
  packChange,
  repeatOf,
  sameBytes,
  sameChange,
  summarizeChange,
  unpackChange,
  type MapChange,
} from "./index.ts";

const text = fc.string({ unit: "binary", maxLength: 8 });
const change: fc.Arbitrary<MapChange> = fc.oneof(
  fc.record({
    method: fc.constant("insert" as const),
    entries: fc.array(fc.tuple(text, fc.uint8Array({ maxLength: 8 })), { maxLength: 5 }),
  }),
  fc.record({ method: fc.constant("remove" as const), keys: fc.array(text, { maxLength: 5 }) }),
);

describe("a change as bytes", () => {
  it("comes back as it was, also from the middle of a larger buffer", () => {
    fc.assert(
      fc.property(change, (change) => {
        const packed = packChange(change);
        expect(packed.buffer.byteLength).toBe(packed.length);
        const larger = new Uint8Array(packed.length + 9).fill(7);
        larger.set(packed, 4);
        for (const bytes of [packed, larger.subarray(4, 4 + packed.length)]) {
          expect(unpackChange(change.method, bytes)).toEqual(change);
        }
      }),
    );
  });

  it("keeps a byte order mark, and values that share nothing with the bytes", () => {
    const inserted = { method: "insert", entries: [["\ufeffk", new Uint8Array([1])]] } as const;
    const packed = packChange(inserted);
    const back = unpackChange("insert", packed);
    packed.fill(0);
    expect(back).toEqual(inserted);
  });

  it("takes a key's length in UTF-8 and a value's, each as 32 bits", () => {
    const bytes = packChange({ method: "insert", entries: [["\u20ac", new Uint8Array([9])]] });
    expect([...bytes]).toEqual([0, 0, 0, 3, 0xe2, 0x82, 0xac, 0, 0, 0, 1, 9]);
    expect([...packChange({ method: "remove", keys: ["a"] })]).toEqual([0, 0, 0, 1, 97]);
  });

  it("is equal for equal changes only", () => {
    fc.assert(
      fc.property(change, change, (a, b) => {
        expect(sameChange(a, structuredClone(a))).toBe(true);
        const same = JSON.stringify(plain(a)) === JSON.stringify(plain(b));
        expect(sameChange(a, b)).toBe(same);
      }),
    );
    const value = new Uint8Array();
    expect(sameChange({ method: "remove", keys: [] }, { method: "insert", entries: [] })).toBe(
      false,
    );
    expect(
      sameChange(
        { method: "insert", entries: [["a", value]] },
        { method: "remove", keys: ["a", ""] },
      ),
    ).toBe(false);
  });
});

function plain(change: MapChange): unknown {
  return change.method === "remove"
    ? change
    : { ...change, entries: change.entries.map(([key, value]) => [key, [...value]]) };
}

it("bytes are the same where each is, and as many", () => {
  const of = (...bytes: number[]) => new Uint8Array(bytes);
  expect(sameBytes(of(), of())).toBe(true);
  expect(sameBytes(of(1, 2), of(1, 2))).toBe(true);
  expect(sameBytes(of(1, 2), of(1, 3))).toBe(false);
  expect(sameBytes(of(1), of(1, 2))).toBe(false);
  expect(sameBytes(of(1, 2), of(1))).toBe(false);
});

describe("a mutation that comes again", () => {
  const earlier = { map: "m", method: "insert" } as const;
  const bytes = new Uint8Array([1]);
  it("is skipped, and differs where its map, its method or its data does", () => {
    expect(repeatOf(earlier, bytes, earlier, new Uint8Array([1]))).toBe("deduplicated");
    expect(repeatOf(earlier, bytes, { ...earlier, map: "n" }, bytes)).toBe("differs");
    expect(repeatOf(earlier, bytes, { ...earlier, method: "remove" }, bytes)).toBe("differs");
    expect(repeatOf(earlier, bytes, earlier, new Uint8Array([2]))).toBe("differs");
  });
  it("differs where nobody knows any more what the first wrote", () => {
    expect(repeatOf(earlier, undefined, earlier, bytes)).toBe("differs");
  });
});

describe("a write in short", () => {
  it("tells how many keys it touched, and between which, in the order of keys", () => {
    const value = new Uint8Array();
    const entries = ["b", "a", "\u{10000}", "\ue000"].map(
      (key) => [key, value] as [string, Uint8Array],
    );
    expect(summarizeChange({ method: "insert", entries })).toEqual({
      method: "insert",
      count: 4,
      low: "a",
      high: "\u{10000}",
    });
    expect(summarizeChange({ method: "remove", keys: ["x"] })).toEqual({
      method: "remove",
      count: 1,
      low: "x",
      high: "x",
    });
    expect(summarizeChange({ method: "remove", keys: [] })).toMatchObject({
      count: 0,
      low: "",
      high: "",
    });
  });
  it("has the keys of what it inserted or removed, in their order", () => {
    expect(keysOf({ method: "remove", keys: ["b", "a"] })).toEqual(["b", "a"]);
    const entries: [string, Uint8Array][] = [["c", new Uint8Array()]];
    expect(keysOf({ method: "insert", entries })).toEqual(["c"]);
  });
});
