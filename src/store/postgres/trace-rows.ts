/** Events of the trace as rows. */
import type { TraceEvent } from "../../model/index.ts";
import type { Sql } from "./sql.ts";

/**
 * Inserts events, the parameters from $`from` on, once for each row of a `WITH` query. One that is there stays: what is
 * written again, because its answer was lost, is the same.
 */
export function insertTrace(from: number, source: string): string {
  const arrays = ["text", "int", "bigint", "bool", "text"].map(
    (type, index) => `$${from + index}::${type}[]`,
  );
  return `INSERT INTO trace (invocation, execution, n, unrecorded, event)
    SELECT e.* FROM ${source}, unnest(${arrays.join(", ")}) AS e (invocation, execution, n, unrecorded, event)
    ON CONFLICT DO NOTHING`;
}

/** The parameters of `insertTrace`. */
export function traceParams(events: readonly TraceEvent[]): unknown[][] {
  return [
    events.map(({ invocation }) => invocation),
    events.map(({ execution }) => execution),
    events.map(({ n }) => n),
    events.map(({ unrecorded }) => unrecorded ?? false),
    events.map((event) => JSON.stringify(event)),
  ];
}

export async function appendTrace(sql: Sql, events: readonly TraceEvent[]): Promise<void> {
  if (events.length === 0) return;
  await sql.query(`WITH one AS (SELECT 1) ${insertTrace(1, "one")}`, traceParams(events));
}
