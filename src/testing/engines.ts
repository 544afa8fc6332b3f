/**
 * The engine that the core's tests run on: `STORE_ENGINE`, which each of vitest's projects sets;
 * IndexedDB unless it does.
 */
import type { Engine } from "../store/contract/engine.ts";
import { openLedger, openStore } from "../store/indexeddb/index.ts";
import { checkServerCall } from "../sandbox/index.ts";
import { memoryEngine } from "./memory-engine.ts";
import { pgliteEngine } from "./pglite-engine.ts";
import { postgresEngine } from "./postgres-engine.ts";
import { remoteEngine } from "./remote-engine.ts";

export const ENGINES = {
  indexeddb: {
    openStore: (name, liveness) => openStore({ name, ...(liveness ? { liveness } : {}) }),
    openLedger: (name) => openLedger({ name: `${name}-ledger` }),
    remove(name) {
      indexedDB.deleteDatabase(name);
      indexedDB.deleteDatabase(`${name}-ledger`);
      return Promise.resolve();
    },
  },
  memory: memoryEngine(),
  // What the core sends is what a person's own server may send.
  remote: remoteEngine(checkServerCall),
  pglite: pgliteEngine(),
  postgres: postgresEngine(),
  "postgres-without-listen": postgresEngine({ listen: false }),
} satisfies Readonly<Record<string, Engine>>;

const { env = {} } = import.meta as { env?: Readonly<Record<string, string | undefined>> };
export const engineName = env["STORE_ENGINE"] ?? "indexeddb";

/** Tests that break the browser's own database run there only. */
export const isIndexedDb = engineName === "indexeddb";

const found = (ENGINES as Readonly<Record<string, Engine | undefined>>)[engineName];
if (!found) {
  throw new Error(
    `STORE_ENGINE is "${engineName}"; it is one of ${Object.keys(ENGINES).join(", ")}.`,
  );
}
export const engine = found;
