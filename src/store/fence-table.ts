/**
 * The store's fence: what a superseded execution writes is refused, in the transaction that would
 * have written.
 *
 * 1. A mark stands for an execution that may not write any more. Who is not superseded has none, so
 *    that the usual end of an execution costs nothing; within its own server the runtime's fence
 *    comes first.
 * 2. Marks stand in the tables that are written under them: among the guards, under a number in an
 *    alias's place, and for maps in a table of their own. A transaction needs no further table.
 * 3. A mark can be looked for without waiting for an answer: whoever adds it again, aborts.
 */
import type { ExecutionRef } from "../model/index.ts";
import { SupersededError } from "./errors.ts";
import { settled } from "./read-records.ts";

const markOf = ({ invocationSeq, execution }: ExecutionRef): [number, number] => [
  invocationSeq,
  execution,
];

/** From the transaction's commit on, this execution does not write any more. */
export function raiseFence(tx: IDBTransaction, by: ExecutionRef): void {
  tx.objectStore("fences").put(true, markOf(by));
  tx.objectStore("guards").put({ invocationSeq: by.invocationSeq, alias: by.execution });
}

/** @throws SupersededError where the execution may not write any more; `undefined` is nobody's, and may */
export async function checkFence(
  tx: IDBTransaction,
  table: "guards" | "fences",
  by: ExecutionRef | undefined,
): Promise<void> {
  if (by && (await settled(tx.objectStore(table).getKey(markOf(by)))) !== undefined) {
    throw new SupersededError(by.execution);
  }
}

/**
 * Aborts the transaction where the execution may not write any more. Nobody waits for the answer.
 *
 * @returns tells, once the transaction was aborted, whether this is why
 */
export function abortIfFenced(tx: IDBTransaction, by: ExecutionRef): () => boolean {
  const guards = tx.objectStore("guards");
  const added = guards.add({ invocationSeq: by.invocationSeq, alias: by.execution });
  guards.delete(markOf(by));
  return () => added.readyState === "done" && added.error?.name === "ConstraintError";
}
