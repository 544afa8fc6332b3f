/**
 * A map as it was: its writes are all kept, so that a range can be read as of any of them.
 *
 * 1. What was not written since stands in the entries themselves.
 * 2. For a key that was written since, the writes before tell: the newest that names it.
 * 3. One reading looks at each write once, whatever is asked for; memory is bounded by the range,
 *    and by the keys in it that were written since.
 */
import { unwrap } from "idb";
import {
  compareKeys,
  isWithin,
  keysOf,
  unpackChange,
  type KeyBounds,
  type MapChange,
  type MapEntry,
  type WriteHeader,
} from "../../model/index.ts";
import type { RangeQuery, WriteQuery } from "../durable-store.ts";
import { transact } from "./database.ts";
import { readPage } from "./read-records.ts";
import type { PlaygroundDatabase } from "./schema.ts";
import { readRange } from "./sorted-map-table.ts";

/** How many entries or writes are read at once. */
const CHUNK = 500;

export async function readWrites(
  db: PlaygroundDatabase,
  { map, before, after, limit }: WriteQuery,
): Promise<WriteHeader[]> {
  const key = (seq: number | undefined): [string, number] | undefined =>
    seq === undefined ? undefined : [map, seq];
  const page = {
    limit,
    before: key(before ?? (after === undefined ? Infinity : undefined)),
    after: key(after),
  };
  const found = await transact(db, ["writes"], "readonly", {}, (tx) =>
    readPage<WriteHeader, [string, number]>(
      unwrap(tx.objectStore("writes").index("map")),
      page,
      ({ map, seq }) => [map, seq],
    ),
  );
  return found.filter((write) => write.map === map);
}

export async function readRangeAt(
  db: PlaygroundDatabase,
  query: RangeQuery,
  moment: number,
): Promise<MapEntry[]> {
  const { limit, direction } = query;
  const untouched = await readUntouched(db, query, moment);
  // Where they fill the range, nothing beyond the last of them is asked for.
  const last = untouched.length < limit ? undefined : untouched.at(-1);
  const edge = last && { key: last.key, open: false };
  const part: KeyBounds = !edge
    ? query
    : direction === "ascending"
      ? { ...query, upper: edge }
      : { ...query, lower: edge };
  const standing = new Set(untouched.map(({ key }) => key));
  const written = await readWrittenSince(db, query.map, part, moment, standing);
  const sign = direction === "ascending" ? 1 : -1;
  return [...untouched, ...written]
    .sort((a, b) => compareKeys(a.key, b.key) * sign)
    .slice(0, limit);
}

/** The entries of a range that no later write has touched. */
async function readUntouched(
  db: PlaygroundDatabase,
  query: RangeQuery,
  moment: number,
): Promise<MapEntry[]> {
  const found: MapEntry[] = [];
  let rest = query;
  for (;;) {
    const entries = await readRange(db, { ...rest, limit: CHUNK });
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
  db: PlaygroundDatabase,
  map: string,
  part: KeyBounds,
  moment: number,
  standing: ReadonlySet<string>,
): Promise<MapEntry[]> {
  const wanted = new Set<string>();
  for await (const { change } of changesOf(db, map, part, { after: moment })) {
    for (const key of keysOf(change)) {
      if (isWithin(key, part) && !standing.has(key)) wanted.add(key);
    }
  }
  const found: MapEntry[] = [];
  if (wanted.size === 0) return found;
  for await (const { seq, change } of changesOf(db, map, part, { before: moment + 1 })) {
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
  db: PlaygroundDatabase,
  map: string,
  { lower, upper }: KeyBounds,
  { before, after = 0 }: { readonly before?: number; readonly after?: number },
): AsyncGenerator<{ readonly seq: number; readonly change: MapChange }> {
  for (let next = before; ;) {
    const headers = await readWrites(db, { map, limit: CHUNK, before: next });
    for (const { seq, method, low, high } of headers) {
      if (seq <= after) return;
      const misses =
        (lower && compareKeys(high, lower.key) < 0) || (upper && compareKeys(low, upper.key) > 0);
      if (misses) continue;
      const packed = await transact(db, ["changes"], "readonly", {}, (tx) =>
        tx.objectStore("changes").get(seq),
      );
      if (packed) yield { seq, change: unpackChange(method, packed) };
    }
    next = headers.at(-1)?.seq;
    if (next === undefined || headers.length < CHUNK) return;
  }
}
