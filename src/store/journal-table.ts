/**
 * The journal: invocations, with their executions and answers in tables of their own, so that what
 * a retry costs does not grow. The rules are the model's; here are the transactions.
 */
import { unwrap, type IDBPTransaction } from "idb";
import {
  begin,
  end,
  hold,
  interrupt,
  isRunning,
  matchesFilter,
  type BeginExecution,
  type BeginOutcome,
  type EndExecution,
  type ExecutionRecord,
  type InvocationFilter,
  type InvocationRecord,
  type TraceEvent,
} from "../model/index.ts";
import { readTable, transact, write, type TransactOptions } from "./database.ts";
import { raiseFence } from "./fence-table.ts";
import { readPage, settled, type Page } from "./read-records.ts";
import {
  ALL_TABLES,
  withPending,
  type PendingState,
  type PlaygroundDatabase,
  type PlaygroundTable,
  type StoredInvocation,
} from "./schema.ts";
import { appendTrace } from "./trace-table.ts";

/** The place of what is traced when an execution is over: its own events count from 1. */
const AFTER_ALL = 2 ** 32;

export async function readInvocation(
  db: PlaygroundDatabase,
  id: string,
): Promise<InvocationRecord | undefined> {
  return await readTable(db, "invocations", (table) =>
    settled<StoredInvocation | undefined>(table.index("id").get(id)),
  );
}

/** The executions of an invocation in their order; without those that a wipe has taken meanwhile. */
export async function readExecutions(
  db: PlaygroundDatabase,
  id: string,
): Promise<ExecutionRecord[]> {
  return await transact(db, ["invocations", "executions"], "readonly", {}, async (tx) => {
    const found = await tx.objectStore("invocations").index("id").get(id);
    if (!found) return [];
    return [...(await tx.objectStore("executions").getAll(partsOf(found.seq))), found.last];
  });
}

/** What an execution answered; `undefined` where it has not, or its recording was trimmed. */
export async function readAnswer(
  db: PlaygroundDatabase,
  id: string,
  execution: number,
): Promise<unknown> {
  return await transact(db, ["invocations", "answers"], "readonly", {}, async (tx) => {
    const seq = await tx.objectStore("invocations").index("id").getKey(id);
    return seq === undefined ? undefined : await tx.objectStore("answers").get([seq, execution]);
  });
}

export interface InvocationQuery extends Page<number> {
  readonly filter?: InvocationFilter | undefined;
}

/** The newest first: in the order in which they were committed. Pages go by their `seq`. */
export async function readInvocations(
  db: PlaygroundDatabase,
  { filter, ...page }: InvocationQuery,
): Promise<InvocationRecord[]> {
  const needsAnswers = filter?.text !== undefined;
  const tables: PlaygroundTable[] = needsAnswers ? ["invocations", "answers"] : ["invocations"];
  return await transact(db, tables, "readonly", {}, (tx) => {
    const select = async (chunk: readonly InvocationRecord[]): Promise<InvocationRecord[]> => {
      if (!filter) return [...chunk];
      const answers = needsAnswers ? await readAnswers(unwrap(tx), chunk) : undefined;
      return chunk.filter((each) => matchesFilter(each, filter, answers?.get(each.seq)));
    };
    const source = unwrap(tx).objectStore("invocations");
    return readPage<InvocationRecord, number>(source, page, ({ seq }) => seq, filter && select);
  });
}

/** The answers of invocations that follow one another, by their `seq`. */
async function readAnswers(
  tx: IDBTransaction,
  invocations: readonly InvocationRecord[],
): Promise<Map<number, unknown[]>> {
  const numbers = invocations.map(({ seq }) => seq);
  const answers = new Map(numbers.map((seq) => [seq, [] as unknown[]]));
  if (numbers.length === 0) return answers;
  const range = IDBKeyRange.bound([Math.min(...numbers)], [Math.max(...numbers), []]);
  const table = tx.objectStore("answers");
  const [keys, values] = await Promise.all([
    settled<[number, number][]>(table.getAllKeys(range)),
    settled<unknown[]>(table.getAll(range)),
  ]);
  for (const [index, [seq]] of keys.entries()) answers.get(seq)?.push(values[index]);
  return answers;
}

export async function readPendingInvocations(
  db: PlaygroundDatabase,
  state: PendingState,
): Promise<InvocationRecord[]> {
  return await transact(db, ["invocations"], "readonly", {}, (tx) =>
    tx.objectStore("invocations").index("pending").getAll(state),
  );
}

