/**
 * A schema as it can be checked against here: without what would throw, and told apart where a check
 * would take too long. What is left out is named, and costs that part alone.
 */
import { isSchema, lookUp, type JsonSchema } from "./schema-parts.ts";
import { asError } from "./state-cell.ts";

export interface CheckableSchema {
  /** `undefined` where it cannot be checked against, as `leftOut` says. */
  readonly schema: JsonSchema | undefined;
  /** What of it is not checked here, in words. */
  readonly leftOut: readonly string[];
}

/** So many parts may be gone through for one value. */
const MOST_STEPS = 200_000;
const TOO_LARGE = "The schema is too large to be checked here; the server checks it.";

const known = new WeakMap<object, CheckableSchema>();

export function checkable(schema: JsonSchema): CheckableSchema {
  const before = known.get(schema);
  if (before) return before;
  const made = look(schema);
  known.set(schema, made);
  return made;
}

function look(schema: JsonSchema): CheckableSchema {
  try {
    const { copy, leftOut } = without(schema);
    return stepsOf(copy, copy, new Map()) > MOST_STEPS
      ? { schema: undefined, leftOut: [...leftOut, TOO_LARGE] }
      : { schema: copy, leftOut };
  } catch (error) {
    // Nested too deep to be looked through.
    return { schema: undefined, leftOut: [cannotBeFollowed(error)] };
  }
}

export function cannotBeFollowed(error: unknown): string {
  return `The schema cannot be followed: ${asError(error).message}`;
}

/** A copy without patterns that JavaScript cannot read, and without references that lead nowhere. */
function without(root: JsonSchema): { readonly copy: JsonSchema; readonly leftOut: string[] } {
  const leftOut = new Set<string>();
  const copy = structuredClone(root);
  // Not by recursion: it may be nested as deep as somebody likes.
  const waiting: unknown[] = [copy];
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    if (typeof part !== "object" || part === null) continue;
    const own = part as Record<string, unknown>;
    const { pattern, patternProperties, format, $ref } = own;
    if (typeof pattern === "string") {
      if (isReadable(pattern)) own["pattern"] = withAnyFlags(pattern);
      else {
        leftOut.add(`The pattern ${pattern} is not one of JavaScript's, and not checked here.`);
        delete own["pattern"];
      }
    }
    if (typeof format === "string" && !FORMATS.includes(format)) delete own["format"];
    for (const name of isSchema(patternProperties) ? Object.keys(patternProperties) : []) {
      if (isReadable(name)) continue;
      leftOut.add(`The names ${name} are no pattern of JavaScript's, and not checked here.`);
      Reflect.deleteProperty(patternProperties as object, name);
    }
    if (typeof $ref === "string" && lookUp(root, $ref) === undefined) {
      leftOut.add(`${$ref} leads nowhere in the schema.`);
      delete own["$ref"];
    }
    for (const [name, inside] of Object.entries(own)) if (!isData(name)) waiting.push(inside);
  }
  return { copy, leftOut: [...leftOut] };
}

/** What stands there is a value, and no schema. */
function isData(name: string | number): boolean {
  return ["enum", "const", "default", "examples", "required"].includes(String(name));
}

/**
 * Those on which servers seldom differ. Of the others servers take more than the standard's text says,
 * a time without its zone for instance: for JSON Schema they are annotations.
 */
const FORMATS = ["date", "email", "uuid", "ipv4", "ipv6"];

/** A schema does not carry a pattern's flags: what the pattern fits with some of them is not called wrong. */
function withAnyFlags(pattern: string): string {
  // As it stands, too: flags make a pattern that says what may not be narrower.
  const either = `(?:${pattern})|(?ims:${pattern})`;
  // Written twice, a group has another number.
  const refersBack = /\\[1-9k]/.test(pattern);
  return !refersBack && isReadable(either) ? either : pattern;
}

function isReadable(pattern: string): boolean {
  try {
    new RegExp(pattern, "u");
    return true;
  } catch {
    return false; // That is what was asked.
  }
}

/** How many parts a check goes through at the most, for a value no deeper than the schema. */
function stepsOf(root: JsonSchema, part: unknown, seen: Map<object, number>): number {
  if (typeof part !== "object" || part === null) return 0;
  const before = seen.get(part);
  if (before !== undefined) return before;
  // A part within itself: how often depends on the value.
  seen.set(part, 0);
  let steps = 1;
  const { $ref } = part as { $ref?: unknown };
  const target = typeof $ref === "string" ? lookUp(root, $ref) : undefined;
  for (const [name, inside] of [...Object.entries(part), ["", target] as const]) {
    if (isData(name) || name === "$defs" || name === "definitions") continue;
    steps += stepsOf(root, inside, seen);
    if (steps > MOST_STEPS) break;
  }
  seen.set(part, steps);
  return steps;
}
