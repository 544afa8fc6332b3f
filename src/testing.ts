/** What tests of one's own tools are written with, in whichever test runner. */
export * from "./lab/index.ts";
export type {
  AppliedWrite,
  CaseResult,
  CaseRun,
  ClientEnd,
  Pass,
  PromiseCheck,
} from "./explore/index.ts";
export {
  FAULT_KINDS,
  FAULT_POINTS,
  FaultPlan,
  ManualClock,
  skippingClock,
  type Clock,
  type Fault,
  type FaultKind,
  type FaultMatch,
  type FaultPlanOptions,
  type FaultPoint,
  type FaultWhen,
} from "./durable/index.ts";
