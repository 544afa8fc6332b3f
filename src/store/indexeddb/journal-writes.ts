/**
 * The journal as it is written. The rules are the model's; here are the transactions.
 *
 * Executions before the last, and what each answered, have tables of their own, so that what a retry
 * costs does not grow.
 */
import { unwrap, type IDBPTransaction } from "idb";
import {
  begin,
  end,
  hold,
  interrupt,
  isLeftBehind,
  lastExecution,
  traceInterruption,
  type BeginExecution,
  type BeginOutcome,
  type EndExecution,
  type InvocationRecord,
  type TraceEvent,
} from "../../model/index.ts";
import type { Interruption, JournalStore } from "../durable-store.ts";
import type { Connection } from "./connection.ts";
import { transact, write, type TransactOptions } from "./database.ts";
import { clearAllButMarks, endOnce, raiseAmongGuards, raiseFence } from "./fence-table.ts";
import { settled } from "./read-records.ts";
import {
  ALL_TABLES,
  withoutPending,
  withPending,
  type PlaygroundDatabase,
  type PlaygroundTable,
  type StoredInvocation,
} from "./schema.ts";
import { appendTrace } from "./trace-table.ts";

type Writes = "beginExecution" | "endExecution" | "interruptInvocations" | "holdInvocation";

export function journalWrites({ db, executing }: Connection): Pick<JournalStore, Writes> {
  return {
    async beginExecution(asked, options = {}) {
      const isMostLikelyNew = asked.as === "client" && !asked.isKnown;
      const outcome =
        (isMostLikelyNew ? await beginNew(db, asked, options) : undefined) ??
        (await beginAnother(db, asked, options));
      if (outcome.begun) {
        const { seq, last } = outcome.invocation;
        executing.set(seq, { execution: last.number, claims: new Map() });
      }
      return outcome;
    },

    async endExecution(asked, events, options = {}) {
      const isEnded = await endExecution(db, asked, events, options);
      executing.delete(asked.begun.seq);
      return isEnded;
    },

    async interruptInvocations(interruption) {
      const marked = await interruptInvocations(db, interruption);
      for (const { seq } of marked) executing.delete(seq);
      return marked;
    },

    async holdInvocation(id, held, options = {}) {
      await transact(db, ["invocations"], "readwrite", options, async (tx) => {
        const invocations = tx.objectStore("invocations");
        const found = await invocations.index("id").get(id);
        const next = found && hold(found, held);
        if (next) await invocations.put(withPending(next));
      });
    },
  };
}

/** Begins an invocation without looking for one of its id; `undefined` where there is one. */
async function beginNew(
  db: PlaygroundDatabase,
  asked: BeginExecution,
  options: TransactOptions,
): Promise<BeginOutcome | undefined> {
  const next = begin(undefined, asked);
  if (!next.begun) return next;
  let added: IDBRequest<IDBValidKey> | undefined;
  try {
    await write(db, ["invocations"], options, (tx) => {
      added = tx.objectStore("invocations").add(withPending(next.invocation));
      return Promise.resolve();
    });
  } catch (error) {
    // An id is there once.
    if (added?.readyState === "done" && added.error?.name === "ConstraintError") return undefined;
    throw error;
  }
  // The store has numbered it.
  return { begun: true, invocation: { ...next.invocation, seq: Number(added?.result) } };
}

async function beginAnother(
  db: PlaygroundDatabase,
  asked: BeginExecution,
  options: TransactOptions,
): Promise<BeginOutcome> {
  let put: IDBRequest<IDBValidKey> | undefined;
  const tables: PlaygroundTable[] = ["invocations", "executions", "ends", "guards"];
  const outcome = await write(db, tables, options, async (tx) => {
    const invocations = tx.objectStore("invocations");
    const found = await settled<StoredInvocation | undefined>(
      invocations.index("id").get(asked.id),
    );
    const next = begin(found, asked);
    if (!next.begun) return next;
    const { invocation, earlier } = next;
    if (found && earlier) {
      tx.objectStore("executions").put(earlier, [found.seq, earlier.number]);
      if (found.state === "running") await raiseFence(tx, lastExecution(found));
    }
    put = invocations.put(withPending(invocation));
    return { begun: true, invocation } as const;
  });
  if (!outcome.begun) return outcome;
  return { begun: true, invocation: { ...outcome.invocation, seq: Number(put?.result) } };
}

/** Who executes an invocation knows its record: it need not be read. */
async function endExecution(
  db: PlaygroundDatabase,
  asked: EndExecution,
  events: readonly TraceEvent[],
  options: TransactOptions,
): Promise<boolean> {
  const { begun, response, unfinished = [] } = asked;
  const by = lastExecution(begun);
  const tables: PlaygroundTable[] = ["invocations", "ends"];
  if (events.length > 0) tables.push("trace");
  // It waits for what is under way, and from then on nothing of it is written: maps are written
  // under the ends, guards are not.
  if (unfinished.length > 0) tables.push("guards");
  let hasEnded = (): boolean => false;
  try {
    await write(db, tables, options, async (tx) => {
      hasEnded = endOnce(tx, by, response === undefined ? {} : { response });
      if (unfinished.length > 0) await raiseAmongGuards(tx, by);
      tx.objectStore("invocations").put(withPending(end(asked)));
      appendTrace(tx, events);
    });
    return true;
  } catch (error) {
    if (hasEnded()) return false;
    throw error;
  }
}

/**
 * The transaction spans every table: it waits for whatever a crashed server has still under way, here
 * or in another tab.
 */
async function interruptInvocations(
  db: PlaygroundDatabase,
  { dead, at }: Interruption,
): Promise<InvocationRecord[]> {
  return await transact(db, ALL_TABLES, "readwrite", {}, async (tx) => {
    const invocations = tx.objectStore("invocations");
    const marked: InvocationRecord[] = [];
    for (const invocation of await invocations.index("pending").getAll("running")) {
      if (!isLeftBehind(invocation, dead)) continue;
      const next = interrupt(withoutPending(invocation), at);
      const bare = unwrap(tx as unknown as IDBPTransaction);
      appendTrace(bare, traceInterruption(next, at));
      await raiseFence(bare, lastExecution(invocation));
      await invocations.put(withPending(next));
      marked.push(next);
    }
    return marked;
  });
}

/**
 * Empties all tables but those that are kept, and the fence. Who executes something does so no more:
 * what it writes is refused, as it is of whoever was superseded before.
 */
export async function wipe({ db }: Connection, kept: readonly PlaygroundTable[]): Promise<void> {
  const tables = ALL_TABLES.filter((table) => !kept.includes(table));
  await write(db, tables, {}, async (tx) => {
    const pending = tx.objectStore("invocations").index("pending");
    const running = await settled<StoredInvocation[]>(pending.getAll("running"));
    await clearAllButMarks(tx);
    for (const table of tables) {
      if (table !== "ends" && table !== "guards") tx.objectStore(table).clear();
    }
    // An invocation's number is given once, so that a mark never meets another's.
    for (const invocation of running) await raiseFence(tx, lastExecution(invocation));
  });
}
