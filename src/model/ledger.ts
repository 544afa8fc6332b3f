/**
 * The ledger's rules.
 *
 * 1. A row is written when the outside thing happens (simulated: with it), or before it is begun (real:
 *    it may have happened, until the service has said).
 * 2. It is never taken back: what the service refused stays, as refused.
 */
import { canonicalJson } from "./json.ts";
import type { SerializedError, LedgerRow } from "./records.ts";

/** A row as it is recorded; the ledger numbers it and counts its repetitions. */
export interface LedgerEntry extends Omit<LedgerRow, "seq" | "occurrence" | "outcome"> {
  /** It is about to be begun, and may happen from now on; otherwise it happened. */
  readonly outcome?: "uncertain";
}

/**
 * What a row comes to: that it happened, that the tool has the service's answer, an error in its
 * place, or the word that it was not done.
 */
export type EffectResult =
  | { readonly happened: true; readonly response?: unknown }
  | { readonly answered: true }
  | { readonly error: SerializedError }
  | { readonly refused: SerializedError };

/** Equal for what was asked alike in one invocation, in any order of names. */
export function samenessOf(entry: LedgerEntry | LedgerRow): string {
  const { invocation, service, operation, request, validation } = entry;
  return canonicalJson([invocation, service, operation, request, !!validation]);
}

/**
 * A row as it is kept, unnumbered yet.
 *
 * @param earlier how many rows of the same sameness there are
 */
export function rowOf(entry: LedgerEntry, earlier: number): Omit<LedgerRow, "seq"> {
  return { ...entry, outcome: entry.outcome ?? "unanswered", occurrence: earlier + 1 };
}

/** The row after what it came to is known. */
export function settleRow<Row extends Omit<LedgerRow, "seq">>(row: Row, result: EffectResult): Row {
  if ("refused" in result) return { ...row, outcome: "refused", error: result.refused };
  if ("error" in result) return { ...row, error: result.error };
  if ("answered" in result) return { ...row, outcome: "answered" };
  return {
    ...row,
    outcome: "unanswered",
    ...("response" in result ? { response: result.response } : {}),
  };
}

/** How many effects some rows tell of. */
export interface EffectTally {
  /** How often something happened outside. */
  readonly effects: number;
  /** How many of them had happened before, in the same invocation, by the same request. */
  readonly duplicates: number;
  /** How many more may have happened: a real service that did not say. */
  readonly uncertain: number;
}

/** The second runs of effect validation, and what a service refused, are no effects. */
export function tallyEffects(rows: readonly LedgerRow[]): EffectTally {
  const asked = rows.filter(({ validation, outcome }) => !validation && outcome !== "refused");
  const happened = asked.filter(({ outcome }) => outcome !== "uncertain");
  return {
    effects: happened.length,
    duplicates: happened.filter(({ occurrence }) => occurrence > 1).length,
    uncertain: asked.length - happened.length,
  };
}
