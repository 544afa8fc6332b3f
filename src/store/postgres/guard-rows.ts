/** Guards as rows: a document, and the stored value as text of its own. */
import { valueFromText, valueToText, type GuardRecord } from "../../model/index.ts";
import { toBytea } from "./schema.ts";
import type { Sql } from "./sql.ts";

export interface GuardRow {
  readonly record: string;
  readonly value: string | null;
}

export function guardOf({ record, value }: GuardRow): GuardRecord {
  const guard = JSON.parse(record) as GuardRecord;
  return value === null ? guard : { ...guard, value: valueFromText(value) };
}

export async function putGuard(sql: Sql, { value, ...guard }: GuardRecord): Promise<void> {
  const { invocationSeq, alias, execution, attempts, state } = guard;
  await sql.query(
    `INSERT INTO guards VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (invocation, alias) DO UPDATE
     SET execution = excluded.execution, attempts = excluded.attempts, record = excluded.record,
         value = excluded.value`,
    [
      invocationSeq,
      toBytea(alias),
      execution,
      attempts,
      JSON.stringify(guard),
      state === "stored" ? valueToText(value) : null,
    ],
  );
}
