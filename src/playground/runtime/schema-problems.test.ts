import { describe, expect, it } from "vitest";
import type { JsonSchema } from "./schema-parts.ts";
import { problemsOf, unknownMembers } from "./schema-problems.ts";

const payment = {
  type: "object",
  properties: {
    amount: { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 100 },
    to: { type: "object", properties: { iban: { type: "string", minLength: 4 } } },
    tags: { type: "array", items: { type: "string" } },
  },
  required: ["amount", "to"],
};

it("says nothing of what fits", () => {
  const value = { amount: 5, to: { iban: "CH93" }, tags: ["a"], more: true };
  expect(problemsOf(payment, value)).toEqual([]);
});

it.each([
  [{ to: {} }, ['"amount" is missing.']],
  [{ amount: 0, to: {} }, ["amount: 0 is not greater than 0."]],
  [{ amount: 100, to: {} }, ["amount: 100 is not less than 100."]],
  [{ amount: 5, to: { iban: "C" } }, [expect.stringMatching(/^to\.iban: .*4/)]],
  [{ amount: 5, to: {}, tags: ["a", 1] }, [expect.stringMatching(/^tags\.1: .*string/)]],
])("tells what is wrong with %j by its name, each once", (value, problems) => {
  const reported = problemsOf(payment, value);
  for (const problem of problems) expect(reported).toContainEqual(problem);
  expect(new Set(reported).size).toBe(reported.length);
  expect(reported.join()).not.toContain("does not match schema");
});

it("tells what is wrong with the whole without a name", () => {
  const [problem = ""] = problemsOf({ type: "object" }, "text");
  expect(problem).toContain("string");
  expect(problem).not.toMatch(/^:/);
});

it.each<[string, string]>([
  ["time", "10:30:00"],
  ["date-time", "2026-01-01T10:30:00"],
  ["date-time", "2026-01-01T10:30:00.5+02:00"],
  ["duration", "PT1.5S"],
  ["uri", "https://ex\u00e4mple.com/\u00fc"],
  ["url", "http://localhost:3000"],
  ["email", "a+b@example.com"],
  ["hostname", "my_host"],
  ["uuid", "019a0000-0000-7000-8000-000000000000"],
])("a %s that servers take, %s, is not called wrong", (format, value) => {
  expect(problemsOf({ type: "string", format }, value)).toEqual([]);
});

/** Node 20 has no flags within a pattern: there a pattern is checked as it stands. */
const hasFlags = ((): boolean => {
  try {
    return new RegExp("(?i:a)").test("A");
  } catch {
    return false;
  }
})();

it.runIf(hasFlags).each([
  ["^[a-f]+$", "ABC"],
  ["^a.b$", "a\nb"],
  ["^b$", "a\nb"],
])("what fits the pattern %s with some flags, %j, is not called wrong", (pattern, value) => {
  expect(problemsOf({ type: "string", pattern }, value)).toEqual([]);
});

it.each([
  ["^[^a-z]+$", "ABC"],
  ["^(?!admin$).*$", "ADMIN"],
  ["^(a|b)\\1$", "aa"],
])("what fits the pattern %s as it stands, %j, is not called wrong", (pattern, value) => {
  expect(problemsOf({ type: "string", pattern }, value)).toEqual([]);
});

it.each([
  ["^[a-f]+$", "xyz"],
  ["^(a|b)\\1$", "ab"],
])("what fits the pattern %s with no flags, %j, is told", (pattern, value) => {
  expect(problemsOf({ type: "string", pattern }, value)).toHaveLength(1);
});

it.each([
  ["email", "nobody"],
  ["date", "2026-02-30"],
  ["ipv4", "300.1.1.1"],
])("what is no %s is told", (format, value) => {
  expect(problemsOf({ type: "string", format }, value)).toHaveLength(1);
});

