/**
 * A map as it was: its writes are all kept, so that a range can be read as of any of them.
 *
 * 1. What was not written since stands in the entries themselves.
 * 2. What was is found in the writes before, the newest first: the first that names a key tells.
 * 3. Memory is bounded by the range that is asked for, and by the keys that were removed from it.
 */
import { unwrap } from "idb";
import { unpackChange } from "./change-codec.ts";
import { transact } from "./database.ts";
import { readPage, type Page } from "./read-records.ts";
import { compareKeys, isWithin } from "./keys.ts";
import type { MapEntry, WriteHeader } from "./records.ts";
import type { PlaygroundDatabase } from "./schema.ts";
import { readRange, type RangeQuery } from "./sorted-map-table.ts";

export interface WriteQuery extends Page<string> {
  readonly map: string;
}

/** How many entries or writes are read at once. */
const CHUNK = 500;

/** The writes of a map, the newest first; `before` and `after` are ids of writes. */
export async function readWrites(
  db: PlaygroundDatabase,
  { map, before, after, limit }: WriteQuery,
): Promise<WriteHeader[]> {
  const key = (id: string | undefined): [string, string] | undefined =>
    id === undefined ? undefined : [map, id];
  const page = {
    limit,
    // Ids are hexadecimal: these are past all of them, on either side.
    before: key(before ?? (after === undefined ? LAST_ID : undefined)),
    after: key(after),
  };
  const found = await transact(db, ["writes"], "readonly", {}, (tx) =>
    readPage<WriteHeader, [string, string]>(
      unwrap(tx.objectStore("writes").index("map")),
      page,
      ({ map, id }) => [map, id],
    ),
  );
  return found.filter((write) => write.map === map);
}

const LAST_ID = "g";

/**
 * A range as it was right after the write `moment`.
 *
 * @param moment the id of a write, or any UUIDv7: what was written later is left out
 */
export async function readRangeAt(
  db: PlaygroundDatabase,
  query: RangeQuery,
  moment: string,
): Promise<MapEntry[]> {
  const { map, limit } = query;
  const sign = query.direction === "ascending" ? 1 : -1;
  const order = (a: string, b: string): number => compareKeys(a, b) * sign;
  /** What stands in the range as far as is known, in order, never more than `limit`. */
  const found = await readUntouched(db, query, moment);
  const settled = new Set(found.map(({ key }) => key));
  /** Whether all keys from `low` to `high` are out of what is still looked for. */
  const misses = (low: string, high: string): boolean => {
    const last = found.length === limit ? found.at(-1)?.key : undefined;
    const [from, to] =
      sign > 0
        ? [query.lower?.key, last ?? query.upper?.key]
        : [last ?? query.lower?.key, query.upper?.key];
    return (
      (from !== undefined && compareKeys(high, from) < 0) ||
      (to !== undefined && compareKeys(low, to) > 0)
    );
  };
  const settle = (key: string, value: Uint8Array | undefined, write: string): void => {
    if (settled.has(key) || misses(key, key) || !isWithin(key, query)) return;
    settled.add(key);
    if (!value) return;
    const at = found.findIndex((entry) => order(entry.key, key) > 0);
    found.splice(at < 0 ? found.length : at, 0, { key, value, write });
    if (found.length > limit) found.length = limit;
  };
  // The moment itself counts: what comes before its successor.
  let before = `${moment}~`;
  for (;;) {
    const headers = await readWrites(db, { map, before, limit: CHUNK });
    for (const { id, method, low, high } of headers) {
      if (misses(low, high)) continue;
      const packed = await transact(db, ["changes"], "readonly", {}, (tx) =>
        tx.objectStore("changes").get(id),
      );
      const change = packed && unpackChange(method, packed);
      if (change?.method === "remove") for (const key of change.keys) settle(key, undefined, id);
      // Of a key that one insert names twice, the last stands.
      else for (const [key, value] of change?.entries.toReversed() ?? []) settle(key, value, id);
    }
    const last = headers.at(-1);
    if (!last || headers.length < CHUNK) return found;
    before = last.id;
  }
}

/** The entries of a range that no later write has touched. */
async function readUntouched(
  db: PlaygroundDatabase,
  query: RangeQuery,
  moment: string,
): Promise<MapEntry[]> {
  const found: MapEntry[] = [];
  let rest = query;
  for (;;) {
    const entries = await readRange(db, { ...rest, limit: CHUNK });
    found.push(...entries.filter(({ write }) => write <= moment));
    const last = entries.at(-1);
    if (found.length >= query.limit || !last || entries.length < CHUNK) {
      return found.slice(0, query.limit);
    }
    const bound = { key: last.key, open: true };
    rest = query.direction === "ascending" ? { ...rest, lower: bound } : { ...rest, upper: bound };
  }
}
