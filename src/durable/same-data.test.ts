import fc from "fast-check";
import { expect, it } from "vitest";
import { sameData } from "./same-data.ts";

const cyclic = (n: number): unknown => {
  const value: Record<string, unknown> = { n, list: [] };
  value["self"] = value;
  (value["list"] as unknown[]).push(value);
  return value;
};
/** The same data as `cyclic(1)`, its circle twice as long. */
const unrolled = (): unknown => {
  const a: Record<string, unknown> = { n: 1 };
  const b = { n: 1, list: [a], self: a };
  return Object.assign(a, { list: [b], self: b });
};
const bytes = (...values: number[]): ArrayBuffer => new Uint8Array(values).buffer;
const hole: unknown[] = [];
hole.length = 1;

it.each<[string, () => unknown, () => unknown]>([
  [
    "views of equal bytes in other buffers",
    () => new Uint8Array(bytes(9, 1, 2), 1),
    () => new Uint8Array(bytes(1, 2)),
  ],
  ["DataViews of equal bytes", () => new DataView(bytes(1)), () => new DataView(bytes(1))],
  ["cycles", () => cyclic(1), () => cyclic(1)],
  ["cycles of another length", () => cyclic(1), unrolled],
  ["boxed primitives", () => Object(1n) as unknown, () => Object(1n) as unknown],
  ["errors with causes", () => new Error("a", { cause: 1 }), () => new Error("a", { cause: 1 })],
  ["invalid dates", () => new Date(NaN), () => new Date(NaN)],
  ["NaN in maps", () => new Map([[NaN, 1]]), () => new Map([[NaN, 1]])],
])("%s are the same", (_, a, b) => {
  expect(sameData(a(), b())).toBe(true);
});

it.each<[string, unknown, unknown]>([
  ["DataViews of other bytes", new DataView(bytes(1)), new DataView(bytes(2))],
  ["buffers of other bytes", bytes(1), bytes(2)],
  ["buffers of another length", bytes(1), bytes(1, 0)],
  ["views of another kind", new Uint8Array([1]), new Int8Array([1])],
  ["boxed numbers", Object(1), Object(2)],
  ["boxed bigints", Object(1n), Object(2n)],
  ["a boxed string and a string", Object("a"), "a"],
  ["cycles", cyclic(1), cyclic(2)],
  ["0 and -0", [0], [-0]],
  ["a hole and undefined", hole, [undefined]],
  ["arrays of holes", hole, []],
  ["an absent and an undefined member", {}, { a: undefined }],
  [
    "maps of another order",
    new Map([
      [1, 1],
      [2, 2],
    ]),
    new Map([
      [2, 2],
      [1, 1],
    ]),
  ],
  ["sets of other objects", new Set([{ a: 1 }]), new Set([{ a: 2 }])],
  ["regular expressions of other flags", /a/g, /a/i],
  ["errors of another name", new TypeError("a"), new Error("a")],
  ["errors with another cause", new Error("a", { cause: 1 }), new Error("a", { cause: 2 })],
  ["an error with a cause and one without", new Error("a", { cause: undefined }), new Error("a")],
  ["dates", new Date(1), new Date(2)],
  ["an array and an object", [], {}],
  ["null and undefined", null, undefined],
])("%s differ", (_, a, b) => {
  expect(sameData(a, b)).toBe(false);
  expect(sameData(b, a)).toBe(false);
});

it("whatever is cloned is the same as its clone", () => {
  const anything = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withSparseArray: true,
  });
  fc.assert(
    fc.property(anything, (value) => {
      expect(sameData(value, structuredClone(value))).toBe(true);
    }),
  );
});