it.each<[string, object, unknown]>([
  ["a pattern", { type: "string", pattern: "^(a+)+$" }, `${"a".repeat(40)}!`],
  ["many repetitions", { type: "string", pattern: "^a*a*a*a*a*b$" }, "a".repeat(300)],
  ["a group so often", { type: "string", pattern: "^(a|aa){40}$" }, `${"a".repeat(60)}!`],
  ["alternatives", { type: "string", pattern: "^(a|a)*$" }, `${"a".repeat(40)}!`],
  [
    "names",
    { type: "object", patternProperties: { "^((a+)b?)+$": {} } },
    { [`${"a".repeat(40)}!`]: 1 },
  ],
])("%s that could take for ever are not tried", (_, schema, value) => {
  const begun = performance.now();
  problemsOf(schema as JsonSchema, value);
  expect(performance.now() - begun).toBeLessThan(1000);
});

it("a schema that branches within itself is not tried on what is nested too deep", () => {
  const c = { properties: { c: { $ref: "#/$defs/n" } } };
  const schema = { $defs: { n: { allOf: [c, c, { ...c }] } }, $ref: "#/$defs/n" };
  let deep: object = {};
  for (let n = 0; n < 40; n++) deep = { c: deep };
  expect(problemsOf(schema, deep)).toEqual([expect.stringMatching(/too large to be checked/)]);
  expect(problemsOf(schema, { c: { c: {} } })).toEqual([]);
});

it.each<[string, object, unknown]>([
  ["oneOf", { oneOf: [{ format: "date" }, { format: "date-time" }] }, "2024-01-01"],
  ["not", { not: { format: "uri" } }, "abc"],
  ["not, with a pattern", { not: { pattern: "^[A-Z]" } }, "abc"],
])("under %s nothing is taken that would be called wrong for it", (_, schema, value) => {
  expect(problemsOf(schema as JsonSchema, value)).toEqual([]);
});

it("properties named as keywords that hold values are properties", () => {
  const properties = { default: { format: "time" }, enum: { $ref: "#/$defs/none" } };
  expect(problemsOf({ properties }, { default: "12:00" })).toEqual([
    "#/$defs/none leads nowhere in the schema.",
  ]);
});

it("of very many problems the first are told, each in short", () => {
  const required = Array.from({ length: 5000 }, (_, n) => `f${n}`);
  const reported = problemsOf({ type: "object", required }, {});
  expect(reported).toHaveLength(51);
  expect(reported.at(-1)).toBe("And 4950 more.");
  const [long = ""] = problemsOf({ enum: required }, "x");
  expect(long.length).toBeLessThan(400);
});

describe("a schema that is wrong itself is told as that, and costs nothing else", () => {
  it.each([
    ["a pattern", { type: "string", pattern: "[" }, /^The pattern \[ cannot be tried here/],
    [
      "a flag in a pattern",
      { type: "string", pattern: "(?i)x[" },
      /^The pattern \(\?i\)x\[ cannot/,
    ],
    ["names", { type: "object", patternProperties: { "[": {} } }, /^The names \[ cannot/],
    ["a reference", { $ref: "#/$defs/none" }, /^#\/\$defs\/none leads nowhere/],
  ])("in %s", (_, part, reported) => {
    const schema = { type: "object", properties: { a: part, b: { type: "number" } } };
    expect(problemsOf(schema, { a: "x", b: 1 }).filter((text) => !text.startsWith("a:"))).toEqual([
      expect.stringMatching(reported),
    ]);
    // What else it says is checked all the same.
    expect(problemsOf(schema, { b: "x" }).join()).toMatch(/b: .*number/);
  });

  it("that refers to itself without an end", () => {
    const schema = { $defs: { a: { anyOf: [{ $ref: "#/$defs/a" }] } }, $ref: "#/$defs/a" };
    expect(problemsOf(schema, {})).toEqual([
      expect.stringMatching(/^The schema cannot be followed/),
    ]);
  });

  it("that would take for ever", () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => {
        const next = n === 39 ? { type: "string" } : { $ref: `#/$defs/d${n + 1}` };
        return [`d${n}`, { anyOf: [next, next] }];
      }),
    );
    expect(problemsOf({ $defs, $ref: "#/$defs/d0" }, { x: 1 })).toEqual([
      "The schema is too large to be checked here; the server checks it.",
    ]);
  });

  it("properties that are named as keywords are properties", () => {
    const properties = { pattern: { type: "number" }, $ref: { type: "number" } };
    const reported = problemsOf({ type: "object", properties }, { pattern: "x", $ref: "y" });
    expect(reported.join()).toMatch(/pattern: .*number/);
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
