/**
 * What the store keeps. Every record is plain data that the structured clone algorithm takes;
 * times are milliseconds since the epoch, on the clock of the server that wrote the record.
 */

export type InvocationState = "running" | "completed" | "failed" | "interrupted" | "cancelled";

/** States that a server looks for when it starts. */
export type PendingState = Extract<InvocationState, "running" | "interrupted">;

/** Why a tool's body was executed: the first call, a client's retry, or a server's resumption. */
export type ExecutionCause = "call" | "retry" | "resume";

/** How an execution ended: `crashed` where its server died. */
export type ExecutionOutcome = "completed" | "failed" | "crashed" | "cancelled";

/** One run of a tool's body. Times are milliseconds since the epoch. */
export interface ExecutionRecord {
  /** 1, 2, … within its invocation. */
  readonly number: number;
  readonly cause: ExecutionCause;
  /** The server that executed it, by its id. */
  readonly owner: string;
  readonly guards: "on" | "off";
  readonly startedAt: number;
  readonly endedAt?: number;
  /** Absent while the execution is running. */
  readonly outcome?: ExecutionOutcome;
  /** What it answered, in short; the answer itself is kept apart, for it may be large. */
  readonly answer?: AnswerSummary;
  /** The work was done, but an injected fault dropped the answer. */
  readonly responseLost?: boolean;
  /** What was under way when it ended, and was left: guards, effects, writes, questions, by name. */
  readonly unfinished?: readonly string[];
}

/** What lists and filters need of an answer. */
export interface AnswerSummary {
  /** A JSON-RPC error, an `isError` result, or structured content that says `status: "error"`. */
  readonly isError: boolean;
  /** What structured content says of itself, cut to a readable length. */
  readonly status?: string;
  readonly errorType?: string;
}

/** Names one execution in the journal. */
export interface ExecutionRef {
  /** The invocation's `seq`. */
  readonly invocationSeq: number;
  readonly execution: number;
}

/** One request to a tool, however often it is executed. Times are milliseconds since the epoch. */
export interface InvocationRecord {
  /** Counts the invocations of a store, in the order in which they were committed. */
  readonly seq: number;
  /** A UUIDv7 in lower case, which may be of the client's choice: a name, and no order. */
  readonly id: string;
  readonly tool: string;
  /** The arguments as the client sent them, before defaults. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly state: InvocationState;
  readonly createdAt: number;
  /** The newest execution: its number is how many there are. */
  readonly last: ExecutionRecord;
  /** How often in a row a resumption of it ended in a crash. */
  readonly resumptionCrashes: number;
  /** An execution of it ran with the guards off. */
  readonly unguarded?: true;
  /** Why it is not resumed by itself, where that is so. */
  readonly held?: string;
  /**
   * Its recording was trimmed: its trace and answers up to then are gone, and this is left of them.
   * `attempts`: those that were made with the guards off, of which nothing else tells.
   */
  readonly trimmed?: { readonly attempts: number };
}

/** How often guarded callables of an invocation were entered. */
export interface AttemptCount {
  readonly attempts: number;
  /** Some ran with the guards off: they are counted from the recording alone, which may lack the last of them. */
  readonly atLeast: boolean;
}

/** Which invocations of a list are meant: all that is given must be so. */
export interface InvocationFilter {
  readonly tool?: string | undefined;
  readonly state?: InvocationState | undefined;
  /** Only those that failed, or whose last answer is an error. */
  readonly errors?: boolean | undefined;
  /** Only those that were created then or later, in milliseconds since the epoch. */
  readonly since?: number | undefined;
  /** In the id, the arguments or an answer, in any letter case. */
  readonly text?: string | undefined;
}

/** How often a guard's callable may take effect. */
export type GuardKind = "atLeastOnce" | "atMostOnce";

/**
 * `started`: the callable was entered, and nothing is known of its end; see the state machine in
 * docs/spec.md, 2.2.
 */
export type GuardState = "absent" | "started" | "stored" | "failed";

/** What is kept of whatever was thrown. */
export interface SerializedError {
  readonly name: string;
  readonly message: string;
}

