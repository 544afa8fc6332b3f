/**
 * The port of the ledger: what really happened in the outside world, which nothing that a server does
 * rolls back. One row for each time.
 */
import type { KeptError, LedgerRow } from "../model/index.ts";
import type { ChangeListener } from "./change-feed.ts";
import type { Page } from "./durable-store.ts";

export type LedgerEntry = Omit<LedgerRow, "seq" | "occurrence" | "outcome">;

export interface EffectTally {
  readonly effects: number;
  /** How many of them had happened before, in the same invocation. */
  readonly duplicates: number;
}

export interface Ledger {
  /** Commits that it happened, unanswered as yet; resolves with the row's number. */
  record(entry: LedgerEntry): Promise<number>;
  /** The server got the answer, or `error` in its place. */
  settle(seq: number, result: { answered: true } | { error: KeptError }): Promise<void>;
  /** Of one invocation, or a page of all; in the order in which they happened. */
  rows(query: Page<number> & { readonly invocation?: string }): Promise<LedgerRow[]>;
  /** What each invocation did outside, in the order asked; validation runs are not counted. */
  tally(invocations: readonly string[]): Promise<EffectTally[]>;
  subscribe(listener: ChangeListener): () => void;
  wipe(): Promise<void>;
  close(): Promise<void>;
}
