/** Guards as rows: a document, and the stored value as text of its own. */
import {
  valueFromText,
  valueToText,
  type ExecutionRef,
  type GuardRecord,
} from "../../model/index.ts";
import { toBytea } from "./schema.ts";
import type { Sql } from "./sql.ts";

export interface GuardRow {
  readonly record: string;
  readonly value: string | null;
  /** The execution that claimed it was over before it was settled. */
  readonly is_over: boolean;
}

export function guardOf({ record, value, is_over: isOver }: GuardRow): GuardRecord {
  return {
    ...(JSON.parse(record) as GuardRecord),
    ...(value === null ? {} : { value: valueFromText(value) }),
    ...(isOver ? { isOver } : {}),
  };
}

/** What an execution has claimed and not settled, it settles no more: compare `markEnded`. */
export async function markAllEnded(sql: Sql, { invocationSeq, execution }: ExecutionRef) {
  await sql.query(
    `UPDATE guards SET is_over = true
     WHERE invocation = $1 AND execution = $2 AND state IN ('started', 'absent')`,
    [invocationSeq, execution],
  );
}

/** $1 to $8: the invocation's number, the execution, the alias, attempts, state, document, value, operation. */
export function guardParams({ value, ...guard }: GuardRecord, operation: string): unknown[] {
  const { invocationSeq, alias, execution, attempts, state } = guard;
  return [
    invocationSeq,
    execution,
    toBytea(alias),
    attempts,
    state,
    JSON.stringify(guard),
    state === "stored" ? valueToText(value) : null,
    operation,
  ];
}
