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
export { effect, EffectRefused, traceFailure, type EffectOptions } from "./effect.ts";
export type { EffectAccess, EffectPort, EffectRequest } from "./effect-port.ts";
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
export { atLeastOnce, atMostOnce } from "./guard.ts";
export type { AtMostOnceOptions, Callable, GuardOptions } from "./guard-options.ts";
export { checkKey, checkNewKey, compareKeys, isTooLong, prefixRange } from "./keys.ts";
export { drawAt } from "./random.ts";
export { defaultRetryPolicy, retryPolicy, type RetryPolicy } from "./retry-policy.ts";
export { rangeBounds, SortedMap, type RangeRequest, type SortedMapEntry } from "./sorted-map.ts";
export type { Schema, SchemaInput, SchemaOutput } from "./schema.ts";
export { Tracer } from "./tracer.ts";
export { isUuidv7, uuidv7, uuidv7Lower, uuidv7Time, uuidv7Upper } from "./uuid.ts";
