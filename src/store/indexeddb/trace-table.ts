/**
 * The trace: what happened in each execution, for people to read. Events that are written together
 * are one record, for each record costs what a guard's does.
 */
import { unwrap } from "idb";
import type { TraceEvent } from "../../model/index.ts";
import type { TraceStore } from "../durable-store.ts";
import type { Connection } from "./connection.ts";
import { transact, write } from "./database.ts";
import { readRecords, settled } from "./read-records.ts";
import type { StoredTrace } from "./schema.ts";

/** Appends within a transaction of something else; an error aborts the transaction. */
export function appendTrace(tx: IDBTransaction, events: readonly TraceEvent[]): void {
  const batches: TraceEvent[][] = [];
  for (const event of events) {
    const last = batches.at(-1);
    if (last?.[0] && isOfSame(last[0], event)) last.push(event);
    else batches.push([event]);
  }
  for (const batch of batches) {
    const [first] = batch;
    if (!first) continue;
    const { invocation, execution, n } = first;
    const unrecorded = batch.filter((event) => event.unrecorded).length;
    const record: StoredTrace = { invocation, execution, n, events: batch, unrecorded };
    tx.objectStore("trace").put(record);
  }
}

function isOfSame(a: TraceEvent, b: TraceEvent): boolean {
  return a.invocation === b.invocation && a.execution === b.execution;
}

export function traceTable({ db }: Connection): TraceStore {
  return {
    async appendTrace(events, options = {}) {
      await write(db, ["trace"], options, (tx) => {
        appendTrace(tx, events);
        return Promise.resolve();
      });
    },

    async readTrace({ invocation, limit }) {
      return await transact(db, ["trace"], "readonly", {}, async (tx) => {
        const table = unwrap(tx.objectStore("trace"));
        const range = traceOf(invocation);
        // A batch holds one event at least.
        const found = await readRecords<StoredTrace>(table, range, "descending", limit);
        return found
          .toReversed()
          .flatMap(({ value }) => value.events)
          .slice(-limit);
      });
    },
  };
}

/** How many attempts of an invocation no guard's record counts. */
export async function countUnrecorded(tx: IDBTransaction, invocation: string): Promise<number> {
  const trace = tx.objectStore("trace");
  const batches = await settled<StoredTrace[]>(trace.getAll(traceOf(invocation)));
  return batches.reduce((sum, { unrecorded }) => sum + unrecorded, 0);
}

export function traceOf(invocation: string): IDBKeyRange {
  return IDBKeyRange.bound([invocation], [invocation, []]);
}
