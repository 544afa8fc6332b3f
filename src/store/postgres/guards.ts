/** Guards in SQL. The rules are the model's. */
import { claim, countAttempts, settle, type GuardRecord } from "../../model/index.ts";
import type { GuardStore } from "../durable-store.ts";
import { SupersededError } from "../errors.ts";
import { newOperation, type Connection } from "./connection.ts";
import { checkFence, FENCE } from "./fence.ts";
import { guardOf, guardParams, type GuardRow } from "./guard-rows.ts";
import { toBytea } from "./schema.ts";
import { first, type Sql } from "./sql.ts";

export function guards(connection: Connection): GuardStore {
  return {
    async readGuard(invocationSeq, alias) {
      return (await find(connection, invocationSeq, alias))?.guard;
    },

    async readGuards({ invocation, limit, before, after }) {
      if (invocation !== undefined) {
        const rows = await connection.query<GuardRow>(
          `SELECT guards.record, value, is_over FROM guards JOIN invocations ON invocations.seq = guards.invocation
           WHERE id = $1 ORDER BY alias LIMIT $2`,
          [invocation, limit],
        );
        return rows.map(guardOf);
      }
      const key = after ?? before;
      const bound = key ? `WHERE (invocation, alias) ${after ? ">" : "<"} ($2, $3)` : "";
      const order = after ? "" : "DESC";
      const rows = await connection.query<GuardRow>(
        `SELECT record, value, is_over FROM guards ${bound}
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
      const operation = newOperation();
      if (asked.isNew) {
        const outcome = claim(undefined, asked);
        const params = guardParams(outcome.record, operation);
        if (await connection.writeOne(CLAIM_NEW, params, options)) return outcome;
      }
      return await connection.write(async (sql) => {
        await checkFence(sql, asked);
        for (;;) {
          const found = await find(sql, asked.invocationSeq, asked.alias, "FOR UPDATE");
          // Its answer was lost.
          if (found?.operation === operation) return { claimed: true, record: found.guard };
          const outcome = claim(found?.guard, asked);
          if (!outcome.claimed) return outcome;
          const params = guardParams(outcome.record, operation);
          // Another claim may have made it meanwhile.
          if (await first(sql.query(found ? CLAIM_AGAIN : CLAIM_NEW, params))) return outcome;
        }
      }, options);
    },

    async settleGuard(settlement, options) {
      const { claimed } = settlement;
      const { invocationSeq, alias, execution, state } = claimed;
      const operation = newOperation();
      const params = [...guardParams(settle(settlement), operation), state];
      if (await connection.writeOne(SETTLE, params, options)) return;
      const found = await find(connection, invocationSeq, alias);
      if (found?.operation !== operation) throw new SupersededError(execution);
    },
  };
}

const CLAIM_NEW = `
  WITH ${FENCE}
  INSERT INTO guards (invocation, execution, alias, attempts, state, record, value, operation)
  SELECT $1, $2, $3, $4, $5, $6, $7, $8 FROM fence ON CONFLICT DO NOTHING RETURNING 1`;

const CLAIM_AGAIN = `
  UPDATE guards SET execution = $2, attempts = $4, state = $5, record = $6, value = $7, operation = $8,
    is_over = false
  WHERE invocation = $1 AND alias = $3 RETURNING 1`;

/** Where the guard is as it was claimed, in the state $9: compare `isClaimed`. */
const SETTLE = `
  WITH ${FENCE}
  UPDATE guards SET state = $5, record = $6, value = $7, operation = $8 FROM fence
  WHERE invocation = $1 AND alias = $3 AND guards.execution = $2 AND attempts = $4 AND guards.state = $9
  RETURNING 1`;

interface FoundGuard {
  readonly guard: GuardRecord;
  /** Which wrote it last. */
  readonly operation: string;
}

async function find(
  sql: Sql,
  invocationSeq: number,
  alias: string,
  lock = "",
): Promise<FoundGuard | undefined> {
  const found = await first(
    sql.query<GuardRow & Pick<FoundGuard, "operation">>(
      `SELECT record, value, is_over, operation FROM guards WHERE invocation = $1 AND alias = $2 ${lock}`,
      [invocationSeq, toBytea(alias)],
    ),
  );
  return found && { guard: guardOf(found), operation: found.operation };
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
