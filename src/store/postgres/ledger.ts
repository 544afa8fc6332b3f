/** The ledger in SQL: a table that no transaction of a store touches. */
import { rowOf, samenessOf, settleRow, tallyEffects, type LedgerRow } from "../../model/index.ts";
import { ChangeFeed, type FeedChannel } from "../change-feed.ts";
import type { Ledger } from "../ledger.ts";
import { notifyingLedger } from "../notifying.ts";
import { Connection, newOperation } from "./connection.ts";
import { digestOf } from "./schema.ts";
import { first, type SqlDatabase } from "./sql.ts";

interface Row {
  readonly seq: number | bigint | string;
  readonly record: string;
}

export function sqlLedger(
  sql: SqlDatabase,
  channel: FeedChannel | undefined,
  release: () => Promise<void>,
): Ledger {
  const connection = new Connection(sql, release);
  const of = async (invocation: string, limit: number): Promise<LedgerRow[]> => {
    const rows = await connection.query<Row>(
      "SELECT seq, record FROM ledger WHERE invocation = $1 ORDER BY seq LIMIT $2",
      [invocation, limit],
    );
    return rows.map(fromRow);
  };
  const ledger: Omit<Ledger, "subscribe"> = {
    async record(entry) {
      const { invocation } = entry;
      const sameness = await digestOf(samenessOf(entry));
      const operation = newOperation();
      return await connection.write(async (sql) => {
        const same = await sql.query(
          "SELECT 1 FROM ledger WHERE invocation = $1 AND sameness = $2",
          [invocation, sameness],
        );
        const added = await first(
          sql.query<Row>(
            `INSERT INTO ledger (invocation, sameness, record, operation) VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING RETURNING seq`,
            [invocation, sameness, JSON.stringify(rowOf(entry, same.length)), operation],
          ),
        );
        // Its answer was lost.
        const known = async (): Promise<Row | undefined> =>
          await first(sql.query<Row>("SELECT seq FROM ledger WHERE operation = $1", [operation]));
        return Number((added ?? (await known()))?.seq);
      });
    },
    async settle(seq, result) {
      return await connection.write(async (sql) => {
        const [found] = await sql.query<Row>(
          "SELECT seq, record FROM ledger WHERE seq = $1 FOR UPDATE",
          [seq],
        );
        if (!found) return undefined; // Wiped meanwhile.
        const { seq: _, ...row } = fromRow(found);
        await sql.query("UPDATE ledger SET record = $2 WHERE seq = $1", [
          seq,
          JSON.stringify(settleRow(row, result)),
        ]);
        return row.invocation;
      });
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
      const page = rows.map(fromRow);
      return after === undefined ? page.reverse() : page;
    },
    async tally(invocations) {
      return await Promise.all(
        invocations.map(async (id) => tallyEffects(await of(id, Number.MAX_SAFE_INTEGER))),
      );
    },
    async wipe() {
      await connection.write((sql) => sql.query("DELETE FROM ledger"));
    },
    close: () => connection.close(),
  };
  return notifyingLedger(ledger, new ChangeFeed(channel));
}

function fromRow({ seq, record }: Row): LedgerRow {
  return { ...(JSON.parse(record) as Omit<LedgerRow, "seq">), seq: Number(seq) };
}
