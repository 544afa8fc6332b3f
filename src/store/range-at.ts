/**
 * A map as it was: its writes are all kept, so that a range can be read as of any of them.
 *
 * 1. What was not written since stands in the entries themselves.
 * 2. For a key that was written since, the writes before tell: the newest that names it.
 * 3. One reading looks at each write once, whatever is asked for; memory is bounded by the range,
 *    and by the keys in it that were written since.
 */
import {
  compareKeys,
  isWithin,
  keysOf,
  type KeyBounds,
  type MapChange,
  type MapEntry,
} from "../model/index.ts";
import type { HistoryStore, MapStore, RangeQuery } from "./durable-store.ts";

/** What the past is read by, on any engine that keeps a map's writes. */
export type PastReads = Pick<MapStore, "readRange"> &
  Pick<HistoryStore, "readWrites" | "readWrite">;

/** How many entries or writes are read at once. */
const CHUNK = 500;

export async function readRangeAt(
  store: PastReads,
  query: RangeQuery,
  moment: number,
): Promise<MapEntry[]> {
  const { limit, direction } = query;
  const untouched = await readUntouched(store, query, moment);
  // Where they fill the range, nothing beyond the last of them is asked for.
  const last = untouched.length < limit ? undefined : untouched.at(-1);
  const edge = last && { key: last.key, open: false };
  const part: KeyBounds = !edge
    ? query
    : direction === "ascending"
      ? { ...query, upper: edge }
      : { ...query, lower: edge };
  const standing = new Set(untouched.map(({ key }) => key));
  const written = await readWrittenSince(store, query.map, part, moment, standing);
  const sign = direction === "ascending" ? 1 : -1;
  return [...untouched, ...written]
    .sort((a, b) => compareKeys(a.key, b.key) * sign)
    .slice(0, limit);
}

/** The entries of a range that no later write has touched. */
async function readUntouched(
  store: PastReads,
  query: RangeQuery,
  moment: number,
): Promise<MapEntry[]> {
  const found: MapEntry[] = [];
  let rest = query;
  for (;;) {
    const entries = await store.readRange({ ...rest, limit: CHUNK });
    for (const entry of entries) if (entry.write <= moment) found.push(entry);
    const last = entries.at(-1);
    if (found.length >= query.limit || !last || entries.length < CHUNK) {
      return found.slice(0, query.limit);
    }
    const bound = { key: last.key, open: true };
    rest = query.direction === "ascending" ? { ...rest, lower: bound } : { ...rest, upper: bound };
  }
}

/**
 * What stood under the keys of a range that later writes have touched.
 *
 * @param standing keys that are known already: they were written after they had been read
 */
async function readWrittenSince(
  store: PastReads,
  map: string,
  part: KeyBounds,
  moment: number,
  standing: ReadonlySet<string>,
): Promise<MapEntry[]> {
  const wanted = new Set<string>();
  for await (const { change } of changesOf(store, map, part, { after: moment })) {
    for (const key of keysOf(change)) {
      if (isWithin(key, part) && !standing.has(key)) wanted.add(key);
    }
  }
  const found: MapEntry[] = [];
  if (wanted.size === 0) return found;
  for await (const { seq, change } of changesOf(store, map, part, { before: moment + 1 })) {
    if (change.method === "remove") for (const key of change.keys) wanted.delete(key);
    // Of a key that one insert names twice, the last stands.
    else {
      for (const [key, value] of change.entries.toReversed()) {
        if (wanted.delete(key)) found.push({ key, value, write: seq });
      }
    }
    if (wanted.size === 0) break;
  }
  return found;
}

/** The writes of a map that may touch a part of it: those before a moment, or those after it down to it. */
async function* changesOf(
  store: PastReads,
  map: string,
  { lower, upper }: KeyBounds,
  { before, after = 0 }: { readonly before?: number; readonly after?: number },
): AsyncGenerator<{ readonly seq: number; readonly change: MapChange }> {
  for (let next = before; ;) {
    const headers = await store.readWrites({ map, limit: CHUNK, before: next });
    for (const { seq, low, high } of headers) {
      if (seq <= after) return;
      const misses =
        (lower && compareKeys(high, lower.key) < 0) || (upper && compareKeys(low, upper.key) > 0);
      if (misses) continue;
      const write = await store.readWrite(seq);
      if (write) yield { seq, change: write.change };
    }
    next = headers.at(-1)?.seq;
    if (next === undefined || headers.length < CHUNK) return;
  }
}
