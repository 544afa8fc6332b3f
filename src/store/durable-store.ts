/**
 * The one interface through which everything above reaches the store. Its methods are the domain's
 * transactions: each is all or nothing. A mutation whose `signal` is aborted changes nothing, unless it was past aborting.
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
  InvocationRecord,
  MapEntry,
  MutationRequest,
  TraceEvent,
  WriteHeader,
  WriteRecord,
} from "../model/index.ts";
import type { ChangeListener } from "./change-feed.ts";
import type { GuardQuery } from "./guard-table.ts";
import type { Interruption, InvocationQuery } from "./journal-table.ts";
import type { Liveness } from "./liveness.ts";
import type { WriteQuery } from "./map-history.ts";
import type { Trimmed, Trimming } from "./recordings.ts";
import type { PendingState } from "./schema.ts";
import type { AppliedMutation, RangeQuery } from "./sorted-map-table.ts";
import type { TraceQuery } from "./trace-table.ts";

export interface WriteOptions {
  readonly signal?: AbortSignal;
}

export interface DurableStore {
  readonly name: string;
  readonly liveness: Liveness;

  readInvocation(id: string): Promise<InvocationRecord | undefined>;
  /** An invocation's executions in their order. */
  readExecutions(id: string): Promise<ExecutionRecord[]>;
  readExecution(ref: ExecutionRef): Promise<ExecutionRecord | undefined>;
  /** What an execution answered; `undefined` where it has not, or its recording was trimmed. */
  readAnswer(id: string, execution: number): Promise<unknown>;
  /** The newest first, in the order of their commits. */
  readInvocations(query: InvocationQuery): Promise<InvocationRecord[]>;
  readPendingInvocations(state: PendingState): Promise<InvocationRecord[]>;
  beginExecution(begin: BeginExecution, options?: WriteOptions): Promise<BeginOutcome>;
  endExecution(
    end: EndExecution,
    events: readonly TraceEvent[],
    options?: WriteOptions,
  ): Promise<boolean>;
  interruptInvocations(interruption: Interruption): Promise<InvocationRecord[]>;
  holdInvocation(id: string, held: string | undefined, options?: WriteOptions): Promise<void>;

  readGuard(invocationSeq: number, alias: string): Promise<GuardRecord | undefined>;
  readGuards(query: GuardQuery): Promise<GuardRecord[]>;
  countAttempts(invocations: readonly InvocationRecord[]): Promise<AttemptCount[]>;
  claimGuard(claim: GuardClaim, options?: WriteOptions): Promise<ClaimOutcome>;
  settleGuard(settlement: GuardSettlement, options?: WriteOptions): Promise<void>;

  readEntry(map: string, key: string): Promise<MapEntry | undefined>;
  readRange(query: RangeQuery): Promise<MapEntry[]>;
  /** A range without what wrote it, which is quicker. */
  readPairs(query: RangeQuery): Promise<Pick<MapEntry, "key" | "value">[]>;
  readMapNames(): Promise<string[]>;
  readWrite(seq: number): Promise<WriteRecord | undefined>;
  /** What is known of writes, without what they wrote; one that is gone is left out. */
  readWriteHeaders(numbers: readonly number[]): Promise<WriteHeader[]>;
  /** The writes of a map, the newest first. */
  readWrites(query: WriteQuery): Promise<WriteHeader[]>;
  /** A range as it was right after the write `moment`, which may be of another map. */
  readRangeAt(query: RangeQuery, moment: number): Promise<MapEntry[]>;
  applyMutation(mutation: MutationRequest, options?: WriteOptions): Promise<AppliedMutation>;

  appendTrace(events: readonly TraceEvent[], options?: WriteOptions): Promise<void>;
  /** The last `limit` events of an invocation, in the order in which they happened. */
  readTrace(query: TraceQuery): Promise<TraceEvent[]>;
  /** Trims the recordings of the oldest invocations; see `recordings.ts`. */
  trimRecordings(trimming: Trimming): Promise<Trimmed>;

  /** Counts one more passing of a fault's point; the number counts from 1. */
  countHit(plan: string, fault: number, options?: WriteOptions): Promise<number>;
  readHits(plan: string): Promise<ReadonlyMap<number, number>>;

  /** `undefined` where it was never written. */
  readSetting(key: string): Promise<unknown>;
  writeSetting(key: string, value: unknown): Promise<void>;

  /** Tells every subscriber that a server has started, or has taken over what the others had. */
  announceServer(server: string, options?: { readonly tookOver?: boolean }): void;
  /** Returns the function that ends the subscription. */
  subscribe(listener: ChangeListener): () => void;
  /** Empties every table but the settings. */
  wipe(): Promise<void>;
  close(): void;
}
