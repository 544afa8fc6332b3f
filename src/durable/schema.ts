/** Values of guards against their schemas (Standard Schema, https://standardschema.dev). */
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { GuardValueError } from "./errors.ts";

/** Any Standard Schema (standardschema.dev): zod is one. */
export type Schema = StandardSchemaV1;
/** What a schema takes. */
export type SchemaInput<S extends Schema> = StandardSchemaV1.InferInput<S>;
/** What a schema gives. */
export type SchemaOutput<S extends Schema> = StandardSchemaV1.InferOutput<S>;

/**
 * The schema's output for `value`; without a schema only `undefined` is valid.
 *
 * @throws GuardValueError naming the guard and each issue with its path
 */
export async function parseValue(
  alias: string,
  schema: Schema | undefined,
  value: unknown,
): Promise<unknown> {
  if (!schema) {
    if (value === undefined) return undefined;
    throw new GuardValueError(
      `The callable of "${alias}" resolved with a value, but the guard has no schema. ` +
        `Give it one, { schema: z.string() } for instance, or resolve with undefined.`,
    );
  }
  let result: StandardSchemaV1.Result<unknown>;
  try {
    result = await schema["~standard"].validate(value);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `The schema of "${alias}" failed on the value: ${why}`;
    throw new GuardValueError(message, { cause: error });
  }
  if (!result.issues) return result.value;
  const issues = result.issues.map(({ message, path }) => {
    const at = path?.map((part) => String(typeof part === "object" ? part.key : part)).join(".");
    return at ? `${at}: ${message}` : message;
  });
  throw new GuardValueError(
    `The value of "${alias}" does not fit the guard's schema: ${issues.join("; ")}.`,
  );
}
