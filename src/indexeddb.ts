/** The engine of browsers: IndexedDB. */
export {
  openLedger,
  openStore,
  type ConnectionEvent,
  type IndexedDbStore,
  type MadeDatabase,
  type OpenOptions,
  type OpenStoreOptions,
} from "./store/indexeddb/index.ts";
