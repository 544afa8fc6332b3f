/** The ledger in SQL: a table that no transaction of a store touches. */
import { canonicalJson, type LedgerRow } from "../../model/index.ts";
import { ChangeFeed, type FeedChannel } from "../change-feed.ts";
import type { Ledger } from "../ledger.ts";
import { Connection } from "./connection.ts";
import { digestOf } from "./schema.ts";
import { first, type SqlDatabase } from "./sql.ts";

interface Row {
  readonly seq: number | bigint | string;
  readonly record: string;
}

export function ledger(
  sql: SqlDatabase,
  channel: FeedChannel | undefined,
  release: () => Promise<void>,
): Ledger {
  const feed = new ChangeFeed(channel);
  const connection = new Connection(sql, (change) => feed.emit(change));
  const of = async (invocation: string, limit: number): Promise<LedgerRow[]> => {
    const rows = await connection.query<Row>(
      "SELECT seq, record FROM ledger WHERE invocation = $1 ORDER BY seq LIMIT $2",
      [invocation, limit],
    );
    return rows.map(rowOf);
  };
  return {
    async record(entry) {
      const { invocation, service, operation, request, validation } = entry;
      const sameness = await digestOf(
        canonicalJson([invocation, service, operation, request, !!validation]),
      );
      const seq = await connection.write(async (sql) => {
        const same = await sql.query(
          "SELECT 1 FROM ledger WHERE invocation = $1 AND sameness = $2",
          [invocation, sameness],
        );
        const occurrence = same.length + 1;
        const row = { ...entry, outcome: "unanswered", occurrence };
        const added = await first(
          sql.query<Row>(
            "INSERT INTO ledger (invocation, sameness, record) VALUES ($1, $2, $3) RETURNING seq",
            [invocation, sameness, JSON.stringify(row)],
          ),
        );
        return Number(added?.seq);
      });
      connection.tell({ tables: ["ledger"], invocation });
      return seq;
    },
    async settle(seq, result) {
      await connection.write(async (sql) => {
        const [found] = await sql.query<Row>(
          "SELECT seq, record FROM ledger WHERE seq = $1 FOR UPDATE",
          [seq],
        );
        if (!found) return; // Wiped meanwhile.
        const { seq: _, ...row } = rowOf(found);
        const settled =
          "error" in result ? { ...row, error: result.error } : { ...row, outcome: "answered" };
        await sql.query("UPDATE ledger SET record = $2 WHERE seq = $1", [
          seq,
          JSON.stringify(settled),
        ]);
      });
      connection.tell({ tables: ["ledger"] });
    },
    async rows({ invocation, limit, before, after }) {
      if (invocation !== undefined) return await of(invocation, limit);
      const key = after ?? before;
      const bound = key === undefined ? "" : `WHERE seq ${after === undefined ? "<" : ">"} $2`;
      const rows = await connection.query<Row>(
        `SELECT seq, record FROM ledger ${bound}
         ORDER BY seq ${after === undefined ? "DESC" : ""} LIMIT $1`,
        key === undefined ? [limit] : [limit, key],
      );
      const page = rows.map(rowOf);
      return after === undefined ? page.reverse() : page;
    },
    async tally(invocations) {
      return await Promise.all(
        invocations.map(async (id) => {
          const rows = await of(id, Number.MAX_SAFE_INTEGER);
          const effects = rows.filter(({ validation }) => !validation);
          const duplicates = effects.filter(({ occurrence }) => occurrence > 1);
          return { effects: effects.length, duplicates: duplicates.length };
        }),
      );
    },
    subscribe: (listener) => feed.subscribe(listener),
    async wipe() {
      await connection.write((sql) => sql.query("DELETE FROM ledger"));
      connection.tell({ tables: ["ledger"] });
    },
    async close() {
      if (connection.isClosed) return;
      connection.isClosed = true;
      feed.close();
      await release();
    },
  };
}

function rowOf({ seq, record }: Row): LedgerRow {
  return { ...(JSON.parse(record) as Omit<LedgerRow, "seq">), seq: Number(seq) };
}
