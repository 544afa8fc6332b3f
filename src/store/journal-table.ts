/**
 * The journal: invocations with their executions.
 *
 * 1. An execution begins only where the invocation is of the same tool and arguments, and where no
 *    other of it is running: that is how it never executes twice at the same time.
 * 2. An execution ends once: one that was interrupted or cancelled meanwhile stays so.
 */
import { unwrap } from "idb";
import { readTable, transact, type TransactOptions } from "./database.ts";
import { readPage, settled, type Page } from "./read-records.ts";
import type {
  ExecutionCause,
  ExecutionOutcome,
  ExecutionRecord,
  InvocationRecord,
  TraceEvent,
} from "./records.ts";
import {
  ALL_TABLES,
  withPending,
  type PendingState,
  type PlaygroundDatabase,
  type PlaygroundTable,
  type StoredInvocation,
  type Transaction,
} from "./schema.ts";
import { appendTrace } from "./trace-table.ts";

/** The place of what is traced when an execution is over: its own events count from 1. */
const AFTER_ALL = 2 ** 32;

/** A resumption that crashed so often in a row is not tried again by itself. */
export const MAX_RESUMPTION_CRASHES = 3;

export interface BeginExecution {
  readonly id: string;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** `resume` begins only where the invocation is interrupted; the first execution is always a `call`. */
  readonly as: "client" | "resume";
  /** Executes an invocation once at a time: what it left running is over. */
  readonly owner: string;
  readonly guards: "on" | "off";
  readonly at: number;
  /** The id was made for this call: no invocation of it can be in the journal. */
  readonly isNew?: boolean;
  /** It was seen in the journal before: where it is gone now, it was wiped, and does not begin anew. */
  readonly isKnown?: boolean;
}

export type BeginOutcome =
  | { readonly begun: true; readonly invocation: InvocationRecord; readonly execution: number }
  | { readonly begun: false; readonly reason: "other-request" | "not-interrupted" | "wiped" }
  /** Another server executes it, or died and was not noticed yet. */
  | { readonly begun: false; readonly reason: "running"; readonly owner: string };

export interface EndExecution {
  /** The invocation as it was when the execution began. */
  readonly begun: InvocationRecord;
  readonly execution: number;
  readonly outcome: ExecutionOutcome;
  readonly at: number;
  readonly response?: unknown;
  readonly responseLost?: boolean;
}

export async function readInvocation(
  db: PlaygroundDatabase,
  id: string,
): Promise<InvocationRecord | undefined> {
  return await readTable(db, "invocations", (table) =>
    settled<StoredInvocation | undefined>(table.get(id)),
  );
}

/** Pages go by the ids of invocations, which are UUIDv7: in the order in which they were called. */
export interface InvocationQuery extends Page<string> {
  /** Leaves the others out, which costs reading them. */
  readonly matches?: (invocation: InvocationRecord) => boolean;
}

/** The newest first. */
export async function readInvocations(
  db: PlaygroundDatabase,
  { matches, ...page }: InvocationQuery,
): Promise<InvocationRecord[]> {
  return await transact(db, ["invocations"], "readonly", {}, (tx) =>
    readPage<InvocationRecord, string>(
      unwrap(tx.objectStore("invocations")),
      page,
      ({ id }) => id,
      matches,
    ),
  );
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
  begin: BeginExecution,
  options: TransactOptions,
): Promise<BeginOutcome> {
  return await transact(db, ["invocations"], "readwrite", options, async (tx) => {
    const invocations = tx.objectStore("invocations");
    const found = begin.isNew ? undefined : await invocations.get(begin.id);
    if (!found && begin.isKnown) return { begun: false, reason: "wiped" };
    if (found && !sameRequest(found, begin)) return { begun: false, reason: "other-request" };
    const running = found?.state === "running" ? found.executions.at(-1)?.owner : undefined;
    const isAbandoned = running !== undefined && running === begin.owner;
    const earlier = found && isAbandoned ? interrupted(found, begin.at) : found;
    if (begin.as === "resume" && (earlier?.state !== "interrupted" || earlier.held !== undefined)) {
      return { begun: false, reason: "not-interrupted" };
    }
    if (running !== undefined && !isAbandoned) {
      return { begun: false, reason: "running", owner: running };
    }
    const { id, tool, args, owner, guards, at } = begin;
    const number = (earlier?.executions.length ?? 0) + 1;
    const cause: ExecutionCause = !earlier ? "call" : begin.as === "resume" ? "resume" : "retry";
    const execution: ExecutionRecord = { number, cause, owner, guards, startedAt: at };
    const invocation: InvocationRecord = {
      id,
      tool,
      args,
      state: "running",
      createdAt: earlier?.createdAt ?? at,
      executions: [...(earlier?.executions ?? []), execution],
      resumptionCrashes: earlier?.resumptionCrashes ?? 0,
      ...(earlier?.trimmed ? { trimmed: earlier.trimmed } : {}),
    };
    await invocations.put(withPending(invocation));
    return { begun: true, invocation, execution: number };
  });
}

