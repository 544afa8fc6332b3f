/** Guards in SQL. The rules are the model's. */
import { claim, countAttempts, isClaimed, settle, type GuardRecord } from "../../model/index.ts";
import type { GuardStore } from "../durable-store.ts";
import { SupersededError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import { checkFence } from "./fences.ts";
import { guardOf, putGuard, type GuardRow } from "./guard-rows.ts";
import { toBytea } from "./schema.ts";
import { first, type Sql } from "./sql.ts";

export function guards(connection: Connection): GuardStore {
  return {
    readGuard: (invocationSeq, alias) => find(connection, invocationSeq, alias),

    async readGuards({ invocation, limit, before, after }) {
      if (invocation !== undefined) {
        const rows = await connection.query<GuardRow>(
          `SELECT guards.record, value FROM guards JOIN invocations ON invocations.seq = guards.invocation
           WHERE id = $1 ORDER BY alias LIMIT $2`,
          [invocation, limit],
        );
        return rows.map(guardOf);
      }
      const key = after ?? before;
      const bound = key ? `WHERE (invocation, alias) ${after ? ">" : "<"} ($2, $3)` : "";
      const order = after ? "" : "DESC";
      const rows = await connection.query<GuardRow>(
        `SELECT record, value FROM guards ${bound}
         ORDER BY invocation ${order}, alias ${order} LIMIT $1`,
        key ? [limit, key[0], toBytea(key[1])] : [limit],
      );
      const page = rows.map(guardOf);
      return after ? page.reverse() : page;
    },

    async countAttempts(invocations) {
      return await Promise.all(
        invocations.map(async (invocation) => {
          const { id, seq, unguarded } = invocation;
          const recorded = await first(
            connection.query<{ sum: number | string | null }>(
              "SELECT sum(attempts) AS sum FROM guards WHERE invocation = $1",
              [seq],
            ),
          );
          const unrecorded = unguarded ? await countUnrecorded(connection, id) : 0;
          return countAttempts(invocation, Number(recorded?.sum ?? 0), unrecorded);
        }),
      );
    },

    async claimGuard(asked, options) {
      return await connection.write(async (sql) => {
        await checkFence(sql, asked);
        const outcome = claim(
          await find(sql, asked.invocationSeq, asked.alias, "FOR UPDATE"),
          asked,
        );
        if (outcome.claimed) await putGuard(sql, outcome.record);
        return outcome;
      }, options);
    },

    async settleGuard(settlement, options) {
      const { claimed } = settlement;
      await connection.write(async (sql) => {
        const found = await find(sql, claimed.invocationSeq, claimed.alias, "FOR UPDATE");
        if (!isClaimed(found, claimed)) throw new SupersededError(claimed.execution);
        await putGuard(sql, settle(settlement));
      }, options);
    },
  };
}

async function find(
  sql: Sql,
  invocationSeq: number,
  alias: string,
  lock = "",
): Promise<GuardRecord | undefined> {
  const found = await first(
    sql.query<GuardRow>(
      `SELECT record, value FROM guards WHERE invocation = $1 AND alias = $2 ${lock}`,
      [invocationSeq, toBytea(alias)],
    ),
  );
  return found && guardOf(found);
}

/** How many attempts of an invocation no guard's record counts. */
export async function countUnrecorded(sql: Sql, invocation: string): Promise<number> {
  const found = await first(
    sql.query<{ count: number | string }>(
      "SELECT count(*) AS count FROM trace WHERE invocation = $1 AND unrecorded",
      [invocation],
    ),
  );
  return Number(found?.count ?? 0);
}
