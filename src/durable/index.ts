/** The programming interface of guards and sorted maps, and the runtime behind it. No DOM, no React. */
export {
  clockThat,
  LONGEST_DELAY_MS,
  ManualClock,
  skippingClock,
  systemClock,
  type Clock,
} from "./clock.ts";
export { DurableContext } from "./context.ts";
export {
  effect,
  EffectRefused,
  traceFailure,
  type EffectOptions,
  type EffectPort,
  type EffectRequest,
} from "./effect.ts";
export type { EffectAccess } from "./effect-access.ts";
export { audit, auditMap, type AuditEntry } from "./audit.ts";
export { entryToJson, fromBytes, textOf, toBytes } from "./bytes.ts";
export * from "./errors.ts";
export { Execution, type ClientChannel, type LogLevel, type Surroundings } from "./execution.ts";
export {
  errorNameOf,
  FAULT_KINDS,
  FAULT_POINTS,
  FaultPlan,
  matches,
  type ErrorClass,
  type Fault,
  type FaultDetail,
  type FaultInjector,
  type FaultKind,
  type FaultMatch,
  type FaultPlanOptions,
  type FaultPoint,
  type FaultWhen,
  type Passing,
} from "./fault-plan.ts";
export { Fence, never } from "./fence.ts";
export {
  atLeastOnce,
  atMostOnce,
  type AtMostOnceOptions,
  type Callable,
  type GuardOptions,
} from "./guard.ts";
export { checkKey, checkNewKey, compareKeys, isTooLong, prefixRange } from "./keys.ts";
export { drawAt } from "./random.ts";
export { defaultRetryPolicy, retryPolicy, type RetryPolicy } from "./retry-policy.ts";
export { rangeBounds, SortedMap, type RangeRequest, type SortedMapEntry } from "./sorted-map.ts";
export type { Schema, SchemaInput, SchemaOutput } from "./schema.ts";
export { Tracer } from "./tracer.ts";
export { isUuidv7, uuidv7, uuidv7Lower, uuidv7Time, uuidv7Upper } from "./uuid.ts";