/** A guard of an invocation, by its alias. `updatedAt` is in milliseconds since the epoch. */
export interface GuardRecord {
  readonly invocation: string;
  readonly invocationSeq: number;
  readonly alias: string;
  readonly kind: GuardKind;
  /** The guard within whose callable it is used; absent in the tool's body. */
  readonly within?: string;
  readonly state: GuardState;
  /** How often the callable was entered, over all executions. */
  readonly attempts: number;
  /** The execution that brought the guard into this state. */
  readonly execution: number;
  readonly updatedAt: number;
  /** What the callable resolved with, before any schema: present when `stored`. */
  readonly value?: unknown;
  /** Why it failed, or the last retryable error of an absent guard. */
  readonly error?: SerializedError;
  /** The execution that claimed it last was over before it was settled: it settles it no more. */
  readonly isOver?: true;
}

/** Who wrote to a map: an execution, or a person by hand where `invocation` is absent. */
export interface WriteOrigin {
  readonly invocation?: string;
  readonly execution?: number;
  /** The guard whose callable wrote, and its attempt. */
  readonly guard?: { readonly alias: string; readonly attempt: number };
}

/** What a mutation does to a map: all of it, or nothing. */
export type MapChange =
  | { readonly method: "insert"; readonly entries: readonly (readonly [string, Uint8Array])[] }
  | { readonly method: "remove"; readonly keys: readonly string[] };

/** One applied mutation of a map; it commits with the data and is also the proof that it was applied. */
export interface WriteRecord {
  /** Counts the writes of a store, in the order in which they were committed. */
  readonly seq: number;
  readonly map: string;
  readonly at: number;
  readonly origin: WriteOrigin;
  readonly change: MapChange;
  /** The name under which it is applied once; absent for what a person writes by hand. */
  readonly once?: string[];
}

/** A mutation that is to be applied. */
export interface MutationRequest extends Omit<WriteRecord, "seq"> {
  /** The execution that asks for it; absent for what a person writes by hand. */
  readonly by?: ExecutionRef;
}

/** A write without what it wrote. */
export interface WriteHeader extends Omit<WriteRecord, "change"> {
  readonly method: MapChange["method"];
  /** How many keys it inserted or removed. */
  readonly count: number;
  /** The least and the greatest of them. */
  readonly low: string;
  readonly high: string;
}

/** A key of a sorted map with its value. */
export interface MapEntry {
  readonly key: string;
  readonly value: Uint8Array;
  /** The `seq` of the write that put it there. */
  readonly write: number;
}

/** What a trace tells of. */
export type TraceType =
  | "interrupted"
  | "held"
  | "left-running"
  | "attempt-started"
  | "attempt-failed"
  | "backoff"
  | "guard-stored"
  | "guard-failed"
  | "guard-answered"
  | "guard-refused"
  | "alias-reused"
  | "map-written"
  | "effect"
  | "fault"
  | "paused"
  | "continued"
  | "code-changed"
  | "effect-validation"
  | "notification"
  | "audit-failed";

/** One thing that happened in an execution, for people to read; no semantics rest on it. */
export interface TraceEvent {
  /** Its place within its execution, ascending. */
  readonly n: number;
  readonly type: TraceType;
  readonly at: number;
  readonly invocation: string;
  readonly execution: number;
  readonly alias?: string;
  readonly attempt?: number;
  readonly kind?: GuardKind;
  /** The guards are off: the attempt is in no guard's record. */
  readonly unrecorded?: true;
  readonly map?: string;
  /** `applied`, `deduplicated`, `differs`; for an execution its outcome; for an effect what became of it. */
  readonly outcome?: string;
  readonly point?: string;
  readonly fault?: string;
  readonly error?: SerializedError;
  readonly ms?: number;
  readonly detail?: string;
}

/** One time that the outside thing really happened. */
export interface LedgerRow {
  readonly seq: number;
  readonly at: number;
  readonly service: string;
  readonly operation: string;
  readonly invocation: string;
  readonly execution: number;
  readonly alias?: string;
  readonly attempt?: number;
  readonly request: unknown;
  readonly response: unknown;
  /** Its place among the effects of the same name in its attempt, or in the body; absent in rows of older versions. */
  readonly position?: number;
  /** To do it again does no harm: it is counted, and not judged. */
  readonly repeatable?: true;
  /**
   * `unanswered`: it happened, and the server never saw the answer, for it died or the answer was lost.
   * `uncertain`: it may have happened. `refused`: the service did not do it.
   */
  readonly outcome: "answered" | "unanswered" | "uncertain" | "refused";
  /** The error thrown in the answer's place, if one was. */
  readonly error?: SerializedError;
  /** 1 for the first time this request was carried out in its invocation; 2 and more are duplicates. */
  readonly occurrence: number;
  /** It happened in the second run of effect validation. */
  readonly validation?: boolean;
}
