/**
 * The port of the ledger: what really happened in the outside world, which nothing that a server does
 * rolls back. One row for each time.
 */
import type { EffectResult, EffectTally, LedgerEntry, LedgerRow } from "../model/index.ts";
import type { ChangeListener } from "./change-feed.ts";
import type { InspectableStore, Page } from "./durable-store.ts";

/**
 * The port of the ledger: what really happened outside, whatever became of the server. Data in,
 * data out.
 */
export interface Ledger {
  /** Commits that it happened, unanswered as yet, or that it may happen from now on; resolves with the row's number. */
  record(entry: LedgerEntry): Promise<number>;
  /** Says what a row came to, and resolves with its invocation; one that is not there is ignored. */
  settle(seq: number, result: EffectResult): Promise<string | undefined>;
  /** Of one invocation, or a page of all; in the order in which they happened. */
  rows(query: Page<number> & { readonly invocation?: string }): Promise<LedgerRow[]>;
  /** What each invocation did outside, in the order asked. */
  tally(invocations: readonly string[]): Promise<EffectTally[]>;
  /** Returns the function that ends the subscription. */
  subscribe(listener: ChangeListener): () => void;
  /** Deletes every row. */
  wipe(): Promise<void>;
  /** Closes the connection; what comes later throws `StoreClosedError`. */
  close(): Promise<void>;
}

/** A store, and the ledger beside it in the same database. `close` closes both. */
export interface ServerStore extends InspectableStore {
  readonly ledger: Ledger;
}
