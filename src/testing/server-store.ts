/** A store in memory for servers in Node, which is gone with the test. */
import type { ServerStore } from "../store/index.ts";
import { MemoryDatabase, openMemory, openMemoryLedger } from "../store/memory/index.ts";

export function memoryServerStore(): ServerStore {
  const database = new MemoryDatabase();
  const [store, ledger] = [openMemory({ name: "memory", database }), openMemoryLedger(database)];
  const close = async (): Promise<void> => {
    await Promise.all([store.close(), ledger.close()]);
  };
  return { ...store, ledger, close };
}
