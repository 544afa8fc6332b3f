/** The trace, and the hits of faults, in SQL. */
import type { TraceEvent } from "../../model/index.ts";
import type { HitStore, TraceStore } from "../durable-store.ts";
import type { Connection } from "./connection.ts";
import { digestOf } from "./schema.ts";
import { first, type Sql } from "./sql.ts";

export async function appendTrace(sql: Sql, events: readonly TraceEvent[]): Promise<void> {
  for (const event of events) {
    await sql.query(
      "INSERT INTO trace (invocation, execution, n, unrecorded, event) VALUES ($1, $2, $3, $4, $5)",
      [
        event.invocation,
        event.execution,
        event.n,
        event.unrecorded ?? false,
        JSON.stringify(event),
      ],
    );
  }
}

export function trace(connection: Connection): TraceStore & HitStore {
  return {
    appendTrace: (events, options) => connection.write((sql) => appendTrace(sql, events), options),

    async readTrace({ invocation, limit }) {
      const rows = await connection.query<{ event: string }>(
        `SELECT event FROM trace WHERE invocation = $1
         ORDER BY execution DESC, n DESC, place DESC LIMIT $2`,
        [invocation, limit],
      );
      return rows.map(({ event }) => JSON.parse(event) as TraceEvent).reverse();
    },

    async countHit(plan, fault, options) {
      const id = await digestOf(plan);
      const counted = await connection.write(
        (sql) =>
          first(
            sql.query<{ count: number }>(
              `INSERT INTO hits VALUES ($1, $2, 1)
               ON CONFLICT (plan, fault) DO UPDATE SET count = hits.count + 1 RETURNING count`,
              [id, fault],
            ),
          ),
        options,
      );
      return Number(counted?.count);
    },

    async readHits(plan) {
      const rows = await connection.query<{ fault: number; count: number }>(
        "SELECT fault, count FROM hits WHERE plan = $1",
        [await digestOf(plan)],
      );
      return new Map(rows.map(({ fault, count }) => [fault, count]));
    },
  };
}
