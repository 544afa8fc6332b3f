/**
 * The tables of sorted maps: their entries, and the writes that made them.
 *
 * 1. A range reads no more entries than it returns.
 * 2. A mutation and the record that it was applied are one transaction.
 * 3. An entry is a string and bytes, its value with the number of its write: a batch costs what bare puts do.
 * 4. Writes are numbered in the transaction that commits them: their order is that of commits.
 */
import type {
  MapChange,
  MapEntry,
  MutationRequest,
  WriteHeader,
  WriteRecord,
} from "../model/index.ts";
import { packChange, sameBytes, unpackChange } from "./change-codec.ts";
import { readTable, transact, write, type TransactOptions } from "./database.ts";
import { packEntry, valueOf, writeOf } from "./entry-codec.ts";
import { checkFence } from "./fence-table.ts";
import {
  compareKeys,
  endOfMap,
  entryKey,
  entryRange,
  keyReader,
  splitKey,
  type KeyBounds,
} from "./keys.ts";
import { readRecords, settled, type Direction, type FoundRecord } from "./read-records.ts";
import type { PlaygroundDatabase } from "./schema.ts";

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
  const keyOf = keyReader(query.map);
  return (await readStored(db, query)).map(({ primaryKey, value: stored }) => ({
    key: keyOf(primaryKey as string),
    value: valueOf(stored),
    write: writeOf(stored),
  }));
}

/** What tools ask for: keys and values alone, for the writes would cost a tenth more. */
export async function readPairs(
  db: PlaygroundDatabase,
  query: RangeQuery,
): Promise<Pick<MapEntry, "key" | "value">[]> {
  const keyOf = keyReader(query.map);
  return (await readStored(db, query)).map(({ primaryKey, value }) => ({
    key: keyOf(primaryKey as string),
    value: valueOf(value),
  }));
}

async function readStored(
  db: PlaygroundDatabase,
  query: RangeQuery,
): Promise<FoundRecord<Uint8Array>[]> {
  const { map, direction, limit } = query;
  const range = entryRange(map, query);
  if (!range) return [];
  return await readTable(db, "entries", (table) =>
    readRecords<Uint8Array>(table, range, direction, limit),
  );
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

export interface AppliedMutation {
  readonly outcome: MutationOutcome;
  /** The write that was made, or that had been made before. */
  readonly write: number;
}

/** Applies a mutation, unless one with the same `once` was applied before. */
export async function applyMutation(
  db: PlaygroundDatabase,
  { by, ...mutation }: MutationRequest,
  options: TransactOptions,
): Promise<AppliedMutation> {
  const { change, ...about } = mutation;
  const { map, once } = about;
  const packed = packChange(change);
  const tables = ["entries", "writes", "changes", "fences"] as const;
  const sized = { ...options, size: packed.length };
  return await write(db, tables, sized, async (tx) => {
    const [writes, changes] = [tx.objectStore("writes"), tx.objectStore("changes")];
    const [earlier, newest] = await Promise.all([
      once && settled<WriteHeader | undefined>(writes.index("once").get(once)),
      settled<IDBCursor | null>(writes.openKeyCursor(null, "prev")),
      checkFence(tx, by),
    ]);
    if (earlier) {
      const known = await settled<Uint8Array | undefined>(changes.get(earlier.seq));
      const same =
        earlier.map === map &&
        earlier.method === change.method &&
        known !== undefined &&
        sameBytes(known, packed);
      return { outcome: same ? "deduplicated" : "differs", write: earlier.seq };
    }
    const seq = Number(newest?.primaryKey ?? 0) + 1;
    // Bare requests, for a batch may hold tens of thousands; their errors abort the transaction.
    writes.put({ ...about, seq, ...describe(change) } satisfies WriteHeader);
    changes.put(packed, seq);
    applyChange(tx.objectStore("entries"), map, change, seq);
    return { outcome: "applied", write: seq };
  });
}

function applyChange(entries: IDBObjectStore, map: string, change: MapChange, seq: number): void {
  if (change.method === "remove") {
    for (const key of change.keys) entries.delete(entryKey(map, key));
    return;
  }
  for (const [key, value] of change.entries) entries.put(packEntry(seq, value), entryKey(map, key));
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
  seq: number,
): Promise<WriteRecord | undefined> {
  return await transact(db, ["writes", "changes"], "readonly", {}, async (tx) => {
    const header = await tx.objectStore("writes").get(seq);
    const packed = await tx.objectStore("changes").get(seq);
    if (!header || !packed) return undefined;
    const { method, count: _, low: __, high: ___, ...about } = header;
    return { ...about, change: unpackChange(method, packed) };
  });
}

/** What is known of writes, in the order asked; a write that is gone is left out. */
export async function readWriteHeaders(
  db: PlaygroundDatabase,
  numbers: readonly number[],
): Promise<WriteHeader[]> {
  const found = await transact(db, ["writes"], "readonly", {}, (tx) =>
    Promise.all(numbers.map((seq) => tx.objectStore("writes").get(seq))),
  );
  return found.filter((header) => header !== undefined);
}

export function sameChange(a: MapChange, b: MapChange): boolean {
  return a.method === b.method && sameBytes(packChange(a), packChange(b));
}
