/** The trace, and the hits of faults, in SQL. */
import type { TraceEvent } from "../../model/index.ts";
import type { HitStore, TraceStore } from "../durable-store.ts";
import { newOperation, type Connection } from "./connection.ts";
import { digestOf } from "./schema.ts";
import { appendTrace } from "./trace-rows.ts";

export function trace(connection: Connection): TraceStore & HitStore {
  return {
    async appendTrace(events, { signal } = {}) {
      signal?.throwIfAborted();
      await appendTrace(connection, events);
    },

    async readTrace({ invocation, limit }) {
      const rows = await connection.query<{ event: string }>(
        `SELECT event FROM trace WHERE invocation = $1
         ORDER BY execution DESC, n DESC LIMIT $2`,
        [invocation, limit],
      );
      return rows.map(({ event }) => JSON.parse(event) as TraceEvent).reverse();
    },

    async countHit(plan, fault, options) {
      const id = await digestOf(plan);
      const counted = await connection.writeOne<{ count: number }>(
        `INSERT INTO hits (plan, fault, count, operation) VALUES ($1, $2, 1, $3)
         ON CONFLICT (plan, fault) DO UPDATE
         SET count = hits.count + CASE WHEN hits.operation = excluded.operation THEN 0 ELSE 1 END,
             operation = excluded.operation
         RETURNING count`,
        [id, fault, newOperation()],
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
