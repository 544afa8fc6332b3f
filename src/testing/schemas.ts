/** Schemas that nobody here would write: recursive, wide, contradictory and wrong ones of drafts 7 and 2020-12. */
import fc from "fast-check";

const names = fc.constantFrom("a", "b", "c", "value", "type", "__proto__", "constructor", "");
const definitions = ["node", "leaf", "other"];
const references = fc.constantFrom(
  "#",
  ...definitions.flatMap((name) => [`#/$defs/${name}`, `#/definitions/${name}`]),
  "#/properties/a",
  "#/$defs/missing",
  "#anchor",
  "https://example.com/schema.json",
  "#/%zz",
);
const patterns = fc.constantFrom("^a+$", "(?i)abc", "[", "^[\\w-.]+$", "\\p{L}", "(a+)+$");
const types = fc.constantFrom(
  "string",
  "number",
  "integer",
  "boolean",
  "null",
  "array",
  "object",
  "nonsense",
);

/** @returns an arbitrary root, with definitions that its parts may refer to */
export function hostileSchemas(): fc.Arbitrary<Record<string, unknown>> {
  const { schema } = fc.letrec<{ schema: unknown; parts: unknown; fields: unknown }>((tie) => ({
    parts: fc.array(tie("schema"), { maxLength: 4 }),
    fields: fc.oneof(
      fc
        .array(fc.tuple(names, tie("schema")), { maxLength: 5 })
        .map((entries): unknown => Object.fromEntries(entries)),
      // Wide: of leaves, for what is wide within what is wide is no text that anybody sends.
      fc
        .tuple(fc.integer({ min: 50, max: 400 }), fc.oneof(types, references))
        .map(([count, leaf]): unknown => {
          const part = leaf.includes("#") ? { $ref: leaf } : { type: leaf };
          return Object.fromEntries(Array.from({ length: count }, (_, n) => [`field${n}`, part]));
        }),
    ),
    schema: fc.oneof(
      { maxDepth: 5, depthSize: "small" },
      fc.constantFrom<unknown>(true, false, {}, null, 7, "text", []),
      references.map(($ref) => ({ $ref })),
      fc.record(
        {
          type: fc.oneof(types, fc.array(types, { maxLength: 3 })),
          title: fc.string(),
          description: fc.string(),
          $ref: references,
          allOf: tie("parts"),
          anyOf: tie("parts"),
          oneOf: tie("parts"),
          not: tie("schema"),
          if: tie("schema"),
          then: tie("schema"),
          properties: tie("fields"),
          patternProperties: fc
            .tuple(patterns, tie("schema"))
            .map(([key, part]) => ({ [key]: part })),
          additionalProperties: tie("schema"),
          required: fc.array(fc.oneof(names, fc.integer()), { maxLength: 3 }),
          items: fc.oneof(tie("schema"), tie("parts")),
          prefixItems: tie("parts"),
          enum: fc.array(fc.jsonValue({ maxDepth: 1 }), { maxLength: 4 }),
          const: fc.jsonValue({ maxDepth: 1 }),
          default: fc.jsonValue({ maxDepth: 1 }),
          pattern: patterns,
          format: fc.constantFrom("date-time", "email", "nonsense", "data-url", "color"),
          minimum: fc.oneof(fc.integer(), fc.constant("wrong")),
          $anchor: fc.constant("anchor"),
        },
        { requiredKeys: [] },
      ),
    ),
  }));
  return fc
    .record({
      whole: schema.filter((value) => typeof value === "object" && value !== null),
      defs: fc.array(schema, { minLength: definitions.length, maxLength: definitions.length }),
      place: fc.constantFrom("$defs", "definitions"),
    })
    .map(({ whole, defs, place }) => {
      const all = {
        ...(whole as Record<string, unknown>),
        type: "object",
        [place]: Object.fromEntries(definitions.map((name, index) => [name, defs[index]])),
      };
      // As it comes from a server.
      return JSON.parse(JSON.stringify(all)) as Record<string, unknown>;
    });
}
