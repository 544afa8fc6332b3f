/** Checks a value against a tool's JSON Schema, without compiling code. */
import { Validator, type OutputUnit } from "@cfworker/json-schema";
import { cut } from "../components/format.ts";
import { cannotBeFollowed, checkable, depthOf, TOO_LARGE } from "./schema-check.ts";
import type { JsonSchema } from "./schema-parts.ts";

/** So many are told, of so many characters each. */
const MOST_PROBLEMS = 50;
const MOST_OF_ONE = 300;

/** What the schema has against the value, and what of it is not checked here; empty where it fits. */
export function problemsOf(schema: Record<string, unknown>, value: unknown): string[] {
  const { problems, leftOut } = check(schema, value);
  return [...problems, ...leftOut];
}

export interface Checked {
  /** What the schema has against the value, by name. */
  readonly problems: readonly string[];
  /** What is not checked here, in words. */
  readonly leftOut: readonly string[];
}

export function check(schema: Record<string, unknown>, value: unknown): Checked {
  const { schema: usable, leftOut, deepest } = checkable(schema);
  if (usable && deepest < Infinity && depthOf(value, deepest + 1) > deepest) {
    return { problems: [], leftOut: [...leftOut, TOO_LARGE] };
  }
  const problems = errorsOf(usable, value)
    // A group says only that something within it is wrong.
    .filter(({ keyword }) => keyword !== "properties")
    .map(({ instanceLocation, keyword, error: text }) => {
      const error = inWords(keyword, text);
      const name = instanceLocation.replace(/^#\/?/, "").replaceAll("/", ".");
      return cut(name === "" ? error : `${name}: ${error}`, MOST_OF_ONE);
    });
  const distinct = [...new Set(problems)];
  const more = distinct.length - MOST_PROBLEMS;
  const reported = distinct.slice(0, MOST_PROBLEMS);
  return { problems: more > 0 ? [...reported, `And ${more} more.`] : reported, leftOut };
}

/** The members that a schema does not name, where it names all that it means. */
export function unknownMembers(
  schema: {
    readonly properties?: Record<string, unknown> | undefined;
    readonly additionalProperties?: unknown;
  },
  args: Readonly<Record<string, unknown>>,
): string[] {
  const { properties, additionalProperties } = schema;
  // What stands for any member, by a schema or by patterns, names none.
  if (!properties || "patternProperties" in schema) return [];
  if (typeof additionalProperties === "object" || additionalProperties === true) return [];
  return Object.keys(args).filter((name) => !Object.hasOwn(properties, name));
}

function errorsOf(schema: JsonSchema | undefined, value: unknown): readonly OutputUnit[] {
  try {
    return schema ? validatorOf(schema).validate(value).errors : [];
  } catch (error) {
    // One that refers to itself without an end, for instance.
    const reported = cannotBeFollowed(error);
    return [{ keyword: "", keywordLocation: "#", instanceLocation: "#", error: reported }];
  }
}

/** The validator's own words, where they can be understood. */
function inWords(keyword: string, text: string): string {
  if (keyword === "required")
    return text.replace(/^.*required property (".*")\.$/, "$1 is missing.");
  if (keyword === "exclusiveMinimum") {
    return text.replace(/is less than( or equal to)?/, "is not greater than");
  }
  if (keyword === "exclusiveMaximum") {
    return text.replace(/is greater than( or equal to)?/, "is not less than");
  }
  return text;
}

function validatorOf(schema: object): Validator {
  return new Validator(schema, "2020-12", false);
}
