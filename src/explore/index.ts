/** Explore: every way in which a call can fail, tried and judged. */
export {
  INVOCATION,
  runCase,
  type AppliedWrite,
  type CaseRun,
  type ClientEnd,
  type Pass,
  type Scenario,
} from "./run-case.ts";
export {
  cleanRun,
  faultAt,
  isSwept,
  pairsOf,
  placesOf,
  problemsOf,
  shrink,
  singleFaults,
  sweep,
  SWEPT_KINDS,
  tryCase,
  type CaseResult,
  type Place,
  type SweepOptions,
  type SweptKind,
} from "./sweep.ts";
export { checkPromises, describeEnd, type PromiseCheck } from "./promises.ts";
export { inMemory, onIndexedDb, type CaseDatabases, type OpenCase } from "./case-databases.ts";
export { hostOfTools, type CaseParts, type OpenHost } from "./case-host.ts";
