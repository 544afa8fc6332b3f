/** The port over messages, in front of the engine in memory. */
import { connectLedger, connectStore, serveLedger, serveStore } from "../store/remote/index.ts";
import { MemoryDatabase, openMemory, openMemoryLedger } from "../store/memory/index.ts";
import type { TestEngine } from "./engines.ts";

export function remoteEngine(): TestEngine {
  const databases = new Map<string, MemoryDatabase>();
  const databaseOf = (name: string): MemoryDatabase => {
    const database = databases.get(name) ?? new MemoryDatabase();
    databases.set(name, database);
    return database;
  };
  return {
    async openStore(name, liveness) {
      const { port1, port2 } = new MessageChannel();
      const database = databaseOf(name);
      serveStore(port1, openMemory({ name, database, ...(liveness ? { liveness } : {}) }));
      return await connectStore(port2);
    },
    async openLedger(name) {
      const { port1, port2 } = new MessageChannel();
      serveLedger(port1, openMemoryLedger(databaseOf(name)));
      return await connectLedger(port2);
    },
    remove(name) {
      databases.delete(name);
      return Promise.resolve();
    },
  };
}
