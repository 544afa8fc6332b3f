/**
 * The rules of a guard's record.
 *
 * 1. A guard is claimed only where it is absent and of the same kind; an at-least-once guard stays absent
 *    while it is tried, and each claim counts an attempt.
 * 2. It is settled by compare-and-set: a late writer, whose claim another has replaced, changes nothing.
 */
import type {
  ExecutionRef,
  GuardKind,
  GuardRecord,
  GuardState,
  SerializedError,
} from "./records.ts";

/** Who asks to enter a guard's callable. `at` is in milliseconds since the epoch. */
export interface GuardClaim extends ExecutionRef {
  readonly invocation: string;
  readonly alias: string;
  readonly kind: GuardKind;
  /** The guard within whose callable it is used; absent in the tool's body. */
  readonly within?: string;
  readonly at: number;
  /** The invocation has used no guard of this alias before: there can be no record of it. */
  readonly isNew?: boolean;
}

/** Whether the callable may be entered. */
export interface ClaimOutcome {
  readonly claimed: boolean;
  /** As it is now: claimed for one more attempt, whose number is its `attempts`, or left as it was. */
  readonly record: GuardRecord;
}

/** What an attempt came to. `at` is in milliseconds since the epoch. */
export interface GuardSettlement {
  /** The guard as it was claimed. */
  readonly claimed: GuardRecord;
  readonly at: number;
  readonly state: Exclude<GuardState, "started">;
  /** A copy that nobody else can change. */
  readonly value?: unknown;
  readonly error?: SerializedError;
}

/** What a claim of a guard comes to: one more attempt, or the record as it is, which answers. */
export function claim(found: GuardRecord | undefined, asked: GuardClaim): ClaimOutcome {
  if (found && !isClaimable(found, asked.kind)) return { claimed: false, record: found };
  const { invocation, invocationSeq, alias, kind, within, execution, at } = asked;
  const record: GuardRecord = {
    invocation,
    invocationSeq,
    alias,
    kind,
    ...(within === undefined ? {} : { within }),
    // Only an at-most-once guard remembers that its callable was entered.
    state: kind === "atMostOnce" ? "started" : "absent",
    attempts: (found?.attempts ?? 0) + 1,
    execution,
    updatedAt: at,
  };
  return { claimed: true, record };
}

/** Whether a guard of this kind may be entered; otherwise its record answers. */
export function isClaimable({ state, kind }: GuardRecord, asked: GuardKind): boolean {
  return state === "absent" && kind === asked;
}

/** Whether its callable may be running, or may be run again. */
export function isOpen({ state }: GuardRecord): boolean {
  return state === "started" || state === "absent";
}

/** Whether the guard is as it was claimed: in the same state, attempt and execution, which is not over. */
export function isClaimed(found: GuardRecord | undefined, claimed: GuardRecord): boolean {
  return (
    found?.state === claimed.state &&
    !found.isOver &&
    found.attempts === claimed.attempts &&
    found.execution === claimed.execution
  );
}

/** The guard once the execution that it was claimed by is over; `undefined` where that changes nothing. */
export function markEnded(guard: GuardRecord, execution: number): GuardRecord | undefined {
  return guard.execution === execution && isOpen(guard) ? { ...guard, isOver: true } : undefined;
}

/** The record after its attempt: nothing of the state before is left in it. */
export function settle({ claimed, at, state, value, error }: GuardSettlement): GuardRecord {
  const { error: _, value: __, isOver: ___, ...kept } = claimed;
  return {
    ...kept,
    state,
    updatedAt: at,
    ...(state === "stored" ? { value } : {}),
    ...(error ? { error } : {}),
  };
}