export async function beginExecution(
  db: PlaygroundDatabase,
  asked: BeginExecution,
  options: TransactOptions,
): Promise<BeginOutcome> {
  const tables: PlaygroundTable[] = asked.isNew ? ["invocations"] : ["invocations", "executions"];
  let added: IDBRequest<IDBValidKey> | undefined;
  const outcome = await write(db, tables, options, async (tx) => {
    const invocations = tx.objectStore("invocations");
    const found = asked.isNew
      ? undefined
      : await settled<StoredInvocation | undefined>(invocations.index("id").get(asked.id));
    const next = begin(found, asked);
    if (!next.begun) return next;
    const { invocation, earlier } = next;
    if (earlier && found) {
      tx.objectStore("executions").put(earlier, [found.seq, earlier.number]);
    }
    added = invocations.put(withPending(invocation));
    return { begun: true, invocation } as const;
  });
  if (!outcome.begun) return outcome;
  // The store has numbered a new one.
  return { begun: true, invocation: { ...outcome.invocation, seq: Number(added?.result) } };
}

/** Returns whether the execution was still running; nothing is written where it was not. */
export async function endExecution(
  db: PlaygroundDatabase,
  asked: EndExecution,
  events: readonly TraceEvent[],
  options: TransactOptions,
): Promise<boolean> {
  const { begun, response, unfinished = [] } = asked;
  const isFenced = unfinished.length > 0;
  const tables: PlaygroundTable[] = ["invocations"];
  if (response !== undefined) tables.push("answers");
  if (events.length > 0) tables.push("trace");
  // It waits for what is under way, and from then on nothing of it is written.
  if (isFenced) tables.push("fences", "guards", "entries", "writes", "changes");
  try {
    await write(db, tables, options, async (tx) => {
      const invocations = tx.objectStore("invocations");
      // Who executes an invocation knows its record: it is written while it is looked at again.
      const read = settled<StoredInvocation | undefined>(invocations.get(begun.seq));
      invocations.put(withPending(end(asked)));
      if (response !== undefined) {
        tx.objectStore("answers").put(response, [begun.seq, begun.last.number]);
      }
      if (isFenced) raiseFence(tx, { invocationSeq: begun.seq, execution: begun.last.number });
      appendTrace(tx, events);
      if (!isRunning(await read, begun)) throw new NotRunning();
    });
    return true;
  } catch (error) {
    if (error instanceof NotRunning) return false;
    throw error;
  }
}

/** The execution was interrupted, cancelled or wiped meanwhile, and stays so: rolls its end back. */
class NotRunning extends Error {}

export interface Interruption {
  /** The servers that have died. */
  readonly dead: readonly string[];
  readonly at: number;
}

/**
 * Marks the running invocations of dead servers `interrupted`, and fences what they were executing.
 * The transaction spans every table: it waits for whatever a crashed server has still under way,
 * here or in another tab.
 */
export async function interruptInvocations(
  db: PlaygroundDatabase,
  { dead, at }: Interruption,
): Promise<InvocationRecord[]> {
  return await transact(db, ALL_TABLES, "readwrite", {}, async (tx) => {
    const invocations = tx.objectStore("invocations");
    const marked: InvocationRecord[] = [];
    for (const invocation of await invocations.index("pending").getAll("running")) {
      const { seq, id, last } = invocation;
      if (!dead.includes(last.owner)) continue;
      const next = interrupt(invocation, at);
      const about = { at, invocation: id, execution: last.number };
      const held: TraceEvent[] =
        next.held === undefined
          ? []
          : [{ ...about, n: AFTER_ALL + 1, type: "held", detail: next.held }];
      appendTrace(unwrap(tx as unknown as IDBPTransaction), [
        { ...about, n: AFTER_ALL, type: "interrupted" },
        ...held,
      ]);
      raiseFence(unwrap(tx as unknown as IDBPTransaction), {
        invocationSeq: seq,
        execution: last.number,
      });
      await invocations.put(withPending(next));
      marked.push(next);
    }
    return marked;
  });
}

/** Says why an interrupted invocation is not resumed by itself; `undefined` frees it. */
export async function holdInvocation(
  db: PlaygroundDatabase,
  id: string,
  held: string | undefined,
  options: TransactOptions = {},
): Promise<void> {
  await transact(db, ["invocations"], "readwrite", options, async (tx) => {
    const invocations = tx.objectStore("invocations");
    const found = await invocations.index("id").get(id);
    const next = found && hold(found, held);
    if (next) await invocations.put(withPending(next));
  });
}

/** The keys of what belongs to one invocation, in tables that are keyed by its number and one more. */
export function partsOf(invocationSeq: number): IDBKeyRange {
  return IDBKeyRange.bound([invocationSeq], [invocationSeq, []]);
}
