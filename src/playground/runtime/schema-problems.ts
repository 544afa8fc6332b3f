/** Checks a value against a tool's JSON Schema, without compiling code. */
import { Validator } from "@cfworker/json-schema";

/** What the schema has against the value, by name; empty where it fits. */
export function problemsOf(schema: Record<string, unknown>, value: unknown): string[] {
  const { errors } = validatorOf(schema).validate(value);
  const told = errors
    // A group says only that something within it is wrong.
    .filter(({ keyword }) => keyword !== "properties")
    .map(({ instanceLocation, error }) => {
      const name = instanceLocation.replace(/^#\/?/, "").replaceAll("/", ".");
      return name === "" ? error : `${name}: ${error}`;
    });
  return [...new Set(told)];
}

export function validatorOf(schema: object): Validator {
  return new Validator(schema, "2020-12", false);
}
