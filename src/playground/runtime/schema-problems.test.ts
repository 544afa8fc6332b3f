import { describe, expect, it } from "vitest";
import { problemsOf } from "./schema-problems.ts";

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
  const told = problemsOf(payment, value);
  for (const problem of problems) expect(told).toContainEqual(problem);
  expect(new Set(told).size).toBe(told.length);
  expect(told.join()).not.toContain("does not match schema");
});

it("tells what is wrong with the whole without a name", () => {
  const [problem = ""] = problemsOf({ type: "object" }, "text");
  expect(problem).toContain("string");
  expect(problem).not.toMatch(/^:/);
});

describe("a schema that is wrong itself is told as that, and costs nothing else", () => {
  it.each([
    ["a pattern", { type: "object", properties: { a: { type: "string", pattern: "[" } } }],
    ["a reference", { type: "object", properties: { a: { $ref: "#/$defs/none" } } }],
  ])("in %s", (_, schema) => {
    const problems = problemsOf(schema, { a: "x" });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^The schema cannot be followed: ./);
  });
});
