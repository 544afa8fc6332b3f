/**
 * The journal's rules, from record to record: how an execution begins, ends and is interrupted.
 *
 * 1. An execution begins only where the invocation is of the same tool and arguments, and where no
 *    other of it is running: that is how it never executes twice at the same time.
 * 2. An execution ends once: one that was interrupted or cancelled meanwhile stays so.
 * 3. What a record holds does not grow with its retries: earlier executions and answers are kept apart.
 */
import { canonicalJson } from "./json.ts";
import type {
  AnswerSummary,
  AttemptCount,
  ExecutionCause,
  ExecutionOutcome,
  ExecutionRecord,
  ExecutionRef,
  InvocationFilter,
  InvocationRecord,
  InvocationState,
  PendingState,
  TraceEvent,
} from "./records.ts";

/** A resumption that crashed so often in a row is not tried again by itself. */
export const MAX_RESUMPTION_CRASHES = 3;

/** Who asks for an execution, of what. `at` is in milliseconds since the epoch. */
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
  /** It was seen in the journal before: where it is gone now, it was wiped, and does not begin anew. */
  readonly isKnown?: boolean;
}

/** Why no execution begins. */
export type BeginRefusal =
  | { readonly begun: false; readonly reason: "other-request" | "not-interrupted" | "wiped" }
  /** Another server executes it, or died and was not noticed yet. */
  | { readonly begun: false; readonly reason: "running"; readonly owner: string };

/** What became of the request. */
export type BeginOutcome =
  { readonly begun: true; readonly invocation: InvocationRecord } | BeginRefusal;

/** How an execution ended, and what it answered. `at` is in milliseconds since the epoch. */
export interface EndExecution {
  /** The invocation as it was when the execution began. */
  readonly begun: InvocationRecord;
  readonly outcome: Exclude<ExecutionOutcome, "crashed">;
  readonly at: number;
  /** The answer as it left for the client: a `CallToolResult`, or `{ error }` for a protocol error. */
  readonly response?: unknown;
  readonly responseLost?: boolean;
  /** What is under way and left; where there is something, nothing of it is written any more. */
  readonly unfinished?: readonly string[];
}

/** What is to be written where an execution begins. */
export interface Begun {
  readonly begun: true;
  /** Without `seq` where it is new: the store numbers it. */
  readonly invocation: Omit<InvocationRecord, "seq"> & { readonly seq?: number };
  /** The execution before, which makes room for the new one. */
  readonly earlier?: ExecutionRecord;
}

/**
 * What a request comes to: the invocation with a new execution, or why there is none.
 *
 * @param found the invocation of that id, where there is one
 */
export function begin(
  found: InvocationRecord | undefined,
  asked: BeginExecution,
): Begun | BeginRefusal {
  const { id, tool, args, as, owner, guards, at } = asked;
  if (!found && asked.isKnown) return { begun: false, reason: "wiped" };
  if (found && !sameRequest(found, asked)) return { begun: false, reason: "other-request" };
  const isRunning = found?.state === "running";
  const isAbandoned = isRunning && found.last.owner === owner;
  const before = isAbandoned ? interrupt(found, at) : found;
  if (as === "resume" && (before?.state !== "interrupted" || isHeld(before))) {
    return { begun: false, reason: "not-interrupted" };
  }
  if (isRunning && !isAbandoned) {
    return { begun: false, reason: "running", owner: found.last.owner };
  }
  const number = (before?.last.number ?? 0) + 1;
  const cause: ExecutionCause = !before ? "call" : as === "resume" ? "resume" : "retry";
  return {
    begun: true,
    invocation: {
      ...(before ? { seq: before.seq } : {}),
      id,
      tool,
      args: before?.args ?? args,
      state: "running",
      createdAt: before?.createdAt ?? at,
      last: { number, cause, owner, guards, startedAt: at },
      resumptionCrashes: before?.resumptionCrashes ?? 0,
      ...(guards === "off" || before?.unguarded ? { unguarded: true } : {}),
      ...(before?.trimmed ? { trimmed: before.trimmed } : {}),
    },
    ...(before ? { earlier: before.last } : {}),
  };
}

/** Why an invocation stays interrupted on a server without its tool: it holds no other server up. */
export function missingTool(tool: string): string {
  return `This server has no tool "${tool}".`;
}

/** Whether an interrupted invocation waits for a person: nobody resumes it by itself. */
export function isHeld({ held, tool }: Pick<InvocationRecord, "held" | "tool">): boolean {
  return held !== undefined && held !== missingTool(tool);
}

/** The invocation after the end of the execution that it began. */
export function end({
  begun,
  outcome,
  at,
  response,
  responseLost,
  unfinished = [],
}: EndExecution): InvocationRecord {
  const answer = response === undefined ? undefined : summarizeAnswer(response);
  return {
    ...begun,
    last: {
      ...begun.last,
      outcome,
      endedAt: at,
      ...(answer ? { answer } : {}),
      ...(responseLost ? { responseLost } : {}),
      ...(unfinished.length > 0 ? { unfinished } : {}),
    },
    state: outcome,
    resumptionCrashes: 0,
  };
}

/** Whether a server that starts looks for it: it is under way, or waits to be resumed. */
export function isPending(state: InvocationState): state is PendingState {
  return state === "running" || state === "interrupted";
}

