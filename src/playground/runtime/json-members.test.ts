import fc from "fast-check";
import { expect, it } from "vitest";
import { layOut, membersOf } from "./json-members.ts";

it("every member stands as it is written", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue())),
      fc.constantFrom(undefined, 1, "\t"),
      (value, space) => {
        const source = JSON.stringify(value, null, space);
        const members = membersOf(source);
        expect(members.map(({ name, text }) => [name, JSON.parse(text) as unknown])).toEqual(
          Array.isArray(value)
            ? value.map((each) => [undefined, JSON.parse(JSON.stringify(each)) as unknown])
            : Object.entries(JSON.parse(source) as object),
        );
        for (const { at, text } of members) expect(source.startsWith(text, at)).toBe(true);
      },
    ),
  );
});

it.each(["1", '"a"', "null", "{}", "[ ]"])("of %s there are none", (source) => {
  expect(membersOf(source)).toEqual([]);
});

it("what is nested very deep is laid out in good time, and is the same JSON", () => {
  const source = "[".repeat(50_000) + "]".repeat(50_000);
  expect(layOut(source).replace(/\s/g, "")).toBe(source);
});

it("a text of ten million characters is one token", () => {
  const text = JSON.stringify("x".repeat(10_000_000));
  expect(membersOf(`[${text}]`).map((member) => member.text === text)).toEqual([true]);
});

it("is laid out as JSON.stringify does it, with numbers and texts as they are written", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, "\t"), (value, space) => {
      const source = JSON.stringify(value, null, space);
      expect(layOut(source)).toBe(JSON.stringify(value, null, 2));
    }),
  );
  expect(layOut('{"a":1.10,"b":[9007199254740993,"\\u0041"]}')).toBe(
    '{\n  "a": 1.10,\n  "b": [\n    9007199254740993,\n    "\\u0041"\n  ]\n}',
  );
});
