/** The engine of browsers, and of Node with `fake-indexeddb`. */
export {
  databaseNames,
  deleteDatabases,
  type ConnectionEvent,
  type MadeDatabase,
  type OpenOptions,
} from "./database.ts";
export { openLedger } from "./ledger.ts";
export { openStore, type IndexedDbStore, type OpenStoreOptions } from "./open-store.ts";
export type { SettingStore } from "./setting-table.ts";
