/** The trace: what happened in each execution, for people to read. */
import { unwrap } from "idb";
import { readRecords } from "./read-records.ts";
import { transact, type TransactOptions } from "./database.ts";
import type { TraceEvent } from "./records.ts";
import type { PlaygroundDatabase, PlaygroundTable, Transaction } from "./schema.ts";

/** Appends within a transaction that the trace rides along with. */
export async function appendTrace<Names extends PlaygroundTable[]>(
  tx: Transaction<Names, "readwrite">,
  events: readonly TraceEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const trace = (tx as unknown as Transaction<["trace"], "readwrite">).objectStore("trace");
  await Promise.all(
    events.map((event) =>
      trace.add(
        event.type === "attempt-started" ? { ...event, attemptOf: event.invocation } : event,
      ),
    ),
  );
}

export async function writeTrace(
  db: PlaygroundDatabase,
  events: readonly TraceEvent[],
  options: TransactOptions,
): Promise<void> {
  await transact(db, ["trace"], "readwrite", options, (tx) => appendTrace(tx, events));
}

/** The newest `limit` events, of one invocation or of all, in the order in which they happened. */
export async function readTrace(
  db: PlaygroundDatabase,
  query: { readonly invocation?: string; readonly limit: number },
): Promise<TraceEvent[]> {
  return await transact(db, ["trace"], "readonly", {}, async (tx) => {
    const table = unwrap(tx.objectStore("trace"));
    const { invocation, limit } = query;
    const source = invocation === undefined ? table : table.index("invocation");
    const found = await readRecords<TraceEvent>(source, invocation, "descending", limit);
    return found.map(({ value }) => value).reverse();
  });
}

/** How many attempts of guarded callables each invocation has made, in the order asked. */
export async function countAttempts(
  db: PlaygroundDatabase,
  invocations: readonly string[],
): Promise<number[]> {
  return await transact(db, ["trace"], "readonly", {}, (tx) =>
    Promise.all(invocations.map((id) => tx.objectStore("trace").index("attempts").count(id))),
  );
}
