import { describe, expect, it } from "vitest";
import { initialArguments, parseArguments, unknownMembers, wholeCall } from "./arguments.ts";

describe("parseArguments", () => {
  it("gives the object that the text says", () => {
    const text = '{"a": {"b": [1, null]}, "c": "\\u00e9"}';
    expect(parseArguments(text)).toEqual({ args: { a: { b: [1, null] }, c: "é" } });
  });

  it.each(["[]", "null", "5", '"text"', "true"])("refuses %s, which is no object", (text) => {
    expect(parseArguments(text)).toEqual({
      error: "Arguments are a JSON object, for instance { }.",
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

describe("wholeCall", () => {
  const args = { amount: 5 };

  it.each([
    { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "pay", arguments: args } },
    { method: "tools/call", params: { name: "pay", arguments: args, _meta: { x: 1 } } },
    { name: "pay", arguments: args },
    { name: "pay", arguments: args, _meta: { progressToken: 1 } },
  ])("knows %j for a call", (value) => {
    expect(wholeCall(value)).toEqual({ tool: "pay", args });
  });

  it("takes a request without arguments for a call without any", () => {
    const request = { method: "tools/call", params: { name: "pay" } };
    expect(wholeCall(request)).toEqual({ tool: "pay", args: {} });
  });

  it.each([
    args,
    { name: "pay" },
    { name: "pay", arguments: "amount" },
    { name: "pay", arguments: args, other: 1 },
    { method: "tools/list", params: { name: "pay", arguments: args } },
    { method: "tools/call", params: { arguments: args } },
  ])("takes %j for arguments", (value) => {
    expect(wholeCall(value)).toBeUndefined();
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

it("members that no schema names are pointed at, unless any may be there", () => {
  const schema = { properties: { a: {} } };
  expect(unknownMembers(schema, { a: 1, b: 2, toString: 3 })).toEqual(["b", "toString"]);
  expect(unknownMembers({ ...schema, additionalProperties: false }, { b: 2 })).toEqual(["b"]);
  expect(unknownMembers({ ...schema, additionalProperties: {} }, { b: 2 })).toEqual([]);
  expect(unknownMembers({ ...schema, additionalProperties: true }, { b: 2 })).toEqual([]);
  expect(unknownMembers({}, { b: 2 })).toEqual([]);
});
