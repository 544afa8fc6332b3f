import type { ServerStore } from "../store/index.ts";
import { MemoryDatabase, openMemory, openMemoryLedger } from "../store/memory/index.ts";

/** A store in memory, with its ledger: gone with the process. */
export function memoryStore(): ServerStore {
  const database = new MemoryDatabase();
  const [store, ledger] = [openMemory({ name: "memory", database }), openMemoryLedger(database)];
  const close = async (): Promise<void> => {
    await Promise.all([store.close(), ledger.close()]);
  };
  return { ...store, ledger, close };
}
