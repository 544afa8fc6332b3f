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
  matchesFilter,
  type BeginExecution,
  type BeginOutcome,
  type EndExecution,
  type ExecutionRecord,
  type ExecutionRef,
  type InvocationFilter,
  type InvocationRecord,
  type TraceEvent,
} from "../model/index.ts";
import { readTable, transact, write, type TransactOptions } from "./database.ts";
import { endOnce, raiseAmongGuards, raiseFence } from "./fence-table.ts";
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

/** One execution of an invocation, if it is known. */
export async function readExecution(
  db: PlaygroundDatabase,
  { invocationSeq, execution }: ExecutionRef,
): Promise<ExecutionRecord | undefined> {
  return await transact(db, ["invocations", "executions"], "readonly", {}, async (tx) => {
    const last = (await tx.objectStore("invocations").get(invocationSeq))?.last;
    if (last?.number === execution) return last;
    return await tx.objectStore("executions").get([invocationSeq, execution]);
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

/** Of so many invocations the answers are searched at once: they may be long, and many. */
const WITH_ANSWERS = 20;

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
      const found: InvocationRecord[] = [];
      for (let at = 0; at < chunk.length; at += WITH_ANSWERS) {
        const part = chunk.slice(at, at + WITH_ANSWERS);
        const answers = needsAnswers ? await readAnswers(unwrap(tx), part) : undefined;
        found.push(...part.filter((each) => matchesFilter(each, filter, answers?.get(each.seq))));
      }
      return found;
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
  const isMostLikelyNew = asked.as === "client" && !asked.isKnown;
  return (
    (isMostLikelyNew ? await beginNew(db, asked, options) : undefined) ??
    (await beginAnother(db, asked, options))
  );
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
  const tables: PlaygroundTable[] = ["invocations", "executions", "fences", "guards"];
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
      if (found.state === "running") await raiseFence(tx, refOf(found));
    }
    put = invocations.put(withPending(invocation));
    return { begun: true, invocation } as const;
  });
  if (!outcome.begun) return outcome;
  return { begun: true, invocation: { ...outcome.invocation, seq: Number(put?.result) } };
}

function refOf({ seq, last }: InvocationRecord): ExecutionRef {
  return { invocationSeq: seq, execution: last.number };
}

/**
 * Returns whether the execution was still running; nothing is written where it was not. Who executes
 * an invocation knows its record: it need not be read.
 */
export async function endExecution(
  db: PlaygroundDatabase,
  asked: EndExecution,
  events: readonly TraceEvent[],
  options: TransactOptions,
): Promise<boolean> {
  const { begun, response, unfinished = [] } = asked;
  const by = refOf(begun);
  const tables: PlaygroundTable[] = ["invocations", "fences"];
  if (response !== undefined) tables.push("answers");
  if (events.length > 0) tables.push("trace");
  // It waits for what is under way, and from then on nothing of it is written: maps are written
  // under the fences, guards are not.
  if (unfinished.length > 0) tables.push("guards");
  let isOver = (): boolean => false;
  try {
    await write(db, tables, options, async (tx) => {
      isOver = endOnce(tx, by);
      if (unfinished.length > 0) await raiseAmongGuards(tx, by);
      tx.objectStore("invocations").put(withPending(end(asked)));
      if (response !== undefined) {
        tx.objectStore("answers").put(response, [by.invocationSeq, by.execution]);
      }
      appendTrace(tx, events);
    });
    return true;
  } catch (error) {
    if (isOver()) return false;
    throw error;
  }
}

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
      const { id, last } = invocation;
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
      await raiseFence(unwrap(tx as unknown as IDBPTransaction), refOf(invocation));
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

/** Empties the tables. Who executes something does so no more: what it writes is refused. */
export async function wipe(
  db: PlaygroundDatabase,
  tables: readonly PlaygroundTable[],
): Promise<void> {
  await write(db, tables, {}, async (tx) => {
    const pending = tx.objectStore("invocations").index("pending");
    const running = await settled<StoredInvocation[]>(pending.getAll("running"));
    for (const table of tables) tx.objectStore(table).clear();
    // An invocation's number is given once, so that a mark never meets another's.
    for (const invocation of running) await raiseFence(tx, refOf(invocation));
  });
}
