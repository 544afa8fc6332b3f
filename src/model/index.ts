/** What is kept, and the rules by which it changes: pure functions from record to record. No I/O. */
export type * from "./records.ts";
export { canonicalJson, copyJson, NotJsonError } from "./json.ts";
export {
  begin,
  end,
  hold,
  interrupt,
  matchesFilter,
  MAX_RESUMPTION_CRASHES,
  sameRequest,
  summarizeAnswer,
  type BeginExecution,
  type BeginOutcome,
  type BeginRefusal,
  type Begun,
  type EndExecution,
} from "./journal.ts";
export {
  claim,
  isClaimable,
  isClaimed,
  isOpen,
  settle,
  type ClaimOutcome,
  type GuardClaim,
  type GuardSettlement,
} from "./guard.ts";
