/**
 * The table of sorted-map entries.
 *
 * 1. A range reads no more entries than it returns, in one request where the browser can
 *    (`getAllRecords`); otherwise in two, or by a cursor for a descending range.
 * 2. A mutation and the record that it was applied are one transaction.
 */
import { unwrap } from "idb";
import { transact, type TransactOptions } from "./database.ts";
import { entryKey, entryRange, keyOf, type EntryKey, type KeyBounds } from "./keys.ts";
import type { MapChange, MapEntry, TraceEvent, WriteRecord } from "./records.ts";
import type { PlaygroundDatabase, StoredEntry } from "./schema.ts";
import { appendTrace } from "./trace-table.ts";

export interface RangeQuery extends KeyBounds {
  readonly map: string;
  readonly direction: "ascending" | "descending";
  readonly limit: number;
}

/** What became of a mutation: `differs` means that it was skipped, and would have written something else. */
export type MutationOutcome = "applied" | "deduplicated" | "differs";

export async function readEntry(
  db: PlaygroundDatabase,
  map: string,
  key: string,
): Promise<MapEntry | undefined> {
  const found = await transact(db, ["entries"], "readonly", {}, (tx) =>
    tx.objectStore("entries").get(entryKey(map, key)),
  );
  return found && { key, ...found };
}

export async function readRange(db: PlaygroundDatabase, query: RangeQuery): Promise<MapEntry[]> {
  const range = entryRange(query.map, query);
  // What IndexedDB takes as a count.
  const limit = Math.min(query.limit, 2 ** 32 - 1);
  return await transact(db, ["entries"], "readonly", {}, async (tx) => {
    const table = tx.objectStore("entries");
    const raw = unwrap(table);
    if ("getAllRecords" in raw) {
      const direction = query.direction === "ascending" ? "next" : "prev";
      const records = await request<{ primaryKey: EntryKey; value: StoredEntry }[]>(
        (raw as RecordsStore).getAllRecords({ query: range, count: limit, direction }),
      );
      return records.map(({ primaryKey, value }) => toEntry(primaryKey, value));
    }
    if (query.direction === "ascending") {
      const [keys, values] = await Promise.all([
        table.getAllKeys(range, limit),
        table.getAll(range, limit),
      ]);
      return values.flatMap((value, index) => {
        const key = keys[index];
        return key ? [toEntry(key, value)] : [];
      });
    }
    const entries: MapEntry[] = [];
    let cursor = await table.openCursor(range, "prev");
    while (cursor) {
      entries.push(toEntry(cursor.primaryKey, cursor.value));
      if (entries.length === limit) break;
      cursor = await cursor.continue();
    }
    return entries;
  });
}

/** The names of the maps that hold something, in order: one step of a cursor for each. */
export async function readMapNames(db: PlaygroundDatabase): Promise<string[]> {
  return await transact(db, ["entries"], "readonly", {}, async (tx) => {
    const names: string[] = [];
    let cursor = await tx.objectStore("entries").openKeyCursor();
    while (cursor) {
      const [map] = cursor.key;
      names.push(map);
      // Past every binary key of this map; an array sorts after them.
      cursor = await cursor.continue([map, []] as unknown as EntryKey);
    }
    return names;
  });
}

/**
 * Applies a mutation, unless one with the same `once` was applied before. `event` is kept with the
 * outcome filled in, together with `events`, in the same transaction.
 */
export async function applyMutation(
  db: PlaygroundDatabase,
  write: WriteRecord,
  events: readonly TraceEvent[],
  event: TraceEvent | undefined,
  options: TransactOptions,
): Promise<MutationOutcome> {
  return await transact(db, ["entries", "writes", "trace"], "readwrite", options, async (tx) => {
    const writes = tx.objectStore("writes");
    const earlier = write.once && (await writes.index("once").get(write.once));
    const outcome = !earlier
      ? "applied"
      : earlier.map === write.map && sameChange(earlier.change, write.change)
        ? "deduplicated"
        : "differs";
    if (outcome === "applied") {
      unwrap(writes).put(write);
      applyChange(unwrap(tx.objectStore("entries")), write);
    }
    await appendTrace(tx, event ? [...events, { ...event, outcome }] : events);
    return outcome;
  });
}

/** Bare requests, for a batch may hold tens of thousands; their errors abort the transaction. */
function applyChange(entries: IDBObjectStore, { map, change, id }: WriteRecord): void {
  if (change.method === "insert") {
    for (const [key, value] of change.entries)
      entries.put({ value, write: id }, entryKey(map, key));
  } else {
    for (const key of change.keys) entries.delete(entryKey(map, key));
  }
}

export function sameChange(a: MapChange, b: MapChange): boolean {
  if (a.method === "remove") {
    return b.method === "remove" && sameList(a.keys, b.keys, (x, y) => x === y);
  }
  return (
    b.method === "insert" &&
    sameList(a.entries, b.entries, (x, y) => x[0] === y[0] && sameBytes(x[1], y[1]))
  );
}

function sameList<T>(a: readonly T[], b: readonly T[], same: (x: T, y: T) => boolean): boolean {
  return a.length === b.length && a.every((x, index) => same(x, b[index] as T));
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function toEntry(key: EntryKey, { value, write }: StoredEntry): MapEntry {
  return { key: keyOf(key), value, write };
}

/** `IDBObjectStore.getAllRecords`, which TypeScript's library does not know yet. */
interface RecordsStore {
  getAllRecords(options: {
    query: IDBKeyRange;
    count: number;
    direction: "next" | "prev";
  }): IDBRequest;
}

function request<T>(raw: IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    raw.onsuccess = () => resolve(raw.result as T);
    // IndexedDB sets the error before it fires the event.
    raw.onerror = () => reject(raw.error ?? new Error("The request failed without an error."));
  });
}
