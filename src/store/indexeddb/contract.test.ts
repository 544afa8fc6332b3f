import { storeContract } from "../contract/index.ts";
import { localLiveness } from "../index.ts";
import { openLedger, openStore } from "./index.ts";

storeContract(() => {
  const name = `contract-${crypto.randomUUID()}`;
  // Without Web Locks, as in Node, two connections would refuse each other.
  const hasLocks = "navigator" in globalThis && "locks" in navigator;
  const liveness = hasLocks ? {} : { liveness: localLiveness() };
  return Promise.resolve({
    connect: () => openStore({ name, ...liveness }),
    openLedger: () => openLedger({ name: `${name}-ledger` }),
    dispose: () => {
      indexedDB.deleteDatabase(name);
      indexedDB.deleteDatabase(`${name}-ledger`);
      return Promise.resolve();
    },
  });
});
