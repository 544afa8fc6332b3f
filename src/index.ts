/** The programming interface (docs/spec.md, 2). It runs wherever `crypto` exists, and stores where their engines do. */
export * from "./sandbox/interface.ts";
export {
  effectsAsked,
  judgeCall,
  ServerRefusedError,
  StoreAbortedError,
  StoreClosedError,
  StoreError,
  StoreQuotaError,
  StoreUnavailableError,
  StoreVersionError,
  SupersededError,
  UnstorableValueError,
  VERDICTS,
} from "./store/index.ts";
/** What is kept, and what the ports take and give. */
export type * from "./store/index.ts";
export * from "./indexeddb.ts";
export * from "./mcp/index.ts";
export { makeServer, type ServerParts } from "./host/index.ts";
