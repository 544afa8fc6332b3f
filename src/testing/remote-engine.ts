/** The port over messages, in front of the engine in memory. */
import type { Engine } from "../store/contract/engine.ts";
import { connectLedger, connectStore, serveLedger, serveStore } from "../store/remote/index.ts";
import { memoryEngine } from "./memory-engine.ts";

export function remoteEngine(): Engine {
  const near = memoryEngine();
  return {
    async openStore(...args) {
      const { port1, port2 } = new MessageChannel();
      serveStore(port1, await near.openStore(...args));
      return await connectStore(port2);
    },
    async openLedger(name) {
      const { port1, port2 } = new MessageChannel();
      serveLedger(port1, await near.openLedger(name));
      return await connectLedger(port2);
    },
    remove: (name) => near.remove(name),
  };
}
