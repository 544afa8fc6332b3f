/** On what a case is run: a store and a ledger of its own. */
import type { InspectableStore, Ledger } from "../store/index.ts";
import { openLedger, openStore } from "../store/indexeddb/index.ts";
import { MemoryDatabase, openMemory, openMemoryLedger } from "../store/memory/index.ts";

export interface CaseDatabases {
  readonly store: InspectableStore;
  readonly ledger: Ledger;
}

/** @param name of the store's database; the ledger's is `<name>-ledger` */
export type OpenCase = (name: string) => Promise<CaseDatabases>;

/** What the browser keeps, and what is to be looked at afterwards. */
export const onIndexedDb: OpenCase = async (name) => {
  const store = await openStore({ name });
  try {
    return { store, ledger: await openLedger({ name: `${name}-ledger` }) };
  } catch (error) {
    await store.close();
    throw error;
  }
};

/** Gone with the run: only its result is left. */
export const inMemory: OpenCase = (name) => {
  const database = new MemoryDatabase();
  const store = openMemory({ name, database });
  return Promise.resolve({ store, ledger: openMemoryLedger(database) });
};
