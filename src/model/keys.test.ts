/** The order of keys is that of their UTF-8 bytes. */
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  compareKeys,
  isEmptyRange,
  isWithin,
  rankUnit,
  unitOfRank,
  type KeyBounds,
} from "./index.ts";

/** What is hostile: units around the surrogates, beside plain letters. */
const key = fc.string({
  unit: fc.oneof(
    fc.constantFrom("a", "b", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "\u{10ffff}"),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  ),
  maxLength: 6,
});

function compareBytes(a: string, b: string): number {
  const [x, y] = [a, b].map((text) => new TextEncoder().encode(text));
  const at = x?.findIndex((byte, index) => byte !== y?.[index]) ?? -1;
  return Math.sign(at === -1 ? a.length - b.length : (x?.[at] ?? 0) - (y?.[at] ?? -1));
}

it("keys compare as their UTF-8 bytes do", () => {
  fc.assert(
    fc.property(key, key, (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(compareBytes(a, b));
    }),
  );
});

it("every UTF-16 unit has a rank of its own, surrogates the last", () => {
  const ranks = Array.from({ length: 0x10000 }, (_, unit) => rankUnit(unit));
  expect(new Set(ranks).size).toBe(0x10000);
  expect(ranks.map(unitOfRank)).toEqual(ranks.map((_, unit) => unit));
  expect(rankUnit(0xd7ff)).toBe(0xd7ff);
  expect(rankUnit(0xe000)).toBe(0xd800);
  expect(rankUnit(0xffff)).toBe(0xf7ff);
  expect([rankUnit(0xd800), rankUnit(0xdfff)]).toEqual([0xf800, 0xffff]);
});

const bound = (key: string, open = false) => ({ key, open });

it.each<[string, KeyBounds, boolean[]]>([
  ["no bounds", {}, [true, true, true, true]],
  ["a lower bound", { lower: bound("b") }, [false, true, true, true]],
  ["an open lower bound", { lower: bound("b", true) }, [false, false, true, true]],
  ["an upper bound", { upper: bound("c") }, [true, true, true, false]],
  ["an open upper bound", { upper: bound("c", true) }, [true, true, false, false]],
  ["both", { lower: bound("b"), upper: bound("c", true) }, [false, true, false, false]],
])("within %s", (_, bounds, within) => {
  expect(["a", "b", "c", "d"].map((key) => isWithin(key, bounds))).toEqual(within);
});

it.each<[KeyBounds, boolean]>([
  [{}, false],
  [{ lower: bound("z", true) }, false],
  [{ upper: bound("") }, false],
  [{ upper: bound("", true) }, true],
  [{ upper: bound("a", true) }, false],
  [{ lower: bound("b"), upper: bound("a") }, true],
  [{ lower: bound("a"), upper: bound("b", true) }, false],
  [{ lower: bound("a"), upper: bound("a") }, false],
  [{ lower: bound("a", true), upper: bound("a") }, true],
  [{ lower: bound("a"), upper: bound("a", true) }, true],
])("bounds %j hold nothing: %s", (bounds, isEmpty) => {
  expect(isEmptyRange(bounds)).toBe(isEmpty);
});
