/** What a form shows of a schema is small and plain, whatever the schema is. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { hostileSchemas } from "../../testing/schemas.ts";
import { AS_JSON, FIELDS_AT_ONCE, FOLDED, formSchema, MORE, MORE_NAME } from "./form-schema.ts";
import type { JsonSchema } from "./schema-parts.ts";

const closed = { open: new Set<string>(), shown: new Map<string, number>() };
const shown = (schema: JsonSchema, open: readonly string[] = []): JsonSchema =>
  formSchema(schema, { ...closed, open: new Set(open) }).schema;
/** What stands at a place of the form's schema. */
const at = (schema: JsonSchema, ...steps: readonly string[]): unknown =>
  steps.reduce<unknown>((part, step) => (part as Record<string, unknown>)[step], schema);
const object = (properties: JsonSchema): JsonSchema => ({ type: "object", properties });

/** Every part, with the keywords that it has. */
function partsOf(schema: unknown): Record<string, unknown>[] {
  if (Array.isArray(schema)) return schema.flatMap(partsOf);
  if (typeof schema !== "object" || schema === null) return [];
  const { examples: _, enum: __, const: ___, ...part } = schema as Record<string, unknown>;
  return [part, ...Object.values(part).flatMap(partsOf)];
}

it("whatever the schema is, the form's is bounded, and refers to nothing", () => {
  fc.assert(
    fc.property(
      hostileSchemas(),
      fc.array(fc.constantFrom("/a", "/b/a", "/a/+", "/a|0", "/value/*")),
      (schema, open) => {
        const form = shown(schema, open);
        const parts = partsOf(form);
        expect(parts.length).toBeLessThan(30_000);
        const named = new Set(Object.keys(form["properties"] ?? {}));
        for (const keyword of ["$ref", "allOf", "pattern", "if", "not"]) {
          if (named.has(keyword)) continue;
          expect(parts.some((part) => Object.hasOwn(part, keyword))).toBe(false);
        }
      },
    ),
    { numRuns: 300 },
  );
});

it("a schema that refers to itself opens level by level, as far as one likes", () => {
  const tree = {
    ...object({ root: { $ref: "#/$defs/node" } }),
    $defs: {
      node: object({
        name: { type: "string" },
        children: { type: "array", items: { $ref: "#/$defs/node" } },
      }),
    },
  };
  const form = shown(tree);
  expect(at(form, "properties", "root", "properties", "children", "items")).toMatchObject({
    $id: FOLDED,
    path: "/root/children/+",
  });
  const opened = shown(tree, ["/root/children/+"]);
  const inner = at(opened, "properties", "root", "properties", "children", "items", "properties");
  expect(inner).toMatchObject({ name: { type: "string" }, children: { $id: FOLDED } });
});

it.each<[string, JsonSchema, RegExp]>([
  ["leads nowhere", { $ref: "#/$defs/none" }, /"#\/\$defs\/none" leads nowhere/],
  ["leads out of the schema", { $ref: "https://example.com/a" }, /leads nowhere/],
  ["nothing fits", { allOf: [false] }, /nothing fits/],
])("a part that %s is a field of JSON, and costs no other", (_, part, problem) => {
  const form = shown(object({ bad: part, good: { type: "string" } }));
  expect(at(form, "properties", "bad")).toMatchObject({
    $id: AS_JSON,
    problem: expect.stringMatching(problem) as unknown,
  });
  expect(at(form, "properties", "good")).toEqual({ type: "string" });
});

it("a reference to itself by allOf, and one through another, says what it says", () => {
  const circle = { $ref: "#/$defs/a", title: "round" };
  const $defs = {
    a: { allOf: [{ $ref: "#/$defs/b" }, { type: "string" }] },
    b: { allOf: [{ $ref: "#/$defs/a" }], description: "by way of b" },
  };
  expect(at(shown({ ...object({ circle }), $defs }), "properties", "circle")).toEqual({
    type: "string",
    title: "round",
    description: "by way of b",
  });
});

it("of a wide part the first fields are shown, those that are required before the others", () => {
  const wide = {
    ...object(
      Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`f${n}`, { type: "string" }])),
    ),
    required: ["f299"],
  };
  const fields = Object.keys(at(shown(wide), "properties") as object);
  expect(fields).toHaveLength(FIELDS_AT_ONCE + 1);
  expect(fields[0]).toBe("f299");
  expect(at(shown(wide), "properties", MORE_NAME)).toEqual({ $id: MORE, path: "", left: 260 });
  const { schema: more } = formSchema(wide, { ...closed, shown: new Map([["", 300]]) });
  const all = Object.keys(at(more, "properties") as object);
  expect(all).toHaveLength(300);
  // None jumps when the last are shown.
  expect(all.slice(0, FIELDS_AT_ONCE)).toEqual(fields.slice(0, FIELDS_AT_ONCE));
});

