import fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalJson, copyJson, NotJsonError } from "./index.ts";

const cycle: unknown[] = [];
cycle.push({ cycle });

it.each<[unknown, string]>([
  [{ a: [1n] }, "value.a[0] is bigint"],
  [{ a: () => 1 }, "value.a is function"],
  [{ "a b": Symbol("s") }, 'value["a b"] is symbol'],
  [[undefined], "value[0] is undefined"],
  [{ n: NaN }, "value.n is NaN"],
  [-Infinity, "value is -Infinity"],
  [cycle, "value[0].cycle is a part of itself"],
  [new Map(), "value is a Map"],
  [{ s: new Set() }, "value.s is a Set"],
  [{ bytes: new Uint8Array(1) }, "value.bytes is a Uint8Array"],
  [{ e: new Error("no") }, "value.e is a Error"],
  [JSON.parse('{"a":{"__proto__":1}}'), 'value.a has a member named "__proto__"'],
])("refuses what JSON cannot carry: %#", (value, message) => {
  expect(() => copyJson(value)).toThrow(NotJsonError);
  expect(() => copyJson(value)).toThrow(message);
});

it("leaves out undefined members, asks toJSON, and forgets classes", () => {
  class Money {
    constructor(readonly amount: number) {}
  }
  const value = { at: new Date(0), money: new Money(5), none: undefined, shared: [cycle.length] };
  expect(copyJson(value)).toEqual({
    at: "1970-01-01T00:00:00.000Z",
    money: { amount: 5 },
    shared: [1],
  });
  expect(copyJson([-0])).toEqual([0]);
  const twice = {};
  expect(copyJson([twice, twice])).toEqual([{}, {}]);
});

it("a member named toJSON that is no function is a member", () => {
  expect(copyJson({ toJSON: 1 })).toEqual({ toJSON: 1 });
  expect(() => copyJson(1n)).toThrow(expect.objectContaining({ name: "NotJsonError" }));
});

it("any JSON value is copied as it is, and shares nothing", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      fc.pre(!JSON.stringify(value).includes("__proto__"));
      const copy = copyJson(value);
      expect(copy).toEqual(JSON.parse(JSON.stringify(value)));
      if (typeof value === "object" && value !== null) expect(copy).not.toBe(value);
    }),
  );
});

it("canonical JSON is the same for any order of names, at any depth", () => {
  expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
});
