/**
 * Sorted maps in SQL, with their history.
 *
 * A range reads no more entries than it returns.
 */
import {
  canonicalJson,
  isEmptyRange,
  packChange,
  repeatOf,
  summarizeChange,
  unpackChange,
  type KeyBounds,
  type MapChange,
  type MapEntry,
  type WriteHeader,
} from "../../model/index.ts";
import type { HistoryStore, MapStore, RangeQuery } from "../durable-store.ts";
import { readRangeAt } from "../range-at.ts";
import type { Connection } from "./connection.ts";
import { checkFence } from "./fences.ts";
import { digestOf, fromBytea, toBytea } from "./schema.ts";
import { first, type Sql } from "./sql.ts";

interface EntryRow {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly write: number | bigint | string;
}

interface WriteRow {
  readonly seq: number | bigint | string;
  readonly header: string;
  readonly packed: Uint8Array;
}

export function maps(connection: Connection): MapStore & HistoryStore {
  const slice: MapStore & HistoryStore = {
    async readEntry(map, key) {
      const found = await first(
        connection.query<EntryRow>(
          "SELECT key, value, write FROM entries WHERE map = $1 AND key = $2",
          [toBytea(map), toBytea(key)],
        ),
      );
      return found && entryOf(found);
    },

    readRange: (query) => readRange(connection, query),

    async readPairs(query) {
      const entries = await readRange(connection, query);
      return entries.map(({ key, value }) => ({ key, value }));
    },

    // One step of the index for each map.
    async readMapNames() {
      const names: string[] = [];
      let last: Uint8Array | undefined;
      for (;;) {
        const next: { map: Uint8Array } | undefined = await first(
          connection.query<{ map: Uint8Array }>(
            `SELECT map FROM entries ${last ? "WHERE map > $1" : ""} ORDER BY map LIMIT 1`,
            last ? [last] : [],
          ),
        );
        if (!next) return names.sort();
        last = next.map;
        names.push(fromBytea(last));
      }
    },

    async applyMutation({ by, ...mutation }, options) {
      const { map, change, once } = mutation;
      const packed = packChange(change);
      const name = once && (await digestOf(canonicalJson(once)));
      return await connection.write(async (sql) => {
        await checkFence(sql, by);
        const rows = name
          ? await sql.query<WriteRow>("SELECT seq, header, packed FROM writes WHERE once = $1", [
              name,
            ])
          : [];
        const [earlier] = rows;
        if (earlier) {
          const header = headerOf(earlier);
          const asked = { map, method: change.method };
          return {
            outcome: repeatOf(header, earlier.packed, asked, packed),
            write: header.seq,
          };
        }
        const { change: _, ...about } = mutation;
        const header = { ...about, ...summarizeChange(change) };
        const added = await first(
          sql.query<{ seq: number | string }>(
            "INSERT INTO writes (map, once, header, packed) VALUES ($1, $2, $3, $4) RETURNING seq",
            [toBytea(map), name ?? null, JSON.stringify(header), packed],
          ),
        );
        const write = Number(added?.seq);
        await apply(sql, map, change, write);
        return { outcome: "applied", write } as const;
      }, options);
    },

    async readWrite(seq) {
      const found = await first(
        connection.query<WriteRow>("SELECT seq, header, packed FROM writes WHERE seq = $1", [seq]),
      );
      if (!found) return undefined;
      const { method, count: _, low: __, high: ___, ...about } = headerOf(found);
      return { ...about, change: unpackChange(method, found.packed) };
    },

    async readWriteHeaders(numbers) {
      const rows = await connection.query<WriteRow>(
        "SELECT seq, header FROM writes WHERE seq = ANY($1::bigint[])",
        [[...numbers]],
      );
      const found = new Map(rows.map((row) => [Number(row.seq), headerOf(row)]));
      return numbers.flatMap((seq) => found.get(seq) ?? []);
    },

    async readWrites({ map, limit, before, after }) {
      const key = after ?? before;
      const bound = key === undefined ? "" : `AND seq ${after === undefined ? "<" : ">"} $3`;
      const rows = await connection.query<WriteRow>(
        `SELECT seq, header FROM writes WHERE map = $1 ${bound}
         ORDER BY seq ${after === undefined ? "DESC" : ""} LIMIT $2`,
        [toBytea(map), limit, ...(key === undefined ? [] : [key])],
      );
      const page = rows.map(headerOf);
      return after === undefined ? page : page.reverse();
    },

    readRangeAt: (query, moment) => readRangeAt(slice, query, moment),
  };
  return slice;
}

async function readRange(sql: Sql, query: RangeQuery): Promise<MapEntry[]> {
  const { map, direction, limit } = query;
  if (isEmptyRange(query)) return [];
  const params: unknown[] = [toBytea(map), Math.min(limit, Number.MAX_SAFE_INTEGER)];
  const bounds = boundsOf(query, params);
  const rows = await sql.query<EntryRow>(
    `SELECT key, value, write FROM entries WHERE map = $1 ${bounds}
     ORDER BY key ${direction === "ascending" ? "" : "DESC"} LIMIT $2`,
    params,
  );
  return rows.map(entryOf);
}

function boundsOf({ lower, upper }: KeyBounds, params: unknown[]): string {
  const sides: string[] = [];
  const add = (key: string, operator: string): void => {
    params.push(toBytea(key));
    sides.push(`AND key ${operator} $${params.length}`);
  };
  if (lower) add(lower.key, lower.open ? ">" : ">=");
  if (upper) add(upper.key, upper.open ? "<" : "<=");
  return sides.join(" ");
}

async function apply(sql: Sql, map: string, change: MapChange, write: number): Promise<void> {
  const name = toBytea(map);
  if (change.method === "remove") {
    await sql.query("DELETE FROM entries WHERE map = $1 AND key = ANY($2::bytea[])", [
      name,
      change.keys.map(toBytea),
    ]);
    return;
  }
  // Of a key that one insert names twice, the last stands: a statement may touch a row once.
  const entries = [...new Map(change.entries)];
  for (let at = 0; at < entries.length; at += BATCH) {
    const part = entries.slice(at, at + BATCH);
    const params: unknown[] = [name, write];
    const values = part.map(([key, value]) => {
      params.push(toBytea(key), value);
      return `($1, $${params.length - 1}, $${params.length}, $2)`;
    });
    await sql.query(
      `INSERT INTO entries (map, key, value, write) VALUES ${values.join(", ")}
       ON CONFLICT (map, key) DO UPDATE SET value = excluded.value, write = excluded.write`,
      params,
    );
  }
}

/** How many entries one statement inserts: it takes 65,535 parameters at the most. */
const BATCH = 1000;

function entryOf({ key, value, write }: EntryRow): MapEntry {
  return { key: fromBytea(key), value: new Uint8Array(value), write: Number(write) };
}

function headerOf({ seq, header }: Pick<WriteRow, "seq" | "header">): WriteHeader {
  return { ...(JSON.parse(header) as Omit<WriteHeader, "seq">), seq: Number(seq) };
}
