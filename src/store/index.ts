/** The store: IndexedDB and nothing above it. */
export * from "../model/index.ts";
export type { ChangeListener, StoreChange, Table } from "./change-feed.ts";
export {
  databaseNames,
  deleteDatabases,
  type ConnectionEvent,
  type MadeDatabase,
  type OpenOptions,
} from "./database.ts";
export { deferred, type Deferred } from "./deferred.ts";
export type { DurableStore, WriteOptions } from "./durable-store.ts";
export {
  StoreAbortedError,
  StoreClosedError,
  StoreError,
  StoreQuotaError,
  StoreUnavailableError,
  StoreVersionError,
  SupersededError,
  UnstorableValueError,
} from "./errors.ts";
export type { GuardQuery } from "./guard-table.ts";
export { openStore, type OpenStoreOptions } from "./indexed-db-store.ts";
export type { Interruption, InvocationQuery } from "./journal-table.ts";
export { compareKeys, type KeyBound, type KeyBounds } from "./keys.ts";
export type { WriteQuery } from "./map-history.ts";
export { openLedger, type EffectTally, type Ledger, type LedgerEntry } from "./ledger-store.ts";
export { localLiveness, ServerRefusedError, type EnterOptions, type Liveness } from "./liveness.ts";
export type { Page } from "./read-records.ts";
export type { PendingState } from "./schema.ts";
export {
  sameChange,
  type AppliedMutation,
  type MutationOutcome,
  type RangeQuery,
} from "./sorted-map-table.ts";
export { overriding } from "./overriding.ts";
export { copyStorable } from "./storable.ts";
