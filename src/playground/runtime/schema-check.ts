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
  /** A value that is nested deeper would take too long. */
  readonly deepest: number;
}

/** So many parts may be gone through for one value. */
const MOST_STEPS = 200_000;
export const TOO_LARGE = "The schema is too large to be checked here; the server checks it.";

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
    const { steps, branches } = costOf(copy);
    if (steps > MOST_STEPS) {
      return { schema: undefined, leftOut: [...leftOut, TOO_LARGE], deepest: 0 };
    }
    // Each level of the value may be gone through so many times as often as the one above it.
    const deepest = branches > 1 ? Math.log(MOST_STEPS) / Math.log(branches) : Infinity;
    return { schema: copy, leftOut, deepest };
  } catch (error) {
    // Nested too deep to be looked through.
    return { schema: undefined, leftOut: [cannotBeFollowed(error)], deepest: 0 };
  }
}

export function cannotBeFollowed(error: unknown): string {
  return `The schema cannot be followed: ${asError(error).message}`;
}

/** A part of a copy, and what is known of where it stands. */
interface Place {
  readonly part: unknown;
  /** Its members are parts by a name of somebody's own. */
  readonly isNames?: boolean;
  /** Within it, what would fit more would be called wrong: under `not`, `if` and `oneOf`. */
  readonly isExact: boolean;
}

/** Members whose own members are named by whoever wrote the schema. */
const NAMED = [
  "properties",
  "patternProperties",
  "$defs",
  "definitions",
  "dependentSchemas",
  "dependencies",
];
/** What stands there is a value, and no schema. */
const DATA = ["enum", "const", "default", "examples", "required"];
const EXACT = ["not", "if", "oneOf"];

/** A copy without patterns that cannot be tried here, and without references that lead nowhere. */
function without(root: JsonSchema): { readonly copy: JsonSchema; readonly leftOut: string[] } {
  const leftOut = new Set<string>();
  const copy = structuredClone(root);
  // Not by recursion: it may be nested as deep as somebody likes.
  const waiting: Place[] = [{ part: copy, isExact: false }];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const { part, isNames = false, isExact } = place;
    if (typeof part !== "object" || part === null) continue;
    const own = part as Record<string, unknown>;
    if (!isNames) cleanPart(root, own, isExact, leftOut);
    for (const [name, inside] of Object.entries(own)) {
      if (isNames) waiting.push({ part: inside, isExact });
      else if (!DATA.includes(name)) {
        waiting.push({
          part: inside,
          isNames: NAMED.includes(name) && isSchema(inside),
          isExact: isExact || EXACT.includes(name),
        });
      }
    }
  }
  return { copy, leftOut: [...leftOut] };
}

function cleanPart(
  root: JsonSchema,
  own: Record<string, unknown>,
  isExact: boolean,
  leftOut: Set<string>,
): void {
  const { pattern, patternProperties, format, $ref } = own;
  if (typeof pattern === "string") {
    if (!isReadable(pattern)) {
      leftOut.add(`The pattern ${pattern} cannot be tried here; the server checks it.`);
      delete own["pattern"];
    } else if (mayTakeForEver(pattern)) delete own["pattern"];
    else if (!isExact) own["pattern"] = withAnyFlags(pattern);
  }
  for (const name of isSchema(patternProperties) ? Object.keys(patternProperties) : []) {
    if (isReadable(name) && !mayTakeForEver(name)) continue;
    leftOut.add(`The names ${name} cannot be tried here; the server checks them.`);
    Reflect.deleteProperty(patternProperties as object, name);
  }
  if (typeof format === "string" && !isExact && !FORMATS.includes(format)) delete own["format"];
  if (typeof $ref === "string" && lookUp(root, $ref) === undefined) {
    leftOut.add(`${$ref} leads nowhere in the schema.`);
    delete own["$ref"];
  }
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

/** With more of them, one after the other, each character more is tried so many times as often. */
const MOST_REPEATED = 2;

/**
 * Whether a text can be made on which the pattern takes for ever: something is repeated that has
 * repetitions or alternatives within, or much is repeated. Not every such pattern does; the server
 * checks those, too.
 */
function mayTakeForEver(pattern: string): boolean {
  // Without what stands for itself: escapes and classes of characters.
  let plain = pattern.replace(/\\./gu, "x").replace(/\[[^\]]*\]/gu, "x");
  if ((plain.match(/[*+]|\{\d+,\}|\{\d*,?\d{2,}\}/g) ?? []).length > MOST_REPEATED) return true;
  for (;;) {
    const group = /\(([^()]*)\)([*+]|\{\d+,?\d*\})?/.exec(plain);
    if (!group) return false;
    const [whole, inside = "", repeated] = group;
    const isOpen = /[*+{|]/.test(inside);
    if (isOpen && repeated !== undefined) return true;
    plain = plain.replace(whole, isOpen ? "x*" : "x");
  }
}

function isReadable(pattern: string): boolean {
  try {
    new RegExp(pattern, "u");
    return true;
  } catch {
    return false; // That is what was asked.
  }
}

interface Cost {
  readonly steps: number;
  /** On how many ways it leads back into a part that it is within. */
  readonly branches: number;
}

/** What a check costs at the most, for a value no deeper than the schema. */
function costOf(root: JsonSchema): Cost {
  const known = new Map<object, Cost>();
  const costIn = (part: unknown, isNames = false): Cost => {
    if (typeof part !== "object" || part === null) return { steps: 0, branches: 0 };
    const before = known.get(part);
    if (before) return before;
    // A part within itself: how often depends on the value.
    known.set(part, { steps: 0, branches: 1 });
    let steps = 1;
    let branches = 0;
    const { $ref } = part as { $ref?: unknown };
    const target = !isNames && typeof $ref === "string" ? lookUp(root, $ref) : undefined;
    for (const [name, inside] of [...Object.entries(part), ["", target] as const]) {
      const isApart = DATA.includes(name) || name === "$defs" || name === "definitions";
      if (!isNames && isApart) continue;
      const cost = costIn(inside, !isNames && NAMED.includes(name) && isSchema(inside));
      steps += cost.steps;
      branches += cost.branches;
      if (steps > MOST_STEPS) break;
    }
    const cost = { steps, branches };
    known.set(part, cost);
    return cost;
  };
  return costIn(root);
}

/** How deep a value is nested, up to `most`. */
export function depthOf(value: unknown, most: number): number {
  let level: unknown[] = [value];
  for (let depth = 0; depth < most; depth++) {
    level = level.flatMap((each) =>
      typeof each === "object" && each !== null ? (Object.values(each) as unknown[]) : [],
    );
    if (level.length === 0) return depth;
  }
  return most;
}
