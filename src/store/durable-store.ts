/**
 * The port through which everything above reaches what is kept: data in, data out, so that the same
 * interface stands in front of memory, IndexedDB, a database server or another process.
 *
 * 1. Each method is a transaction: all or nothing. What fails throws, and has written nothing.
 * 2. What an execution writes that is over is refused with `SupersededError`, in the transaction that
 *    would have written.
 * 3. A mutation whose `signal` is aborted changes nothing, unless it was past aborting; what comes
 *    later waits for it then.
 * 4. What is handed over is copied, and what is given back belongs to the caller.
 *
 * Times are milliseconds since the epoch. `seq` numbers count from 1, in the order of commits.
 */
import type {
  AttemptCount,
  BeginExecution,
  BeginOutcome,
  ClaimOutcome,
  EndExecution,
  ExecutionRecord,
  ExecutionRef,
  GuardClaim,
  GuardRecord,
  GuardSettlement,
  InvocationFilter,
  InvocationRecord,
  KeyBounds,
  MapEntry,
  MutationOutcome,
  MutationRequest,
  PendingState,
  TraceEvent,
  WriteHeader,
  WriteRecord,
} from "../model/index.ts";
import type { ChangeListener } from "./change-feed.ts";
import type { Liveness } from "./liveness.ts";

/** For a method that writes. */
export interface WriteOptions {
  readonly signal?: AbortSignal;
}

/** A part of a list that shows its newest first: what stands below `before`, or right above `after`. */
export interface Page<Key> {
  /** How many at the most: a positive integer. */
  readonly limit: number;
  readonly before?: Key | undefined;
  readonly after?: Key | undefined;
}

/** Pages go by `seq`. */
export interface InvocationQuery extends Page<number> {
  readonly filter?: InvocationFilter | undefined;
}

/** Which servers are dead. `at` is in milliseconds since the epoch. */
export interface Interruption {
  /** The servers that have died. */
  readonly dead: readonly string[];
  readonly at: number;
}

/** Pages go by the invocation's `seq` and the alias. */
export interface GuardQuery extends Page<[number, string]> {
  /** Of this invocation, by its id; otherwise of all. */
  readonly invocation?: string;
}

/** In which order keys are read. */
export type Direction = "ascending" | "descending";

/**
 * A part of a map: at most `limit` entries, a positive integer, from the bound that the direction
 * begins at.
 */
export interface RangeQuery extends KeyBounds {
  readonly map: string;
  readonly direction: Direction;
  readonly limit: number;
}

/** What became of a mutation. */
export interface AppliedMutation {
  readonly outcome: MutationOutcome;
  /** The `seq` of the write that was made, or that had been made before. */
  readonly write: number;
}

/** The last events of an invocation, by its id; `limit` is a positive integer. */
export interface TraceQuery {
  readonly invocation: string;
  readonly limit: number;
}

export interface JournalStore {
  /** `undefined` where there is none of that id. */
  readInvocation(id: string): Promise<InvocationRecord | undefined>;
  /** An invocation's executions in their order. */
  readExecutions(id: string): Promise<ExecutionRecord[]>;
  /** `undefined` where there is none. */
  readExecution(ref: ExecutionRef): Promise<ExecutionRecord | undefined>;
  /** What an execution answered; `undefined` where it has not, or its recording was trimmed. */
  readAnswer(id: string, execution: number): Promise<unknown>;
  /** The newest first, in the order of their commits. */
  readInvocations(query: InvocationQuery): Promise<InvocationRecord[]>;
  /** All in that state, the oldest first. */
  readPendingInvocations(state: PendingState): Promise<InvocationRecord[]>;
  /** Begins an execution, or says why not: all in the transaction that looks. */
  beginExecution(begin: BeginExecution, options?: WriteOptions): Promise<BeginOutcome>;
  /** Resolves with whether the execution was still running; nothing is written where it was not. */
  endExecution(
    end: EndExecution,
    events: readonly TraceEvent[],
    options?: WriteOptions,
  ): Promise<boolean>;
  /**
   * Marks the running invocations of dead servers `interrupted`, and fences what they were executing.
   * Waits for whatever they have still under way.
   */
  interruptInvocations(interruption: Interruption): Promise<InvocationRecord[]>;
  /** Says why an interrupted invocation is not resumed by itself; `undefined` frees it. */
  holdInvocation(id: string, held: string | undefined, options?: WriteOptions): Promise<void>;
}

