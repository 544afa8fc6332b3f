/**
 * JSON as the boundary of calls: what is copied where it enters and where it leaves, and what is
 * refused because JSON would change it.
 */

/** A value that JSON cannot carry as it is; the message says where it stands and what it is. */
export class NotJsonError extends Error {
  override name = "NotJsonError";
}

/**
 * A copy that shares nothing with the value, as JSON would carry it: `toJSON` is asked, members that
 * are `undefined` are left out.
 *
 * @param name what the value is called in messages
 * @throws NotJsonError for what JSON would drop or change: bigint, functions, symbols, `NaN`,
 *   infinities, `undefined` in an array, maps, sets, bytes and the like, cycles, and a member named
 *   `__proto__`, which parsers on the way drop
 */
export function copyJson(value: unknown, name = "value"): unknown {
  return copy(value, name, new Set());
}

const refuse = (path: string, what: string): never => {
  throw new NotJsonError(`${path} is ${what}, which JSON cannot carry.`);
};

function copy(given: unknown, path: string, above: Set<object>): unknown {
  const value = hasToJson(given) ? given.toJSON() : given;
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  // JSON has no -0.
  if (typeof value === "number")
    return Number.isFinite(value) ? value + 0 : refuse(path, `${value}`);
  if (typeof value !== "object") return refuse(path, typeof value);
  if (above.has(value)) return refuse(path, "a part of itself");
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  above.add(value);
  let copied: unknown;
  if (Array.isArray(value)) {
    copied = Array.from(value, (part: unknown, index) => copy(part, `${path}[${index}]`, above));
  } else {
    if (kind !== "Object") refuse(path, `a ${kind}`);
    copied = copyMembers(value, path, above);
  }
  above.delete(value);
  return copied;
}

function copyMembers(value: object, path: string, above: Set<object>): object {
  const members: [string, unknown][] = [];
  for (const [name, member] of Object.entries(value) as [string, unknown][]) {
    if (name === "__proto__") {
      throw new NotJsonError(
        `${path} has a member named "__proto__", which is lost on the way. Name it otherwise.`,
      );
    }
    if (member === undefined) continue;
    const at = /^[A-Za-z_$][\w$]*$/.test(name)
      ? `${path}.${name}`
      : `${path}[${JSON.stringify(name)}]`;
    members.push([name, copy(member, at, above)]);
  }
  return Object.fromEntries(members);
}

function hasToJson(value: unknown): value is { toJSON(): unknown } {
  return (
    typeof value === "object" &&
    value !== null &&
    "toJSON" in value &&
    typeof value.toJSON === "function"
  );
}

/** JSON with the names of every object in order, so that equal data gives equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([x], [y]) => (x < y ? -1 : x > y ? 1 : 0)))
      : part,
  );
}
