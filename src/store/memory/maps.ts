/** Sorted maps in memory, with their history. */
import {
  canonicalJson,
  packChange,
  repeatOf,
  summarizeChange,
  unpackChange,
  type MapChange,
  type WriteHeader,
} from "../../model/index.ts";
import type { HistoryStore, MapStore, RangeQuery } from "../durable-store.ts";
import { SupersededError } from "../errors.ts";
import { pageOf, type Connection } from "./connection.ts";
import type { MemoryDatabase, StoredWrite } from "./database.ts";
import { SortedEntries } from "./sorted-entries.ts";

export function maps(connection: Connection): MapStore & HistoryStore {
  return {
    readEntry: (map, key) => connection.run((db) => db.maps.get(map)?.get(key)),
    readRange: (query) => connection.run((db) => read(db.maps.get(query.map), query)),
    readPairs: (query) =>
      connection.run((db) =>
        read(db.maps.get(query.map), query).map(({ key, value }) => ({ key, value })),
      ),

    readMapNames: () =>
      connection.run((db) =>
        [...db.maps].flatMap(([name, entries]) => (entries.isEmpty ? [] : [name])).sort(),
      ),

    applyMutation: ({ by, ...mutation }, options) =>
      connection.run((db) => {
        const { map, change, once } = mutation;
        if (by && db.hasEnded(by)) throw new SupersededError(by.execution);
        const packed = packChange(change);
        const name = once && canonicalJson(once);
        const earlier = name === undefined ? undefined : db.writes.get(db.once.get(name) ?? 0);
        if (earlier) {
          const { header } = earlier;
          const asked = { map, method: change.method };
          return { outcome: repeatOf(header, earlier.packed, asked, packed), write: header.seq };
        }
        const seq = ++db.lastWrite;
        const { change: _, ...about } = mutation;
        const header: WriteHeader = { ...about, seq, ...summarizeChange(change) };
        db.writes.set(seq, { header: structuredClone(header), packed });
        if (name !== undefined) db.once.set(name, seq);
        apply(db.entriesOf(map), change, seq);
        return { outcome: "applied", write: seq } as const;
      }, options),

    readWrite: (seq) =>
      connection.run((db) => {
        const found = db.writes.get(seq);
        if (!found) return undefined;
        const { method, count: _, low: __, high: ___, ...about } = found.header;
        return { ...about, change: unpackChange(method, found.packed) };
      }),

    readWriteHeaders: (numbers) =>
      connection.run((db) => numbers.flatMap((seq) => db.writes.get(seq)?.header ?? [])),

    readWrites: ({ map, ...page }) =>
      connection.run((db) =>
        pageOf(
          writesOf(db, map).map(({ header }) => header),
          page,
          ({ seq }, key) => seq - key,
        ),
      ),

    // The writes are done again up to the moment.
    readRangeAt: (query, moment) =>
      connection.run((db) => {
        const past = new SortedEntries();
        for (const { header, packed } of writesOf(db, query.map)) {
          if (header.seq > moment) break;
          apply(past, unpackChange(header.method, packed), header.seq);
        }
        return read(past, query);
      }),
  };
}

function read(entries: SortedEntries | undefined, query: RangeQuery) {
  return entries?.range(query, query.direction, query.limit) ?? [];
}

function apply(entries: SortedEntries, change: MapChange, seq: number): void {
  if (change.method === "remove") entries.remove(change.keys);
  else entries.insert(change.entries, seq);
}

function writesOf(db: MemoryDatabase, map: string): StoredWrite[] {
  return [...db.writes.values()].filter(({ header }) => header.map === map);
}
