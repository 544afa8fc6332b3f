/** The engine in memory, with databases by name. */
import type { Engine } from "../store/contract/engine.ts";
import { MemoryDatabase, openMemory, openMemoryLedger } from "../store/memory/index.ts";

export function memoryEngine(): Engine {
  const databases = new Map<string, MemoryDatabase>();
  const databaseOf = (name: string): MemoryDatabase => {
    const database = databases.get(name) ?? new MemoryDatabase();
    databases.set(name, database);
    return database;
  };
  return {
    openStore: (name, liveness) =>
      Promise.resolve(
        openMemory({ name, database: databaseOf(name), ...(liveness ? { liveness } : {}) }),
      ),
    openLedger: (name) => Promise.resolve(openMemoryLedger(databaseOf(name))),
    remove(name) {
      databases.delete(name);
      return Promise.resolve();
    },
  };
}
