/** The port over messages: in front of a store in another worker, page or process. */
export { Caller, methodsOf } from "./caller.ts";
export type { Methods, Port } from "./messages.ts";
export { methodOf, respond, type CallCheck, type CallLimit } from "./responder.ts";
export {
  connectLedger,
  connectStore,
  serveLedger,
  serveStore,
  type ConnectOptions,
  type ServedMethod,
  type ServeOptions,
} from "./store.ts";
