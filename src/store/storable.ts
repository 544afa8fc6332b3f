/**
 * Values that guards store: what every engine keeps alike. JSON values, `undefined`, bigint, Date,
 * RegExp, Map, Set, Error, bytes (ArrayBuffer and its views), boxed primitives, and cycles.
 */
import { UnstorableValueError } from "./errors.ts";

const KINDS = new Set(
  "Object Array Date RegExp Map Set Error ArrayBuffer DataView Boolean Number String BigInt".split(
    " ",
  ),
);

/**
 * A copy as the store would give it back, which shares nothing with the value: class instances
 * become plain objects.
 *
 * @throws UnstorableValueError for what not every engine keeps: functions, symbols, Blob, File,
 *   CryptoKey, …, a member named `__proto__`, an array with named members (what a regular expression
 *   matched), and an error that is a part of its own cause
 */
export function copyStorable(value: unknown): unknown {
  let copy: unknown;
  try {
    copy = structuredClone(value);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UnstorableValueError(`The value cannot be stored: ${why}`, { cause: error });
  }
  check(copy, new Set(), new Set());
  return copy;
}

/** @param errors those whose cause is being checked */
function check(value: unknown, seen: Set<object>, errors: Set<object>): void {
  if (typeof value !== "object" || value === null) return;
  if (errors.has(value)) {
    throw new UnstorableValueError(
      "The value cannot be stored: it holds an error that is a part of its own cause.",
    );
  }
  if (seen.has(value)) return;
  seen.add(value);
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (ArrayBuffer.isView(value)) {
    check(value.buffer, seen, errors);
    return;
  }
  if (!KINDS.has(kind)) {
    throw new UnstorableValueError(
      `The value cannot be stored: it holds a ${kind}, which not every store keeps. ` +
        `Store its bytes or its text.`,
    );
  }
  if (value instanceof Map) {
    for (const pair of value) pair.forEach((part) => check(part, seen, errors));
  } else if (value instanceof Set) {
    for (const part of value) check(part, seen, errors);
  } else if (kind === "Error") {
    errors.add(value);
    check((value as Error).cause, seen, errors);
    errors.delete(value);
  }
  if (kind !== "Object" && kind !== "Array") return;
  const members = Object.entries(value);
  // Names come after indices.
  const [last = "0"] = members.at(-1) ?? [];
  if (Array.isArray(value) && String(Number(last)) !== last) {
    throw new UnstorableValueError(
      `The value cannot be stored: it holds an array with a member named "${last}", which not every ` +
        `store keeps. Copy what you need of it.`,
    );
  }
  for (const [name, member] of members) {
    if (name === "__proto__") {
      throw new UnstorableValueError(
        `The value cannot be stored: it has a member named "__proto__". Name it otherwise.`,
      );
    }
    check(member, seen, errors);
  }
}
