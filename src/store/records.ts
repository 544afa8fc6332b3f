/**
 * What the store keeps. Every record is plain data that the structured clone algorithm takes;
 * times are milliseconds since the epoch, on the clock of the server that wrote the record.
 */

export type InvocationState = "running" | "completed" | "failed" | "interrupted" | "cancelled";

/** Why a tool's body was executed: the first call, a client's retry, or a server's resumption. */
export type ExecutionCause = "call" | "retry" | "resume";

export type ExecutionOutcome = "completed" | "failed" | "crashed" | "cancelled";

export interface ExecutionRecord {
  /** 1, 2, … within its invocation. */
  readonly number: number;
  readonly cause: ExecutionCause;
  /** The server that executed it; see `serverLock`. */
  readonly owner: string;
  readonly guards: "on" | "off";
  readonly startedAt: number;
  readonly endedAt?: number;
  /** Absent while the execution is running. */
  readonly outcome?: ExecutionOutcome;
  /** The answer as it left for the client: a `CallToolResult`, or `{ error }` for a protocol error. */
  readonly response?: unknown;
  /** The work was done, but an injected fault dropped the answer. */
  readonly responseLost?: boolean;
}

export interface InvocationRecord {
  /** A UUIDv7 in lower case. */
  readonly id: string;
  readonly tool: string;
  /** The arguments as the client sent them, before defaults. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly state: InvocationState;
  readonly createdAt: number;
  readonly executions: readonly ExecutionRecord[];
  /** How often in a row a resumption of it ended in a crash. */
  readonly resumptionCrashes: number;
  /** Why it is not resumed by itself, where that is so. */
  readonly held?: string;
  /** Its recording was trimmed: its trace and answers up to then are gone, and this is left of them. */
  readonly trimmed?: { readonly attempts: number };
}

export type GuardKind = "atLeastOnce" | "atMostOnce";

export type GuardState = "absent" | "started" | "stored" | "failed";

export interface KeptError {
  readonly name: string;
  readonly message: string;
}

export interface GuardRecord {
  readonly invocation: string;
  readonly alias: string;
  readonly kind: GuardKind;
  readonly state: GuardState;
  /** How often the callable was entered, over all executions. */
  readonly attempts: number;
  /** The execution that brought the guard into this state. */
  readonly execution: number;
  readonly updatedAt: number;
  /** What the callable resolved with, before any schema: present when `stored`. */
  readonly value?: unknown;
  /** Why it failed, or the last retryable error of an absent guard. */
  readonly error?: KeptError;
}

/** Who wrote to a map: an execution, or a person by hand where `invocation` is absent. */
export interface WriteOrigin {
  readonly invocation?: string;
  readonly execution?: number;
  /** The guard whose callable wrote, and its attempt. */
  readonly guard?: { readonly alias: string; readonly attempt: number };
}

export type MapChange =
  | { readonly method: "insert"; readonly entries: readonly (readonly [string, Uint8Array])[] }
  | { readonly method: "remove"; readonly keys: readonly string[] };

/** One applied mutation of a map; it commits with the data and is also the proof that it was applied. */
export interface WriteRecord {
  /** A UUIDv7. */
  readonly id: string;
  readonly map: string;
  readonly at: number;
  readonly origin: WriteOrigin;
  readonly change: MapChange;
  /** The name under which it is applied once: an IndexedDB key, absent for what a person writes by hand. */
  readonly once?: string[];
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

export interface MapEntry {
  readonly key: string;
  readonly value: Uint8Array;
  /** The id of the `WriteRecord` that put it there. */
  readonly write: string;
}

export type TraceType =
  | "interrupted"
  | "held"
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
  readonly map?: string;
  /** `applied`, `deduplicated`, `differs`; for an execution its outcome; for an effect what became of it. */
  readonly outcome?: string;
  readonly point?: string;
  readonly fault?: string;
  readonly error?: KeptError;
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
  /** `unanswered`: the server never saw the answer, for it died or the answer was lost. */
  readonly outcome: "answered" | "unanswered";
  /** The error thrown in the answer's place, if one was. */
  readonly error?: KeptError;
  /** 1 for the first time this request was carried out in its invocation; 2 and more are duplicates. */
  readonly occurrence: number;
  /** It happened in the second run of effect validation. */
  readonly validation?: boolean;
}
