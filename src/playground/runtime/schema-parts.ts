/**
 * A JSON Schema read part by part: what a part says once its references are followed and its `allOf`
 * is merged. Any schema will do: one that refers to itself, to nothing, or that is no schema at all.
 */

export type JsonSchema = Readonly<Record<string, unknown>>;

/** So many parts of an `allOf`, and references to references, are followed. */
const MOST_MERGED = 100;

export interface SchemaPart {
  /** Without `$ref` and `allOf`. */
  readonly schema: JsonSchema;
  /** Why something of it is left out, in words. */
  readonly problem?: string;
}

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param root what references are looked up in */
export function readPart(root: JsonSchema, part: unknown): SchemaPart {
  const problems = new Set<string>();
  const seen = new Set<unknown>();
  let merged: Record<string, unknown> = {};
  // Not by recursion: it may be nested as deep as somebody likes.
  const waiting: unknown[] = [part];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (next === false) problems.add("nothing fits it");
    if (!isSchema(next) || seen.has(next)) continue;
    if (seen.size >= MOST_MERGED) {
      problems.add("it is put together of too many parts");
      break;
    }
    seen.add(next);
    const { $ref, $dynamicRef, allOf, ...own } = next;
    merged = merge(merged, own);
    for (const reference of [$ref, $dynamicRef]) {
      if (reference === undefined) continue;
      const target = typeof reference === "string" ? lookUp(root, reference) : undefined;
      if (target === undefined) problems.add(`${JSON.stringify(reference)} leads nowhere`);
      else waiting.push(target);
    }
    if (Array.isArray(allOf)) waiting.push(...(allOf as unknown[]).slice(0, MOST_MERGED));
  }
  return {
    schema: merged,
    ...(problems.size > 0 ? { problem: `${[...problems].join("; ")}.` } : {}),
  };
}

/** What one says stands; what it does not say is taken from the other. */
function merge(one: Record<string, unknown>, other: JsonSchema): Record<string, unknown> {
  const properties = isSchema(other["properties"]) ? other["properties"] : undefined;
  const merged = { ...other, ...one };
  if (properties && isSchema(one["properties"])) {
    merged["properties"] = fromEntries(
      Object.entries({ ...properties, ...one["properties"] }).map(([name]) => {
        const both = [one["properties"], properties]
          .filter(isSchema)
          .filter((all) => Object.hasOwn(all, name))
          .map((all) => all[name]);
        return [name, both.length > 1 ? { allOf: both } : both[0]];
      }),
    );
  }
  const required = [one["required"], other["required"]].filter(Array.isArray).flat() as unknown[];
  if (required.length > 0) merged["required"] = [...new Set(required)];
  return merged;
}

/** As `Object.fromEntries`; a name that is `__proto__` is an own one there, too. */
export function fromEntries(entries: readonly (readonly [string, unknown])[]): JsonSchema {
  return Object.fromEntries(entries);
}

const lookedUp = new WeakMap<JsonSchema, Map<string, unknown>>();

/** @returns `undefined` where it leads nowhere, or out of the schema */
export function lookUp(root: JsonSchema, reference: string): unknown {
  let known = lookedUp.get(root);
  if (!known) lookedUp.set(root, (known = new Map<string, unknown>()));
  if (!known.has(reference)) known.set(reference, find(root, reference));
  return known.get(reference);
}

function find(root: JsonSchema, reference: string): unknown {
  if (reference === "#" || reference === root["$id"]) return root;
  const [before = "", fragment = ""] = reference.split("#");
  if (before !== "" && before !== root["$id"]) return undefined;
  if (!fragment.startsWith("/")) return findAnchor(root, fragment);
  let at: unknown = root;
  for (const step of fragment.slice(1).split("/")) {
    const name = decode(step).replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

function findAnchor(root: JsonSchema, name: string): unknown {
  const waiting: unknown[] = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next !== "object" || next === null) continue;
    const { $anchor, $dynamicAnchor, $id } = next as Record<string, unknown>;
    if ($anchor === name || $dynamicAnchor === name || $id === `#${name}`) return next;
    waiting.push(...(Object.values(next) as unknown[]));
  }
  return undefined;
}

function decode(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step; // As it is written, then.
  }
}
