/** The programming interface (SPEC.md 2). It runs wherever `indexedDB` and `crypto` exist. */
export {
  openStore,
  StoreClosedError,
  StoreError,
  StoreQuotaError,
  StoreUnavailableError,
  StoreVersionError,
  UnstorableValueError,
  type ConnectionEvent,
  type DurableStore,
  type OpenStoreOptions,
} from "./store/index.ts";
export * from "./durable/index.ts";
export * from "./mcp/index.ts";
export * from "./world/index.ts";
