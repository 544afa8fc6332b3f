/**
 * The tables of sorted maps: their entries, and the writes that made them.
 *
 * 1. A range reads no more entries than it returns.
 * 2. A mutation and the record that it was applied are one transaction.
 * 3. An entry is a string and bytes, its value with the id of its write: a batch costs what bare puts do.
 */
import { unwrap } from "idb";
import { packChange, sameBytes, unpackChange } from "./change-codec.ts";
import { readTable, transact, type TransactOptions } from "./database.ts";
import { idBytes, packEntry, valueOf, writeOf } from "./entry-codec.ts";
import {
  compareKeys,
  endOfMap,
  entryKey,
  entryRange,
  keyReader,
  splitKey,
  type KeyBounds,
} from "./keys.ts";
import { readRecords, settled, type Direction } from "./read-records.ts";
import type { MapChange, MapEntry, WriteHeader, WriteRecord } from "./records.ts";
import type { PlaygroundDatabase, StoredWrite } from "./schema.ts";

export interface RangeQuery extends KeyBounds {
  readonly map: string;
  readonly direction: Direction;
  readonly limit: number;
}

/** What became of a mutation: `differs` means that it was skipped, and would have written something else. */
export type MutationOutcome = "applied" | "deduplicated" | "differs";

export async function readEntry(
  db: PlaygroundDatabase,
  map: string,
  key: string,
): Promise<MapEntry | undefined> {
  const found = await readTable(db, "entries", (table) =>
    settled<Uint8Array | undefined>(table.get(entryKey(map, key))),
  );
  return found && { key, value: valueOf(found), write: writeOf(found) };
}

export async function readRange(db: PlaygroundDatabase, query: RangeQuery): Promise<MapEntry[]> {
  const { map, direction, limit } = query;
  const range = entryRange(map, query);
  if (!range) return [];
  const records = await readTable(db, "entries", (table) =>
    readRecords<Uint8Array>(table, range, direction, limit),
  );
  const keyOf = keyReader(map);
  return records.map(({ primaryKey, value: stored }) => ({
    key: keyOf(primaryKey as string),
    value: valueOf(stored),
    write: writeOf(stored),
  }));
}

/** The names of the maps that hold something, in order: one step of a cursor for each. */
export async function readMapNames(db: PlaygroundDatabase): Promise<string[]> {
  return await transact(db, ["entries"], "readonly", {}, async (tx) => {
    const names: string[] = [];
    let cursor = await tx.objectStore("entries").openKeyCursor();
    while (cursor) {
      const { map } = splitKey(cursor.key);
      names.push(map);
      cursor = await cursor.continue(endOfMap(map));
    }
    return names.sort();
  });
}

/** Applies a mutation, unless one with the same `once` was applied before. */
export async function applyMutation(
  db: PlaygroundDatabase,
  write: WriteRecord,
  options: TransactOptions,
): Promise<MutationOutcome> {
  const { change, ...about } = write;
  const packed = packChange(change);
  const tables = ["entries", "writes", "changes"] as const;
  return await transact(db, [...tables], "readwrite", options, async (tx) => {
    const writes = tx.objectStore("writes");
    const earlier = write.once && (await writes.index("once").get(write.once));
    let outcome: MutationOutcome = "applied";
    if (earlier) {
      const known = await tx.objectStore("changes").get(earlier.id);
      const same =
        earlier.map === write.map &&
        earlier.method === change.method &&
        known !== undefined &&
        sameBytes(known, packed);
      outcome = same ? "deduplicated" : "differs";
    } else {
      // Bare requests, for a batch may hold tens of thousands; their errors abort the transaction.
      unwrap(writes).put({ ...about, ...describe(change) } satisfies StoredWrite);
      unwrap(tx.objectStore("changes")).put(packed, write.id);
      applyChange(unwrap(tx.objectStore("entries")), write);
    }
    return outcome;
  });
}

function applyChange(entries: IDBObjectStore, { map, change, id }: WriteRecord): void {
  if (change.method === "remove") {
    for (const key of change.keys) entries.delete(entryKey(map, key));
    return;
  }
  const write = idBytes(id);
  for (const [key, value] of change.entries)
    entries.put(packEntry(write, value), entryKey(map, key));
}

/** What a write did, without what it wrote. */
export function describe(
  change: MapChange,
): Pick<WriteHeader, "method" | "count" | "low" | "high"> {
  const { method } = change;
  const keys = method === "insert" ? change.entries.map(([key]) => key) : change.keys;
  let [low = "", high = ""] = [keys[0], keys[0]];
  for (const key of keys) {
    if (compareKeys(key, low) < 0) low = key;
    if (compareKeys(key, high) > 0) high = key;
  }
  return { method, count: keys.length, low, high };
}

export async function readWrite(
  db: PlaygroundDatabase,
  id: string,
): Promise<WriteRecord | undefined> {
  return await transact(db, ["writes", "changes"], "readonly", {}, async (tx) => {
    const header = await tx.objectStore("writes").get(id);
    const packed = await tx.objectStore("changes").get(id);
    if (!header || !packed) return undefined;
    const { method, count: _, low: __, high: ___, ...about } = header;
    return { ...about, change: unpackChange(method, packed) };
  });
}

/** What is known of writes, in the order asked; a write that is gone is left out. */
export async function readWriteHeaders(
  db: PlaygroundDatabase,
  ids: readonly string[],
): Promise<WriteHeader[]> {
  const found = await transact(db, ["writes"], "readonly", {}, (tx) =>
    Promise.all(ids.map((id) => tx.objectStore("writes").get(id))),
  );
  return found.filter((header) => header !== undefined);
}

export function sameChange(a: MapChange, b: MapChange): boolean {
  return a.method === b.method && sameBytes(packChange(a), packChange(b));
}