export interface GuardStore {
  /** `undefined` where the guard was never claimed. */
  readGuard(invocationSeq: number, alias: string): Promise<GuardRecord | undefined>;
  /** The guards of one invocation by alias, or those of all, the newest invocation's first. */
  readGuards(query: GuardQuery): Promise<GuardRecord[]>;
  /**
   * How often guarded callables of each invocation were entered, in the order asked: by the guards'
   * records, which commit with the claims. What ran with the guards off is counted from the recording alone.
   */
  countAttempts(invocations: readonly InvocationRecord[]): Promise<AttemptCount[]>;
  /**
   * Claims an absent guard for one more attempt; a guard in any other state is given back as it is. What
   * may run once is claimed with strict durability: it is on the disk when this resolves.
   */
  claimGuard(claim: GuardClaim, options?: WriteOptions): Promise<ClaimOutcome>;
  /** Brings a claimed guard into its next state. */
  settleGuard(settlement: GuardSettlement, options?: WriteOptions): Promise<void>;
}

export interface MapStore {
  /** `undefined` where the map does not hold the key. */
  readEntry(map: string, key: string): Promise<MapEntry | undefined>;
  /** Entries in the order of the direction, each with the write that put it there. */
  readRange(query: RangeQuery): Promise<MapEntry[]>;
  /** A range without what wrote it, which is quicker. */
  readPairs(query: RangeQuery): Promise<Pick<MapEntry, "key" | "value">[]>;
  /** The names of the maps that hold something, in order. */
  readMapNames(): Promise<string[]>;
  /** Applies a mutation, unless one with the same `once` was applied before. */
  applyMutation(mutation: MutationRequest, options?: WriteOptions): Promise<AppliedMutation>;
}

export interface TraceStore {
  /** Adds to a recording; nothing rests on it. */
  appendTrace(events: readonly TraceEvent[], options?: WriteOptions): Promise<void>;
  /** The last `limit` events of an invocation, in the order in which they happened. */
  readTrace(query: TraceQuery): Promise<TraceEvent[]>;
}

/** How often the points of faults were passed, so that a crash at the first hit does not strike again. */
export interface HitStore {
  /** Counts one more passing of a fault's point; the number counts from 1. */
  countHit(plan: string, fault: number, options?: WriteOptions): Promise<number>;
  /**
   * How often each fault of a plan was passed, by its place in the plan; one that was not is
   * absent.
   */
  readHits(plan: string): Promise<ReadonlyMap<number, number>>;
}

export interface FeedStore {
  /** Tells every subscriber that a server has started, or has taken over what the others had. */
  announceServer(server: string, options?: { readonly tookOver?: boolean }): void;
  /** Returns the function that ends the subscription. */
  subscribe(listener: ChangeListener): () => void;
}

/** What servers need of a store. */
export interface DurableStore
  extends JournalStore, GuardStore, MapStore, TraceStore, HitStore, FeedStore {
  readonly name: string;
  readonly liveness: Liveness;
  /** Resolves when nothing is under way any more; what comes later throws `StoreClosedError`. */
  close(): Promise<void>;
}

/** Pages go by the `seq` of writes. */
export interface WriteQuery extends Page<number> {
  readonly map: string;
}

/** What to trim in one go. */
export interface Trimming {
  /** How many invocations, the newest, keep their recording. */
  readonly keep: number;
  /** The `seq` that an earlier trimming got to. */
  readonly after?: number | undefined;
  /** How many invocations to look at. */
  readonly limit: number;
}

/** How many recordings were trimmed. */
export interface Trimmed {
  readonly count: number;
  /** The `seq` that it got to; absent when there was nothing to look at. */
  readonly last?: number;
}

export interface HistoryStore {
  /** A write with what it wrote; `undefined` where it is gone. */
  readWrite(seq: number): Promise<WriteRecord | undefined>;
  /** What is known of writes, in the order asked; one that is gone is left out. */
  readWriteHeaders(numbers: readonly number[]): Promise<WriteHeader[]>;
  /** The writes of a map, the newest first. */
  readWrites(query: WriteQuery): Promise<WriteHeader[]>;
  /**
   * A range as it was right after the write `moment`.
   *
   * @param moment a write's `seq`, of this map or of any other: what was written later is left out
   */
  readRangeAt(query: RangeQuery, moment: number): Promise<MapEntry[]>;
}

/** What an inspector needs beside: the past, trimming and wiping. */
export interface InspectableStore extends DurableStore, HistoryStore {
  /**
   * Trims the recordings (trace and answers) of the oldest invocations, by the order of their commits;
   * those that are under way or wait to be resumed are left. Nothing rests on recordings.
   */
  trimRecordings(trimming: Trimming): Promise<Trimmed>;
  /** Deletes everything; who executes something does so no more: what it writes is refused. */
  wipe(): Promise<void>;
}
