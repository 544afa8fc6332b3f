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
  type ExecutionRef,
  type KeyBounds,
  type MapChange,
  type MapEntry,
  type WriteHeader,
} from "../../model/index.ts";
import type { HistoryStore, MapStore, RangeQuery } from "../durable-store.ts";
import { readRangeAt } from "../range-at.ts";
import { newOperation, type Connection } from "./connection.ts";
import { checkFence, FENCE } from "./fence.ts";
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
  /** Which made it. */
  readonly operation: string;
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
      const { change: _, ...about } = mutation;
      const operation = newOperation();
      const name = once && (await digestOf(canonicalJson(once)));
      const header = JSON.stringify({ ...about, ...summarizeChange(change) });
      const params = [toBytea(map), name ?? null, header, packed, operation];
      const inserting =
        change.method === "insert" ? insertion(params, change.entries, by) : undefined;
      if (inserting) {
        const written = await connection.writeOne<Numbered>(...inserting, options);
        if (written) return { outcome: "applied", write: Number(written.seq) };
      }
      return await connection.write(async (sql) => {
        await checkFence(sql, by);
        for (;;) {
          const earlier = await findEarlier(sql, operation, name);
          if (earlier) {
            const about = headerOf(earlier);
            // Its answer was lost.
            if (earlier.operation === operation) return { outcome: "applied", write: about.seq };
            const asked = { map, method: change.method };
            return { outcome: repeatOf(about, earlier.packed, asked, packed), write: about.seq };
          }
          await sql.query("INSERT INTO maps (name) VALUES ($1) ON CONFLICT DO NOTHING", [
            params[0],
          ]);
          const written = inserting
            ? await first(sql.query<Numbered>(...inserting))
            : await remove(sql, params, change);
          if (written) return { outcome: "applied", write: Number(written.seq) };
          // The same was written meanwhile.
        }
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

type Numbered = Pick<WriteRow, "seq">;

/**
 * Writes by number and by time in the same order, for the past is told by their numbers: an insert takes its
 * number after all removals before it, and a key that one of a later number has written meanwhile is an
 * error (a division by zero), at which the driver runs the whole again; see `pg-errors.ts`.
 *
 * @param params the map, `once`, header, change and operation
 */
function insertion(
  params: readonly unknown[],
  entries: readonly (readonly [string, Uint8Array])[],
  by: ExecutionRef | undefined,
): [text: string, params: unknown[]] {
  // Of a key that one insert names twice, the last stands: a statement may touch a row once.
  const last = [...new Map(entries)];
  const at = by ? 2 : 0;
  const p = (n: number): string => `$${at + n}`;
  const text = `
    WITH ${by ? FENCE : "fence AS (SELECT 1)"},
    place AS (SELECT 1 FROM fence, maps WHERE name = ${p(1)} FOR SHARE OF maps),
    written AS (
      INSERT INTO writes (map, once, header, packed, operation)
      SELECT ${p(1)}, ${p(2)}, ${p(3)}, ${p(4)}, ${p(5)} FROM place
      ON CONFLICT DO NOTHING RETURNING seq
    ), entered AS (
      INSERT INTO entries (map, key, value, write)
      SELECT ${p(1)}, e.key, e.value, written.seq
      FROM written, unnest(${p(6)}::bytea[], ${p(7)}::bytea[]) AS e (key, value)
      ON CONFLICT (map, key) DO UPDATE SET value = excluded.value, write = excluded.write
      WHERE entries.write < excluded.write RETURNING 1
    )
    SELECT seq / CASE WHEN (SELECT count(*) FROM entered) = ${p(8)}::bigint THEN 1 ELSE 0 END AS seq
    FROM written`;
  const keys = last.map(([key]) => toBytea(key));
  const values = last.map(([, value]) => value);
  const fence = by ? [by.invocationSeq, by.execution] : [];
  return [text, [...fence, ...params, keys, values, last.length]];
}

/** Waits for the inserts that are under way, and they for it. */
async function remove(
  sql: Sql,
  params: readonly unknown[],
  change: MapChange,
): Promise<Numbered | undefined> {
  const [map] = params;
  await sql.query("UPDATE maps SET removals = removals + 1 WHERE name = $1", [map]);
  const written = await first(
    sql.query<Numbered>(
      `INSERT INTO writes (map, once, header, packed, operation) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING RETURNING seq`,
      params,
    ),
  );
  if (!written) return undefined;
  const keys = change.method === "remove" ? change.keys.map(toBytea) : [];
  await sql.query("DELETE FROM entries WHERE map = $1 AND key = ANY($2::bytea[])", [map, keys]);
  return written;
}

/** The write itself, or the one that has its name. */
async function findEarlier(
  sql: Sql,
  operation: string,
  once: Uint8Array | undefined,
): Promise<WriteRow | undefined> {
  return await first(
    sql.query<WriteRow>(
      "SELECT seq, header, packed, operation FROM writes WHERE operation = $1 OR once = $2",
      [operation, once ?? null],
    ),
  );
}

function entryOf({ key, value, write }: EntryRow): MapEntry {
  return { key: fromBytea(key), value: new Uint8Array(value), write: Number(write) };
}

function headerOf({ seq, header }: Pick<WriteRow, "seq" | "header">): WriteHeader {
  return { ...(JSON.parse(header) as Omit<WriteHeader, "seq">), seq: Number(seq) };
}
