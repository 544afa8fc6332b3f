/** The store's fence: what an execution that is over writes is refused. */
import { markEnded, type ExecutionRef } from "../../model/index.ts";
import { SupersededError } from "../errors.ts";
import { guardOf, putGuard, type GuardRow } from "./guard-rows.ts";
import { first, type Sql } from "./sql.ts";

export async function hasEnded(sql: Sql, { invocationSeq, execution }: ExecutionRef) {
  const found = await first(
    sql.query("SELECT 1 FROM fences WHERE invocation = $1 AND execution = $2", [
      invocationSeq,
      execution,
    ]),
  );
  return found !== undefined;
}

/** @throws SupersededError where the execution may not write any more; `undefined` is nobody's, and may */
export async function checkFence(sql: Sql, by: ExecutionRef | undefined): Promise<void> {
  if (by && (await hasEnded(sql, by))) throw new SupersededError(by.execution);
}

/** From the transaction's commit on, this execution does not write any more; it may be over already. */
export async function raiseFence(sql: Sql, by: ExecutionRef): Promise<void> {
  const { invocationSeq, execution } = by;
  await sql.query("INSERT INTO fences VALUES ($1, $2) ON CONFLICT DO NOTHING", [
    invocationSeq,
    execution,
  ]);
  const rows = await sql.query<GuardRow>(
    "SELECT record, value FROM guards WHERE invocation = $1 AND execution = $2 FOR UPDATE",
    [invocationSeq, execution],
  );
  for (const row of rows) {
    const ended = markEnded(guardOf(row), execution);
    if (ended) await putGuard(sql, ended);
  }
}
