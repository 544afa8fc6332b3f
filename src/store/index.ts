/** The store: IndexedDB and nothing above it. */
export type { ChangeListener, StoreChange, Table } from "./change-feed.ts";
export {
  databaseExists,
  deleteDatabases,
  type ConnectionEvent,
  type MadeDatabase,
  type OpenOptions,
} from "./database.ts";
export { deferred, type Deferred } from "./deferred.ts";
export type { DurableStore, WriteOptions } from "./durable-store.ts";
export {
  StoreClosedError,
  StoreError,
  StoreQuotaError,
  StoreUnavailableError,
  StoreVersionError,
  UnstorableValueError,
} from "./errors.ts";
export type { GuardClaim, GuardQuery, GuardSettlement } from "./guard-table.ts";
export { openStore, type OpenStoreOptions } from "./indexed-db-store.ts";
export {
  canonicalJson,
  MAX_RESUMPTION_CRASHES,
  sameRequest,
  type BeginExecution,
  type BeginOutcome,
  type EndExecution,
  type InvocationQuery,
} from "./journal-table.ts";
export { compareKeys, type KeyBound, type KeyBounds } from "./keys.ts";
export type { WriteQuery } from "./map-history.ts";
export { openLedger, type EffectTally, type Ledger, type LedgerEntry } from "./ledger-store.ts";
export { localLocks, type Locks } from "./locks.ts";
export type { Page } from "./read-records.ts";
export type * from "./records.ts";
export type { PendingState } from "./schema.ts";
export { sameChange, type MutationOutcome, type RangeQuery } from "./sorted-map-table.ts";
export { overriding } from "./overriding.ts";
