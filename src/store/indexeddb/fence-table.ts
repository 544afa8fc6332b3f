/**
 * The store's fence: what an execution that has ended or is superseded writes is refused, in the
 * transaction that would have written.
 *
 * 1. A mark stands for an execution that is over. An execution ends once: whoever adds its mark first.
 * 2. Marks stand in the tables that are written under them: for ends and maps in the table of ends,
 *    each with what its execution answered; for guards among the guards, under a number in an alias's
 *    place. There they are raised only where something may still be under way: the usual end of an
 *    execution does not touch the guards.
 * 3. Who ends an execution need not wait for an answer: whoever adds the mark again, aborts.
 */
import { markEnded, type ExecutionRef, type GuardRecord } from "../../model/index.ts";
import { SupersededError } from "../errors.ts";
import { settled } from "./read-records.ts";
import type { StoredEnd } from "./schema.ts";

const markOf = ({ invocationSeq, execution }: ExecutionRef): [number, number] => [
  invocationSeq,
  execution,
];

/** Pages of guards go on from a record's number and alias: a mark has them too. */
const guardMark = ({ invocationSeq, execution }: ExecutionRef) => ({
  invocationSeq,
  alias: execution,
});

export const guardKey = ({
  invocationSeq,
  alias,
}: Pick<GuardRecord, "invocationSeq" | "alias">): [number, string] => [invocationSeq, alias];

/** From the transaction's commit on, this execution does not write any more; it may be over already. */
export async function raiseFence(tx: IDBTransaction, by: ExecutionRef): Promise<void> {
  tx.objectStore("ends").put({} satisfies StoredEnd, markOf(by));
  await raiseAmongGuards(tx, by);
}

/** It claims nothing any more, and what it has claimed is settled no more. */
export async function raiseAmongGuards(tx: IDBTransaction, by: ExecutionRef): Promise<void> {
  const guards = tx.objectStore("guards");
  guards.put(guardMark(by), markOf(by));
  const all = await settled<GuardRecord[]>(guards.getAll(guardsOf(by.invocationSeq)));
  for (const guard of all) {
    const ended = markEnded(guard, by.execution);
    if (ended) guards.put(ended, guardKey(ended));
  }
}

/** Empties the guards and the ends, but for the marks among them. */
export async function clearAllButMarks(tx: IDBTransaction): Promise<void> {
  const [guards, ends] = [tx.objectStore("guards"), tx.objectStore("ends")];
  const [keys, over] = await Promise.all([
    settled<[number, number | string][]>(guards.getAllKeys()),
    settled<[number, number][]>(ends.getAllKeys()),
  ]);
  guards.clear();
  ends.clear();
  for (const mark of over) ends.put({} satisfies StoredEnd, mark);
  for (const [invocationSeq, alias] of keys) {
    if (typeof alias === "number") guards.put({ invocationSeq, alias }, [invocationSeq, alias]);
  }
}

/** An invocation's guards: aliases sort after the numbers of its marks. */
export function guardsOf(invocationSeq: number): IDBKeyRange {
  return IDBKeyRange.bound([invocationSeq, ""], [invocationSeq, []]);
}

/**
 * Ends an execution, and aborts the transaction where it is over already. Nobody waits for the answer.
 *
 * @returns tells, once the transaction was aborted, whether this is why
 */
export function endOnce(tx: IDBTransaction, by: ExecutionRef, end: StoredEnd): () => boolean {
  return wasThere(tx.objectStore("ends").add(end, markOf(by)));
}

/** There is a mark where the execution is over; among the guards, where it may claim nothing any more. */
export function findMark(
  tx: IDBTransaction,
  table: "ends" | "guards",
  by: ExecutionRef,
): Promise<IDBValidKey | undefined> {
  return settled(tx.objectStore(table).getKey(markOf(by)));
}

/** @throws SupersededError where the execution may not write any more; `undefined` is nobody's, and may */
export async function checkFence(tx: IDBTransaction, by: ExecutionRef | undefined): Promise<void> {
  if (by && (await findMark(tx, "ends", by)) !== undefined) {
    throw new SupersededError(by.execution);
  }
}

/**
 * Looks among the guards without an answer to wait for: aborts the transaction where there is one. The mark that it
 * adds is taken away again.
 *
 * @returns tells, once the transaction was aborted, whether this is why
 */
export function abortIfMarked(tx: IDBTransaction, by: ExecutionRef): () => boolean {
  const guards = tx.objectStore("guards");
  const added = guards.add(guardMark(by), markOf(by));
  guards.delete(markOf(by));
  return wasThere(added);
}

function wasThere(added: IDBRequest): () => boolean {
  return () => added.readyState === "done" && added.error?.name === "ConstraintError";
}
