/** What is kept, and the rules by which it changes: pure functions from record to record. No I/O. */
export type * from "./records.ts";
export { canonicalJson, copyJson, NotJsonError } from "./json.ts";
export {
  begin,
  countAttempts,
  end,
  goesOn,
  hold,
  interrupt,
  isHeld,
  isLeftBehind,
  isPending,
  lastExecution,
  matchesFilter,
  missingTool,
  MAX_RESUMPTION_CRASHES,
  sameRequest,
  summarizeAnswer,
  traceInterruption,
  trimRecording,
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
  markEnded,
  settle,
  type ClaimOutcome,
  type GuardClaim,
  type GuardSettlement,
} from "./guard.ts";
export { packChange, sameBytes, unpackChange } from "./change-codec.ts";
export {
  compareKeys,
  isEmptyRange,
  isWithin,
  rankUnit,
  unitOfRank,
  type KeyBound,
  type KeyBounds,
} from "./keys.ts";
export { keysOf, repeatOf, sameChange, summarizeChange, type MutationOutcome } from "./map.ts";
export {
  rowOf,
  samenessOf,
  settleRow,
  tallyEffects,
  type EffectResult,
  type EffectTally,
  type LedgerEntry,
} from "./ledger.ts";
export {
  effectsAsked,
  judgeCall,
  VERDICTS,
  type JudgedCall,
  type Judgement,
  type Verdict,
} from "./verdict.ts";
export { valueFromText, valueToText } from "./value-text.ts";
