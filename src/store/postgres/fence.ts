/**
 * The store's fence: what an execution that is over writes is refused, in the statement that would
 * have written. An execution is over when its invocation is not running, runs another one, or is gone.
 *
 * Whoever writes for an execution locks the invocation's row against whoever ends the execution or
 * begins the next, who wait for it.
 */
import type { ExecutionRef } from "../../model/index.ts";
import { SupersededError } from "../errors.ts";
import { first, type Sql } from "./sql.ts";

/** A `WITH` query named `fence`: of one row while the execution $1, $2 may write, otherwise of none. */
export const FENCE = `fence AS (
  SELECT 1 FROM invocations WHERE seq = $1 AND execution = $2 AND state = 'running' FOR SHARE
)`;

/** @throws SupersededError where the execution may not write any more; `undefined` is nobody's, and may */
export async function checkFence(sql: Sql, by: ExecutionRef | undefined): Promise<void> {
  if (!by) return;
  const { invocationSeq, execution } = by;
  const found = await first(
    sql.query(`WITH ${FENCE} SELECT 1 FROM fence`, [invocationSeq, execution]),
  );
  if (!found) throw new SupersededError(execution);
}
