/** The port over messages, in front of the engine in memory. */
import type { Engine } from "../store/contract/engine.ts";
import {
  connectLedger,
  connectStore,
  serveLedger,
  serveStore,
  type CallCheck,
} from "../store/remote/index.ts";
import { memoryEngine } from "./memory-engine.ts";

/** @param check of the calls that a server makes, before each is carried out */
export function remoteEngine(check?: CallCheck): Engine {
  const near = memoryEngine();
  const options = check ? { check } : {};
  return {
    async openStore(...args) {
      const { port1, port2 } = new MessageChannel();
      serveStore(port1, await near.openStore(...args), options);
      return await connectStore(port2);
    },
    async openLedger(name) {
      const { port1, port2 } = new MessageChannel();
      serveLedger(port1, await near.openLedger(name), options);
      return await connectLedger(port2);
    },
    remove: (name) => near.remove(name),
  };
}
