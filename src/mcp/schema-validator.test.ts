import { describe, expect, it } from "vitest";
import { schemaValidator } from "./schema-validator.ts";

const check = (schema: object, value: unknown): boolean =>
  schemaValidator.getValidator(schema)(value).valid;

it("says what fits and what does not", () => {
  const schema = { type: "object", properties: { a: { type: "number" } }, required: ["a"] };
  expect(check(schema, { a: 1 })).toBe(true);
  expect(check(schema, { a: "1" })).toBe(false);
  expect(check(schema, {})).toBe(false);
});

describe("a schema that cannot be followed throws neither when it is listed nor when it is used", () => {
  it.each<[string, object]>([
    ["a pattern", { type: "string", pattern: "(?i)[" }],
    ["a reference", { $ref: "#/$defs/none" }],
    ["two of one id", { $id: "http://a/b", $defs: { x: { $id: "http://a/b" } } }],
    ["an id that is no address", { $id: "http://[" }],
    ["without an end", { $defs: { a: { $ref: "#/$defs/a" } }, $ref: "#/$defs/a" }],
  ])("for %s", (_, schema) => {
    expect(check(schema, "x")).toBe(true);
  });
});
