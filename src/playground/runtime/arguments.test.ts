import { describe, expect, it } from "vitest";
import { initialArguments, parseArguments } from "./arguments.ts";

describe("parseArguments", () => {
  it("gives the object that the text says", () => {
    const text = '{"a": {"b": [1, null]}, "c": "\\u00e9"}';
    expect(parseArguments(text)).toEqual({ args: { a: { b: [1, null] }, c: "é" } });
  });

  it.each(["[]", "null", "5", '"text"', "true"])("refuses %s, which is no object", (text) => {
    expect(parseArguments(text)).toEqual({
      error: "This is to be a JSON object, for instance { }.",
    });
  });

  it.each(["", "{", '{"a": 1,}', "{'a': 1}", '{"a": 1} 2', "undefined"])(
    "says of %j that it is no JSON",
    (text) => {
      expect(parseArguments(text).args).toBeUndefined();
      expect(parseArguments(text).error).toMatch(/^This is no JSON: ./);
    },
  );

  it("says where it is wrong: line and column, whatever the engine's words", () => {
    const text = '{\n  "a": 1\n  "b": 2\n}';
    expect(parseArguments(text).error).toMatch(/line 3,? column 3/);
  });

  it("does not take a text that speaks of a position for one", () => {
    expect(parseArguments('{"at": position 12}').error).not.toContain("(line 1, column 13)");
  });
});

describe("initialArguments", () => {
  const initial = (schema: Parameters<typeof initialArguments>[0]): unknown =>
    JSON.parse(initialArguments(schema));

  it("has every default, and an example of what is required and has none", () => {
    const properties = {
      given: { default: false },
      both: { default: 1, examples: [2] },
      required: { examples: ["first", "second"] },
      optional: { examples: ["first"] },
      bare: {},
      any: true,
    };
    const required = ["required", "bare", "both", "any"];
    expect(initial({ properties, required })).toEqual({ given: false, both: 1, required: "first" });
  });

  it("is empty for a schema without properties", () => {
    expect(initial({})).toEqual({});
    expect(initial({ required: ["a"] })).toEqual({});
  });
});
