/**
 * The rules of a sorted map's writes.
 *
 * 1. A mutation with a name (`once`) is applied once: what comes again under the name is skipped.
 * 2. What is skipped and would have written something else is reported (`differs`): the first write stays.
 */

import { packChange, sameBytes } from "./change-codec.ts";
import { compareKeys } from "./keys.ts";
import type { MapChange, WriteHeader } from "./records.ts";

/** What became of a mutation: `differs` means that it was skipped, and would have written something else. */
export type MutationOutcome = "applied" | "deduplicated" | "differs";

/**
 * What a mutation comes to, where one of the same name was applied before.
 *
 * @param known what the earlier one changed, packed; `undefined` where that is gone
 * @param packed what this one would change
 */
export function repeatOf(
  earlier: Pick<WriteHeader, "map" | "method">,
  known: Uint8Array | undefined,
  asked: { readonly map: string; readonly method: MapChange["method"] },
  packed: Uint8Array,
): Exclude<MutationOutcome, "applied"> {
  const same =
    earlier.map === asked.map &&
    earlier.method === asked.method &&
    known !== undefined &&
    sameBytes(known, packed);
  return same ? "deduplicated" : "differs";
}

/** What a write did, without what it wrote. */
export function summarizeChange(
  change: MapChange,
): Pick<WriteHeader, "method" | "count" | "low" | "high"> {
  const { method } = change;
  const keys = keysOf(change);
  let [low = "", high = ""] = [keys[0], keys[0]];
  for (const key of keys) {
    if (compareKeys(key, low) < 0) low = key;
    if (compareKeys(key, high) > 0) high = key;
  }
  return { method, count: keys.length, low, high };
}

/** The keys that a change inserts or removes, in its order. */
export function keysOf(change: MapChange): readonly string[] {
  return change.method === "remove" ? change.keys : change.entries.map(([key]) => key);
}

/** Whether two changes would do the same. */
export function sameChange(a: MapChange, b: MapChange): boolean {
  return a.method === b.method && sameBytes(packChange(a), packChange(b));
}