/** Whether it goes on without anybody's doing: it is under way, or is going to be resumed. */
export function goesOn(invocation: Pick<InvocationRecord, "state" | "held" | "tool">): boolean {
  const { state } = invocation;
  return state === "running" || (state === "interrupted" && !isHeld(invocation));
}

/** Whether a server that has died was executing it. `dead` are owners. */
export function isLeftBehind(
  { state, last }: Pick<InvocationRecord, "state" | "last">,
  dead: readonly string[],
): boolean {
  return state === "running" && dead.includes(last.owner);
}

/**
 * How often guarded callables of an invocation were entered.
 *
 * @param recorded by its guards' records
 * @param unrecorded by its recording: what ran with the guards off
 */
export function countAttempts(
  { unguarded, trimmed }: Pick<InvocationRecord, "unguarded" | "trimmed">,
  recorded: number,
  unrecorded: number,
): AttemptCount {
  return {
    attempts: recorded + unrecorded + (trimmed?.attempts ?? 0),
    atLeast: unguarded === true,
  };
}

/** An invocation without its recording, which counted `unrecorded` attempts. */
export function trimRecording<T extends Pick<InvocationRecord, "trimmed">>(
  invocation: T,
  unrecorded: number,
): T & Required<Pick<InvocationRecord, "trimmed">> {
  const attempts = (invocation.trimmed?.attempts ?? 0) + unrecorded;
  return { ...invocation, trimmed: { attempts } };
}

/** A running invocation whose server has died. */
export function interrupt(invocation: InvocationRecord, at: number): InvocationRecord {
  const { last } = invocation;
  const resumptionCrashes = last.cause === "resume" ? invocation.resumptionCrashes + 1 : 0;
  return {
    ...invocation,
    last: { ...last, outcome: "crashed", endedAt: at },
    state: "interrupted",
    resumptionCrashes,
    ...(resumptionCrashes < MAX_RESUMPTION_CRASHES
      ? {}
      : { held: `Its resumption crashed ${MAX_RESUMPTION_CRASHES} times in a row.` }),
  };
}

/** The place of what is traced when an execution is over: its own events count from 1. */
const AFTER_ALL = 2 ** 32;

/** What the trace tells of an interruption. */
export function traceInterruption(interrupted: InvocationRecord, at: number): TraceEvent[] {
  const { id, last, held } = interrupted;
  const about = { at, invocation: id, execution: last.number };
  return [
    { ...about, n: AFTER_ALL, type: "interrupted" },
    ...(held === undefined
      ? []
      : [{ ...about, n: AFTER_ALL + 1, type: "held", detail: held } as const]),
  ];
}

/** Names the last execution of an invocation. */
export function lastExecution({ seq, last }: InvocationRecord): ExecutionRef {
  return { invocationSeq: seq, execution: last.number };
}

/**
 * Says why an interrupted invocation is not resumed by itself; `undefined` frees it.
 *
 * @returns `undefined` where the invocation is in another state, and stays as it is
 */
export function hold(
  { held: _, ...invocation }: InvocationRecord,
  held: string | undefined,
): InvocationRecord | undefined {
  if (invocation.state !== "interrupted") return undefined;
  if (held !== undefined) return { ...invocation, held };
  // Freed of another reason, it is held all the same when its resumptions go on crashing.
  const { resumptionCrashes: crashes } = invocation;
  return { ...invocation, resumptionCrashes: crashes < MAX_RESUMPTION_CRASHES ? crashes : 0 };
}

/** Whether a retry asks for the same as the first call: same tool, same arguments, in any order of names. */
export function sameRequest(
  a: { readonly tool: string; readonly args: unknown },
  b: { readonly tool: string; readonly args: unknown },
): boolean {
  return a.tool === b.tool && canonicalJson(a.args) === canonicalJson(b.args);
}

/** How much of what an answer says of itself is kept with its execution. */
const SUMMARY_LENGTH = 100;

/** What lists need of an answer, which may be large. */
export function summarizeAnswer(response: unknown): AnswerSummary {
  const { error, isError, structuredContent } = (response ?? {}) as Record<string, unknown>;
  const said = (structuredContent ?? {}) as Record<string, unknown>;
  const text = (value: unknown): string | undefined =>
    typeof value === "string" ? value.slice(0, SUMMARY_LENGTH) : undefined;
  const [status, errorType] = [text(said["status"]), text(said["error_type"])];
  return {
    isError: error !== undefined || isError === true || status === "error",
    ...(status === undefined ? {} : { status }),
    ...(errorType === undefined ? {} : { errorType }),
  };
}

/**
 * Whether an invocation fits all that the filter names.
 *
 * @param answers the invocation's answers, where `filter.text` asks for them
 */
export function matchesFilter(
  invocation: InvocationRecord,
  filter: InvocationFilter,
  answers: readonly unknown[] = [],
): boolean {
  const { id, tool, state, args, createdAt, last } = invocation;
  const { text, since } = filter;
  if (filter.tool !== undefined && tool !== filter.tool) return false;
  if (filter.state !== undefined && state !== filter.state) return false;
  if (filter.errors && state !== "failed" && !last.answer?.isError) return false;
  if (since !== undefined && createdAt < since) return false;
  if (text === undefined) return true;
  const whole = [id, args, ...answers].map(searchable).join(" ");
  return whole.toLowerCase().includes(text.toLowerCase());
}

/** What is searched in a part of a record. What older versions kept may not be JSON. */
function searchable(part: unknown): string {
  try {
    return JSON.stringify(part);
  } catch {
    return String(part);
  }
}
