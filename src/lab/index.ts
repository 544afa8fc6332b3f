/** What tests of tools are written with: a lab, and a sweep of every failure. */
export {
  call,
  Lab,
  textOf,
  type LabAnswer,
  type LabOptions,
  type LabServerOptions,
  type Served,
} from "./lab.ts";
export { memoryStore } from "./memory-store.ts";
export { sweepCall, type Swept, type SweptCall } from "./sweep-call.ts";
