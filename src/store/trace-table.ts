/** The trace: what happened in each execution, for people to read. */
import { unwrap } from "idb";
import type { TraceEvent } from "../model/index.ts";
import { transact, write, type TransactOptions } from "./database.ts";
import { readRecords } from "./read-records.ts";
import type { PlaygroundDatabase, StoredTraceEvent } from "./schema.ts";

/** Appends within a transaction that the trace rides along with; an error aborts the transaction. */
export function appendTrace(tx: IDBTransaction, events: readonly TraceEvent[]): void {
  if (events.length === 0) return;
  const trace = tx.objectStore("trace");
  for (const event of events) trace.put(toStored(event));
}

function toStored(event: TraceEvent): StoredTraceEvent {
  return event.type === "attempt-started" && event.unrecorded
    ? { ...event, attemptOf: event.invocation }
    : event;
}

export async function writeTrace(
  db: PlaygroundDatabase,
  events: readonly TraceEvent[],
  options: TransactOptions,
): Promise<void> {
  await write(db, ["trace"], options, (tx) => {
    appendTrace(tx, events);
    return Promise.resolve();
  });
}

/** The newest `limit` events of an invocation, or of all; each invocation's in the order in which they happened. */
export async function readTrace(
  db: PlaygroundDatabase,
  query: { readonly invocation?: string; readonly limit: number },
): Promise<TraceEvent[]> {
  return await transact(db, ["trace"], "readonly", {}, async (tx) => {
    const { invocation, limit } = query;
    const range =
      invocation === undefined ? undefined : IDBKeyRange.bound([invocation], [invocation, []]);
    const table = unwrap(tx.objectStore("trace"));
    const found = await readRecords<TraceEvent>(table, range, "descending", limit);
    return found.map(({ value }) => value).reverse();
  });
}
