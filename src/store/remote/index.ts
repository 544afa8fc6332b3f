/** The port over messages: in front of a store in another worker, page or process. */
export type { Port } from "./messages.ts";
export {
  connectLedger,
  connectStore,
  serveLedger,
  serveStore,
  type ConnectOptions,
} from "./store.ts";
