/**
 * The store's fence: what a superseded execution writes is refused, in the transaction that would
 * have written. Who is not superseded has no record here, so that the usual end of an execution
 * costs nothing; within its own server the runtime's fence comes first.
 */
import { unwrap } from "idb";
import type { ExecutionRef } from "../model/index.ts";
import { SupersededError } from "./errors.ts";
import { settled } from "./read-records.ts";
import type { PlaygroundTable, Transaction } from "./schema.ts";

type Fenced = Transaction<PlaygroundTable[], "readwrite">;

function fencesOf(tx: unknown): IDBObjectStore {
  return unwrap(tx as Fenced).objectStore("fences");
}

/** From the transaction's commit on, no execution up to this one writes any more. */
export function raiseFence(tx: unknown, { invocationSeq, execution }: ExecutionRef): void {
  fencesOf(tx).put(execution + 1, invocationSeq);
}

/** @throws SupersededError where the execution may not write any more; `undefined` is nobody's, and may */
export async function checkFence(tx: unknown, by: ExecutionRef | undefined): Promise<void> {
  if (!by) return;
  const least = await settled<number | undefined>(fencesOf(tx).get(by.invocationSeq));
  if (least !== undefined && by.execution < least) throw new SupersededError(by.execution);
}
