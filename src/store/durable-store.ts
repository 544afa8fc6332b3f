/**
 * The one interface through which everything above reaches the store. Its methods are the domain's
 * transactions: each is all or nothing. A mutation whose `signal` is aborted changes nothing, unless it was past aborting.
 */
import type { ChangeListener } from "./change-feed.ts";
import type { GuardClaim, GuardQuery, GuardSettlement } from "./guard-table.ts";
import type {
  BeginExecution,
  BeginOutcome,
  EndExecution,
  InvocationQuery,
} from "./journal-table.ts";
import type { Locks } from "./locks.ts";
import type { WriteQuery } from "./map-history.ts";
import type {
  GuardRecord,
  InvocationRecord,
  MapEntry,
  TraceEvent,
  WriteHeader,
  WriteRecord,
} from "./records.ts";
import type { Trimmed, Trimming } from "./recordings.ts";
import type { PendingState } from "./schema.ts";
import type { MutationOutcome, RangeQuery } from "./sorted-map-table.ts";

export interface WriteOptions {
  readonly signal?: AbortSignal;
}

export interface DurableStore {
  readonly name: string;
  readonly locks: Locks;

  readInvocation(id: string): Promise<InvocationRecord | undefined>;
  /** The newest first. */
  readInvocations(query: InvocationQuery): Promise<InvocationRecord[]>;
  readPendingInvocations(state: PendingState): Promise<InvocationRecord[]>;
  beginExecution(begin: BeginExecution, options?: WriteOptions): Promise<BeginOutcome>;
  endExecution(
    end: EndExecution,
    events: readonly TraceEvent[],
    options?: WriteOptions,
  ): Promise<boolean>;
  interruptInvocations(isDead: (owner: string) => boolean, at: number): Promise<InvocationRecord[]>;
  holdInvocation(id: string, held: string | undefined): Promise<void>;

  readGuard(invocation: string, alias: string): Promise<GuardRecord | undefined>;
  readGuards(query: GuardQuery): Promise<GuardRecord[]>;
  claimGuard(
    claim: GuardClaim,
    options?: WriteOptions,
  ): Promise<{ readonly claimed: boolean; readonly record: GuardRecord }>;
  settleGuard(settlement: GuardSettlement, options?: WriteOptions): Promise<void>;

  readEntry(map: string, key: string): Promise<MapEntry | undefined>;
  readRange(query: RangeQuery): Promise<MapEntry[]>;
  readMapNames(): Promise<string[]>;
  readWrite(id: string): Promise<WriteRecord | undefined>;
  /** What is known of writes, without what they wrote; one that is gone is left out. */
  readWriteHeaders(ids: readonly string[]): Promise<WriteHeader[]>;
  /** The writes of a map, the newest first. */
  readWrites(query: WriteQuery): Promise<WriteHeader[]>;
  /** A range as it was right after the write `moment`, or at the time of any UUIDv7. */
  readRangeAt(query: RangeQuery, moment: string): Promise<MapEntry[]>;
  applyMutation(write: WriteRecord, options?: WriteOptions): Promise<MutationOutcome>;

  appendTrace(events: readonly TraceEvent[], options?: WriteOptions): Promise<void>;
  readTrace(query: { readonly invocation?: string; readonly limit: number }): Promise<TraceEvent[]>;
  countAttempts(invocations: readonly string[]): Promise<number[]>;
  /** Trims the recordings of the oldest invocations; see `recordings.ts`. */
  trimRecordings(trimming: Trimming): Promise<Trimmed>;

  /** Counts one more passing of a fault's point; the number counts from 1. */
  countHit(plan: string, fault: number, options?: WriteOptions): Promise<number>;
  readHits(plan: string): Promise<ReadonlyMap<number, number>>;

  /** `undefined` where it was never written. */
  readSetting(key: string): Promise<unknown>;
  writeSetting(key: string, value: unknown): Promise<void>;

  /** Tells every subscriber that a server has started. */
  announceServer(server: string): void;
  /** Returns the function that ends the subscription. */
  subscribe(listener: ChangeListener): () => void;
  /** Empties every table but the settings. */
  wipe(): Promise<void>;
  close(): void;
}