/** Returns whether the execution was still running. */
export async function endExecution(
  db: PlaygroundDatabase,
  { begun, ...end }: EndExecution,
  events: readonly TraceEvent[],
  options: TransactOptions,
): Promise<boolean> {
  const tables: PlaygroundTable[] = events.length > 0 ? ["invocations", "trace"] : ["invocations"];
  return await transact(db, tables, "readwrite", options, async (tx) => {
    const invocations = tx.objectStore("invocations");
    // Who executes an invocation knows its record: it is written while it is looked at again.
    const read = unwrap(invocations).get(begun.id) as IDBRequest<StoredInvocation | undefined>;
    appendTrace(tx, events);
    await invocations.put(withPending(ended(begun, end)));
    const found = read.result;
    const [last, own] = [found, begun].map((invocation) => invocation?.executions.at(-1));
    const isSame = last?.number === end.execution && last.owner === own?.owner;
    if (found?.state === "running" && isSame) return true;
    // It was interrupted or wiped meanwhile, and stays so.
    await (found ? invocations.put(found) : invocations.delete(begun.id));
    return false;
  });
}

function ended(
  invocation: InvocationRecord,
  { execution: _, at, ...result }: Omit<EndExecution, "begun">,
): InvocationRecord {
  const last = invocation.executions.at(-1);
  return {
    ...(last ? withLast(invocation, { ...last, ...result, endedAt: at }) : invocation),
    state: result.outcome === "crashed" ? "interrupted" : result.outcome,
    resumptionCrashes: 0,
  };
}

/**
 * Marks the running invocations of dead servers `interrupted`. The transaction spans every table:
 * it waits for whatever a crashed server has still under way, here or in another tab.
 */
export async function interruptInvocations(
  db: PlaygroundDatabase,
  isDead: (owner: string) => boolean,
  at: number,
): Promise<InvocationRecord[]> {
  return await transact(db, ALL_TABLES, "readwrite", {}, async (tx) => {
    const marked: InvocationRecord[] = [];
    const invocations = tx.objectStore("invocations");
    for (const invocation of await invocations.index("pending").getAll("running")) {
      const last = invocation.executions.at(-1);
      if (!last || !isDead(last.owner)) continue;
      const next = interrupted(invocation, at);
      const about = { at, invocation: invocation.id, execution: last.number };
      const held: TraceEvent[] =
        next.held === undefined
          ? []
          : [{ ...about, n: AFTER_ALL + 1, type: "held", detail: next.held }];
      appendTrace(tx, [{ ...about, n: AFTER_ALL, type: "interrupted" }, ...held]);
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
): Promise<void> {
  await transact(db, ["invocations"], "readwrite", {}, (tx) =>
    amend(tx, id, ({ held: _, ...invocation }) => {
      if (invocation.state !== "interrupted") return undefined;
      return held === undefined ? { ...invocation, resumptionCrashes: 0 } : { ...invocation, held };
    }),
  );
}

function interrupted(invocation: InvocationRecord, at: number): InvocationRecord {
  const last = invocation.executions.at(-1);
  if (!last) return { ...invocation, state: "interrupted" };
  const resumptionCrashes = last.cause === "resume" ? invocation.resumptionCrashes + 1 : 0;
  return {
    ...withLast(invocation, { ...last, outcome: "crashed", endedAt: at }),
    state: "interrupted",
    resumptionCrashes,
    ...(resumptionCrashes < MAX_RESUMPTION_CRASHES
      ? {}
      : { held: `Its resumption crashed ${MAX_RESUMPTION_CRASHES} times in a row.` }),
  };
}

function withLast(invocation: InvocationRecord, last: ExecutionRecord): InvocationRecord {
  return { ...invocation, executions: [...invocation.executions.slice(0, -1), last] };
}

async function amend<Names extends PlaygroundTable[]>(
  tx: Transaction<Names, "readwrite">,
  id: string,
  change: (invocation: InvocationRecord) => InvocationRecord | undefined,
): Promise<boolean> {
  const invocations = (tx as unknown as Transaction<["invocations"], "readwrite">).objectStore(
    "invocations",
  );
  const found = await invocations.get(id);
  const next = found && change(found);
  if (!next) return false;
  await invocations.put(withPending(next));
  return true;
}

/** Whether a retry asks for the same as the first call: same tool, same arguments, in any order of names. */
export function sameRequest(
  a: { readonly tool: string; readonly args: unknown },
  b: { readonly tool: string; readonly args: unknown },
): boolean {
  return a.tool === b.tool && canonicalJson(a.args) === canonicalJson(b.args);
}

/** JSON with the names of every object in order, so that equal data gives equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([x], [y]) => (x < y ? -1 : x > y ? 1 : 0)))
      : part,
  );
}
