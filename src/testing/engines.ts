/**
 * The engine that the core's tests run on: `STORE_ENGINE`, which each of vitest's projects sets;
 * IndexedDB unless it does.
 */
import { type InspectableStore, type Ledger, type Liveness } from "../store/index.ts";
import { openLedger, openStore } from "../store/indexeddb/index.ts";
import { MemoryDatabase, openMemory, openMemoryLedger } from "../store/memory/index.ts";
import { pgliteEngine } from "./pglite-engine.ts";
import { remoteEngine } from "./remote-engine.ts";

export interface TestEngine {
  /** A connection to the database `name`, which is made where it is not there yet. */
  openStore(name: string, liveness?: Liveness): Promise<InspectableStore>;
  openLedger(name: string): Promise<Ledger>;
  /** Deletes the database and its ledger, when all connections are closed. */
  remove(name: string): Promise<void>;
}

const databases = new Map<string, MemoryDatabase>();
function databaseOf(name: string): MemoryDatabase {
  const database = databases.get(name) ?? new MemoryDatabase();
  databases.set(name, database);
  return database;
}

const ENGINES: Readonly<Record<string, TestEngine>> = {
  indexeddb: {
    openStore: (name, liveness) => openStore({ name, ...(liveness ? { liveness } : {}) }),
    openLedger: (name) => openLedger({ name: `${name}-ledger` }),
    remove(name) {
      indexedDB.deleteDatabase(name);
      indexedDB.deleteDatabase(`${name}-ledger`);
      return Promise.resolve();
    },
  },
  memory: {
    openStore: (name, liveness) =>
      Promise.resolve(
        openMemory({ name, database: databaseOf(name), ...(liveness ? { liveness } : {}) }),
      ),
    openLedger: (name) => Promise.resolve(openMemoryLedger(databaseOf(name))),
    remove(name) {
      databases.delete(name);
      return Promise.resolve();
    },
  },
  remote: remoteEngine(),
  pglite: pgliteEngine(),
};

const { env = {} } = import.meta as { env?: Readonly<Record<string, string | undefined>> };
export const engineName = env["STORE_ENGINE"] ?? "indexeddb";

/** Tests that break the browser's own database run there only. */
export const isIndexedDb = engineName === "indexeddb";

const found = ENGINES[engineName];
if (!found) {
  throw new Error(
    `STORE_ENGINE is "${engineName}"; it is one of ${Object.keys(ENGINES).join(", ")}.`,
  );
}
export const engine: TestEngine = found;
