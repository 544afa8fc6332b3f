import { storeContract } from "../contract/index.ts";
import { MemoryDatabase, openMemory, openMemoryLedger } from "./index.ts";

storeContract(() => {
  const database = new MemoryDatabase();
  return Promise.resolve({
    connect: () => Promise.resolve(openMemory({ database })),
    openLedger: () => Promise.resolve(openMemoryLedger(database)),
    dispose: () => Promise.resolve(),
  });
});
