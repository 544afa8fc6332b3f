/** The store: a port, and engines in folders of their own. */
export * from "../model/index.ts";
export type { ChangeListener } from "./change-feed.ts";
export type { StoreChange, Table } from "./change-message.ts";
export { deferred, within, type Deferred } from "./deferred.ts";
export type {
  AppliedMutation,
  Direction,
  DurableStore,
  GuardQuery,
  InspectableStore,
  Interruption,
  InvocationQuery,
  Page,
  RangeQuery,
  TraceQuery,
  Trimmed,
  Trimming,
  WriteOptions,
  WriteQuery,
} from "./durable-store.ts";
export {
  InvalidAddressError,
  StoreAbortedError,
  StoreClosedError,
  StoreError,
  StoreQuotaError,
  StoreUnavailableError,
  StoreVersionError,
  SupersededError,
  UnstorableValueError,
} from "./errors.ts";
export type { Ledger, ServerStore } from "./ledger.ts";
export { ServerRefusedError, type Entered, type EnterOptions, type Liveness } from "./liveness.ts";
export { localLiveness } from "./local-liveness.ts";
export { overriding } from "./overriding.ts";
export { copyStorable } from "./storable.ts";
export { trackedTrace } from "./tracked-trace.ts";
