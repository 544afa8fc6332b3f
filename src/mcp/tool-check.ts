/** Refuses a tool that could not be listed: one would take all the others with it. */
import {
  getObjectShape,
  isZ4Schema,
  normalizeObjectSchema,
  type AnySchema,
} from "@modelcontextprotocol/sdk/server/zod-compat.js";
import { toJsonSchemaCompat } from "@modelcontextprotocol/sdk/server/zod-json-schema-compat.js";
import { ToolSchema as ListedToolSchema } from "@modelcontextprotocol/sdk/types.js";
import type { Tool, ToolSchema } from "./session.ts";

/** A tool that cannot be registered; the message names it, and the field that is wrong. */
export class InvalidToolError extends Error {
  override name = "InvalidToolError";
}

type Side = "input" | "output";

/** What no object of arguments, and no structured content, ever is. */
const NO_OBJECTS = new Set(
  "string number bigint boolean symbol undefined null void never date nan array tuple set map file literal enum function promise template_literal".split(
    " ",
  ),
);

/** @throws InvalidToolError naming the tool and the field */
export function checkTool({ name, config }: Pick<Tool, "name" | "config">): void {
  const refuse = (what: string): never => {
    throw new InvalidToolError(`The tool "${name}" cannot be registered: ${what}`);
  };
  if (typeof (name as unknown) !== "string" || name === "" || name in Object.prototype) {
    refuse("its name must be a string that is not empty and is no member of every object.");
  }
  const { inputSchema, outputSchema, title, description, annotations } = config;
  const listed = {
    name,
    title,
    description,
    annotations,
    inputSchema: listSchema("input", inputSchema, refuse) ?? { type: "object" },
    outputSchema: listSchema("output", outputSchema, refuse),
  };
  const { success, error } = ListedToolSchema.safeParse(listed);
  if (success) return;
  const [issue] = error.issues;
  refuse(`${issue?.path.join(".") ?? "it"}: ${issue?.message ?? "it cannot be listed"}.`);
}

function listSchema(
  side: Side,
  schema: ToolSchema | undefined,
  refuse: (what: string) => never,
): unknown {
  if (schema === undefined) return undefined;
  const member = `${side}Schema`;
  // An object without members: the SDK lists it as it lists none.
  if (Object.keys(schema).length === 0) return undefined;
  const object = normalizeObjectSchema(schema);
  if (!object) {
    const type = typeOf(schema as AnySchema);
    // The SDK checks an output against an object's schema only.
    if (side === "output" || type === undefined || NO_OBJECTS.has(type)) {
      refuse(`its ${member} is ${type ? `of type ${type}` : "no schema"}; it must be an object's.`);
    }
    return undefined;
  }
  try {
    return convert(object, side);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const path = [member, ...failingPath(object, side)].join(".");
    return refuse(`${path} has no JSON Schema: ${why}.`.replace(/\.\.$/, "."));
  }
}

/** As the SDK lists it. */
function convert(schema: AnySchema, side: Side): unknown {
  return toJsonSchemaCompat(schema as Parameters<typeof toJsonSchemaCompat>[0], {
    strictUnions: true,
    pipeStrategy: side,
  });
}

function isConvertible(schema: AnySchema, side: Side): boolean {
  try {
    convert(schema, side);
    return true;
  } catch {
    return false; // That is the question.
  }
}

/** The names of members down to the innermost that cannot be converted. */
function failingPath(schema: AnySchema, side: Side): string[] {
  for (const [name, member] of Object.entries(getObjectShape(schema) ?? {})) {
    if (!isConvertible(member, side)) return [name, ...failingPath(member, side)];
  }
  const { innerType, element } = definitionOf(schema);
  for (const inner of [innerType, element]) {
    if (inner && !isConvertible(inner, side)) return failingPath(inner, side);
  }
  return [];
}

interface Definition {
  readonly type?: string;
  readonly innerType?: AnySchema;
  readonly element?: AnySchema;
}

function definitionOf(schema: AnySchema): Definition {
  if (typeof (schema as unknown) !== "object" || !("_zod" in schema)) return {};
  return isZ4Schema(schema) ? schema._zod.def : {};
}

function typeOf(schema: AnySchema): string | undefined {
  return definitionOf(schema).type;
}