it.each<[string, JsonSchema, unknown]>([
  ["anything", {}, { $id: AS_JSON }],
  ["an object of anything", { type: "object" }, { $id: AS_JSON }],
  [
    "a format that names a part of the library",
    { type: "string", format: "hidden" },
    { type: "string" },
  ],
  [
    "more than can be chosen from",
    { enum: Array.from({ length: 2001 }, (_, n) => n) },
    { $id: AS_JSON },
  ],
  ["a type that there is not", { type: "nonsense" }, { $id: AS_JSON }],
  ["null alone", { type: "null" }, { type: "null" }],
  [
    "values of one kind",
    { type: "object", additionalProperties: { type: "number" } },
    { type: "object", additionalProperties: { type: "number" } },
  ],
  ["a constant", { const: "x" }, { enum: ["x"] }],
  [
    "a number or nothing",
    { anyOf: [{ type: "number" }, { type: "null" }] },
    { type: ["number", "null"] },
  ],
  [
    "constants with names",
    {
      oneOf: [
        { const: 1, title: "one" },
        { const: 2, title: "two" },
      ],
    },
    {
      oneOf: [
        { const: 1, title: "one" },
        { const: 2, title: "two" },
      ],
    },
  ],
  [
    "alternatives by what they must be",
    { anyOf: [object({ kind: { const: "card" } }), object({ kind: { const: "bank" } })] },
    { anyOf: [{ title: "card" }, { title: "bank" }] },
  ],
  [
    "alternatives by their types",
    { type: ["string", "number"] },
    {
      anyOf: [
        { type: "string", title: "string" },
        { type: "number", title: "number" },
      ],
    },
  ],
  [
    "a tuple",
    { type: "array", prefixItems: [{ type: "string" }, { type: "number" }] },
    { type: "array", items: [{ type: "string" }, { type: "number" }] },
  ],
])("shows %s", (_, part, expected) => {
  expect(at(shown(object({ it: part })), "properties", "it")).toMatchObject(expected as object);
});

it.each(["constructor", "toString", "hidden", "radio", "date-time", "color"])(
  "the format %s names no field of the form's library",
  (format) => {
    expect(at(shown(object({ it: { type: "string", format } })), "properties", "it")).toEqual({
      type: "string",
    });
  },
);

it("of constants with names each is offered, however many there are", () => {
  const oneOf = Array.from({ length: 200 }, (_, n) => ({ const: n, title: `No. ${n}` }));
  expect(at(shown(object({ it: { oneOf } })), "properties", "it", "oneOf")).toHaveLength(200);
});

it("beside its own fields an object offers its alternatives, at the root, too", () => {
  const by = (name: string): JsonSchema => object({ [name]: { type: "string" } });
  const either = { ...object({ own: { type: "string" } }), oneOf: [by("card"), by("iban")] };
  const expected = {
    properties: { own: { type: "string" } },
    anyOf: [
      { title: "with card", properties: { card: { type: "string" } } },
      { title: "with iban", properties: { iban: { type: "string" } } },
    ],
  };
  expect(shown(either)).toMatchObject(expected);
  expect(at(shown(object({ it: either })), "properties", "it")).toMatchObject(expected);
  // What only says what is required together has no fields of its own.
  const required = {
    ...object({ a: {}, b: {} }),
    anyOf: [{ required: ["a"] }, { required: ["b"] }],
  };
  expect(shown(required)).not.toHaveProperty("anyOf");
});

it("names what says more than a form can show", () => {
  const schema = {
    ...object({ kind: { type: "string" } }),
    if: object({ kind: { const: "x" } }),
    then: { required: ["y"] },
    patternProperties: { "^x-": {} },
  };
  expect(formSchema(schema, closed).leftOut).toEqual(["if", "patternProperties"]);
  expect(formSchema(object({ a: { type: "string" } }), closed).leftOut).toEqual([]);
});

it("a part nested a hundred thousand deep is no deeper in the form", () => {
  let deep: JsonSchema = { type: "string" };
  for (let n = 0; n < 100_000; n++) deep = { allOf: [deep] };
  expect(at(shown(object({ deep })), "properties", "deep")).toMatchObject({ $id: AS_JSON });
});
