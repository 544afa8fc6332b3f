/** Values as text: everything that a guard may store comes back as a structured clone gives it. */
import { describe, expect, it } from "vitest";
import { valueFromText, valueToText } from "./index.ts";

const through = (value: unknown): unknown => valueFromText(valueToText(value));

it.each<[string, unknown]>([
  ["JSON", { a: [1, "x", null, true], b: { c: 1.5 } }],
  ["undefined", undefined],
  ["what JSON has no number for", [NaN, Infinity, -Infinity, -0]],
  ["bigint", 2n ** 70n],
  ["dates and expressions", [new Date(1_234), /x/gi]],
  ["maps and sets", new Map<unknown, unknown>([["a", new Set([1, "2"])]])],
  ["bytes", [new Uint8Array([0, 255]), new ArrayBuffer(3), new Float64Array([1.5])]],
])("%s", (_, value) => {
  expect(through(value)).toStrictEqual(structuredClone(value));
});

it("cycles, and one object in two places", () => {
  const shared = { n: 1 };
  const value: Record<string, unknown> = { first: shared, second: shared };
  value["self"] = value;
  const back = through(value) as Record<string, unknown>;
  expect(back["self"]).toBe(back);
  expect(back["first"]).toBe(back["second"]);
});

describe("errors keep", () => {
  const types = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];
  it.each(types.map((type) => [type.name, type] as const))("their class: %s", (name, type) => {
    const back = through(new type("m")) as Error;
    expect([back.constructor, back.name, back.message]).toEqual([type, name, "m"]);
  });
  it("their stack and cause, and lose a class of one's own, as a structured clone does", () => {
    class OwnError extends Error {
      override name = "OwnError";
    }
    const error = new OwnError("outer", { cause: new TypeError("inner", { cause: { n: 1n } }) });
    const back = through(error) as Error;
    expect([back.constructor, back.name, back.message]).toEqual([Error, "Error", "outer"]);
    expect(back.stack).toBe(error.stack);
    expect(Object.keys(back)).toEqual([]);
    expect(back.cause).toBeInstanceOf(TypeError);
    expect((back.cause as Error).cause).toEqual({ n: 1n });
    expect("cause" in (through(new Error("alone")) as Error)).toBe(false);
  });
});
