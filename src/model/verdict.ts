/**
 * What became of a call in the outside world, from the ledger, the journal and the guards; never from
 * the answer alone. The first that fits:
 *
 * 1. done twice: a later attempt or execution did again what an earlier one had done (the same guard or
 *    body, service, operation and position within the attempt, whatever the request: a fresh id for each
 *    attempt is the classic bug), or one attempt made one request twice.
 * 2. unknown: the last answer was lost, a guard is still started, an effect may have happened, or an error
 *    or a cancellation followed an effect. Who needs to know asks the service.
 * 3. not done: an error or a cancellation, and no effect.
 * 4. nothing to do: success, and no effect was asked for.
 * 5. done once: otherwise.
 *
 * Effects that are declared repeatable, and those of effect validation, are counted and not judged.
 */
import { canonicalJson } from "./json.ts";
import { tallyEffects, type EffectTally } from "./ledger.ts";
import type { GuardRecord, InvocationRecord, LedgerRow, TraceEvent } from "./records.ts";

/** Every verdict. */
export const VERDICTS = [
  "done twice",
  "unknown",
  "not done",
  "nothing to do",
  "done once",
] as const;
/** What became of a call outside, in a word. */
export type Verdict = (typeof VERDICTS)[number];

/** All that a verdict rests on. */
export interface JudgedCall {
  readonly invocation: InvocationRecord;
  /** Its guards. */
  readonly guards: readonly GuardRecord[];
  /** Its rows in the ledger, in their order. */
  readonly effects: readonly LedgerRow[];
  /** The effects that it asked for, each as `service.operation`. */
  readonly asked?: readonly string[];
}

/** A verdict, and what it is about. */
export interface Judgement {
  readonly verdict: Verdict;
  /** What was done twice was so within the guards' word: their callables threw after the effect. */
  readonly guardsKeptTheirWord?: true;
  /** What was done twice, each as `service.operation`. */
  readonly twice: readonly string[];
  /** What was asked for and did not happen. */
  readonly missing: readonly string[];
  readonly tally: EffectTally;
}

/** @returns `undefined` for a call that has not ended: its state says what there is to say */
export function judgeCall(call: JudgedCall): Judgement | undefined {
  const { invocation, guards, effects, asked = [] } = call;
  const { state, last } = invocation;
  if (state === "running" || state === "interrupted") return undefined;
  const tally = tallyEffects(effects);
  const real = effects.filter(({ validation }) => !validation);
  const happened = real.filter(({ outcome }) => outcome === "answered" || outcome === "unanswered");
  const judged = happened.filter(({ repeatable }) => !repeatable);
  const doubled = findDoubled(judged);
  const about = {
    twice: [...new Set(doubled.map(nameOf))],
    missing: findMissing(real, happened, asked),
    tally,
  };
  const isError = state === "cancelled" || state === "failed" || last.answer?.isError === true;
  if (doubled.length > 0) {
    const kept = !invocation.unguarded && doubled.every((row) => isWithinGuard(row, guards));
    return { verdict: "done twice", ...about, ...(kept ? { guardsKeptTheirWord: true } : {}) };
  }
  const isUnknown =
    last.responseLost === true ||
    guards.some((guard) => guard.state === "started") ||
    real.some(({ outcome, repeatable }) => outcome === "uncertain" && !repeatable) ||
    (isError && judged.length > 0);
  if (isUnknown) return { verdict: "unknown", ...about };
  if (isError) return { verdict: "not done", ...about };
  if (real.length === 0 && asked.length === 0) return { verdict: "nothing to do", ...about };
  return { verdict: "done once", ...about };
}

/** The effects that a recording tells were asked for, each as `service.operation`. */
export function effectsAsked(trace: readonly TraceEvent[]): string[] {
  const asked = trace.filter(({ type, detail }) => type === "effect" && detail !== undefined);
  return [...new Set(asked.map(({ detail = "" }) => detail))];
}

function nameOf({ service, operation }: Pick<LedgerRow, "service" | "operation">): string {
  return `${service}.${operation}`;
}

/**
 * What was asked for and did not happen. A refused effect is another than one of its name that
 * happened at another place; the recording does not tell places, and is asked by name.
 */
function findMissing(
  rows: readonly LedgerRow[],
  happened: readonly LedgerRow[],
  asked: readonly string[],
): string[] {
  const places = new Set(happened.map(placeOf));
  const names = new Set(happened.map(nameOf));
  const refused = rows.filter((row) => row.outcome === "refused" && !places.has(placeOf(row)));
  return [...new Set([...refused.map(nameOf), ...asked.filter((name) => !names.has(name))])];
}

/** Where in the call it was asked for, whichever attempt it was. */
function placeOf({ alias, service, operation, position }: LedgerRow): string {
  return canonicalJson([alias ?? null, service, operation, position ?? null]);
}

/** The rows that repeat what an earlier one did. */
function findDoubled(rows: readonly LedgerRow[]): LedgerRow[] {
  const places = new Map<string, string>();
  const requests = new Set<string>();
  const counts = new Map<string, number>();
  return rows.filter((row) => {
    const { alias, service, operation, execution, attempt } = row;
    const run = `${execution}.${attempt ?? 0}`;
    const counter = canonicalJson([run, alias ?? null, service, operation]);
    // Rows of older versions do not tell their position.
    const position = row.position ?? counts.get(counter) ?? 0;
    counts.set(counter, (counts.get(counter) ?? 0) + 1);
    const place = placeOf({ ...row, position });
    const earlier = places.get(place);
    if (earlier === undefined) places.set(place, run);
    const request = canonicalJson([counter, row.request]);
    const isSame = requests.has(request);
    requests.add(request);
    return isSame || (earlier !== undefined && earlier !== run);
  });
}

/** Whether a guard's record tells of the attempt that did it: with guards off there is none. */
function isWithinGuard({ alias, attempt = 0 }: LedgerRow, guards: readonly GuardRecord[]): boolean {
  return guards.some((guard) => guard.alias === alias && guard.attempts >= attempt);
}
