/**
 * The tables of sorted maps: their entries, and the writes that made them.
 *
 * 1. A range reads no more entries than it returns.
 * 2. A mutation and the record that it was applied are one transaction.
 * 3. An entry is a string and bytes, its value with the number of its write: a batch costs what bare puts do.
 * 4. Writes are numbered in the transaction that commits them: their order is that of commits.
 */
import {
  packChange,
  repeatOf,
  summarizeChange,
  unpackChange,
  type MapChange,
  type MapEntry,
  type MutationRequest,
  type WriteHeader,
} from "../../model/index.ts";
import type { AppliedMutation, HistoryStore, MapStore, RangeQuery } from "../durable-store.ts";
import type { Connection } from "./connection.ts";
import { readTable, transact, write, type TransactOptions } from "./database.ts";
import { packEntry, valueOf, writeOf, type StoredEntry } from "./entry-codec.ts";
import { checkFence } from "./fence-table.ts";
import { endOfMap, entryKey, entryRange, keyReader, splitKey } from "./keys.ts";
import { readRecords, settled, type FoundRecord } from "./read-records.ts";
import type { PlaygroundDatabase } from "./schema.ts";

export function sortedMapTable({
  db,
}: Connection): MapStore & Pick<HistoryStore, "readWrite" | "readWriteHeaders"> {
  return {
    async readEntry(map, key) {
      const found = await readTable(db, "entries", (table) =>
        settled<StoredEntry | undefined>(table.get(entryKey(map, key))),
      );
      return found && { key, value: valueOf(found), write: writeOf(found) };
    },

    readRange: (query) => readRange(db, query),

    // What tools ask for: the writes would cost a tenth more.
    async readPairs(query) {
      const keyOf = keyReader(query.map);
      return (await readStored(db, query)).map(({ primaryKey, value }) => ({
        key: keyOf(primaryKey as string),
        value: valueOf(value),
      }));
    },

    // One step of a cursor for each.
    async readMapNames() {
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
    },

    applyMutation: (mutation, options = {}) => applyMutation(db, mutation, options),

    async readWrite(seq) {
      return await transact(db, ["writes", "changes"], "readonly", {}, async (tx) => {
        const header = await tx.objectStore("writes").get(seq);
        const packed = await tx.objectStore("changes").get(seq);
        if (!header || !packed) return undefined;
        const { method, count: _, low: __, high: ___, ...about } = header;
        return { ...about, change: unpackChange(method, packed) };
      });
    },

    async readWriteHeaders(numbers) {
      const found = await transact(db, ["writes"], "readonly", {}, (tx) =>
        Promise.all(numbers.map((seq) => tx.objectStore("writes").get(seq))),
      );
      return found.filter((header) => header !== undefined);
    },
  };
}

async function readRange(db: PlaygroundDatabase, query: RangeQuery): Promise<MapEntry[]> {
  const keyOf = keyReader(query.map);
  return (await readStored(db, query)).map(({ primaryKey, value: stored }) => ({
    key: keyOf(primaryKey as string),
    value: valueOf(stored),
    write: writeOf(stored),
  }));
}

async function readStored(
  db: PlaygroundDatabase,
  query: RangeQuery,
): Promise<FoundRecord<StoredEntry>[]> {
  const { map, direction, limit } = query;
  const range = entryRange(map, query);
  if (!range) return [];
  return await readTable(db, "entries", (table) =>
    readRecords<StoredEntry>(table, range, direction, limit),
  );
}

async function applyMutation(
  db: PlaygroundDatabase,
  { by, ...mutation }: MutationRequest,
  options: TransactOptions,
): Promise<AppliedMutation> {
  const { change, ...about } = mutation;
  const { map, once } = about;
  const packed = packChange(change);
  const tables = ["entries", "writes", "changes", "ends"] as const;
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
      const asked = { map, method: change.method };
      return { outcome: repeatOf(earlier, known, asked, packed), write: earlier.seq };
    }
    const seq = Number(newest?.primaryKey ?? 0) + 1;
    // Bare requests, for a batch may hold tens of thousands; their errors abort the transaction.
    writes.put({ ...about, seq, ...summarizeChange(change) } satisfies WriteHeader);
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
