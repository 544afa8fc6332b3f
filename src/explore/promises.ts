/**
 * Judges a case by what the guards promise, from the ledger and the store alone:
 *
 * 1. atMostOnce: never a second effect, unless its callable itself threw a retryable error after
 *    the first.
 * 2. A guard that has stored its result has had its effects, at least once.
 * 3. A stored value never changes.
 * 4. A map write is never lost, once the call says success, and never applied twice.
 * 5. No call is left hanging; a server that died does nothing any more.
 */
import type { FaultPoint } from "../durable/index.ts";
import { canonicalJson, type GuardKind, type LedgerRow } from "../store/index.ts";
import type { AppliedWrite, CaseRun, ClientEnd } from "./run-case.ts";

/** Whether a case keeps what guards promise. */
export interface PromiseCheck {
  readonly holds: boolean;
  /** What was broken, in words; empty where everything holds. */
  readonly problems: readonly string[];
}

/** @param clean the same call without any fault, guards on */
export function checkPromises(run: CaseRun, clean: CaseRun): PromiseCheck {
  const problems = [
    ...hanging(run),
    ...effectsTwice(run, clean),
    ...effectsMissing(run, clean),
    ...run.unstable,
    ...writesTwice(run),
    ...writesLost(run, clean),
    ...run.late,
  ];
  return { holds: problems.length === 0, problems: [...new Set(problems)] };
}

/** What the call came to, in a word or two. */
export function describeEnd(end: ClientEnd): string {
  if (end.type === "hanging") return "hanging";
  if (end.type === "refused") return "refused";
  const { structuredContent, isError } = end.result;
  const { status, error_type } = structuredContent ?? {};
  if (typeof error_type === "string") return error_type;
  if (typeof status === "string") return status;
  return isError ? "error" : "success";
}

function hanging({ end, invocation }: CaseRun): string[] {
  if (end.type === "hanging") return ["The call never came to an end."];
  if (end.type === "refused") return [`The call was refused at last: ${end.message}`];
  const state = invocation?.state;
  return state === "running" || state === "interrupted"
    ? [`The client has its answer, and the journal says that the call is ${state}.`]
    : [];
}

function kindsOf(...runs: readonly CaseRun[]): ReadonlyMap<string, GuardKind> {
  return new Map(runs.flatMap(({ guards }) => guards.map(({ alias, kind }) => [alias, kind])));
}

function effectsTwice(run: CaseRun, clean: CaseRun): string[] {
  const kinds = kindsOf(run, clean);
  // By what is done, not by the request: a second charge may have a fresh id.
  const counts = countEffects(run.effects);
  const cleanCounts = countEffects(baseline(clean));
  return [...counts].flatMap(([key, { row, count }]) => {
    if (row.alias === undefined || kinds.get(row.alias) !== "atMostOnce") return [];
    const allowed =
      Math.max(1, cleanCounts.get(key)?.count ?? 0) + retryableAfterEffect(run, row.alias);
    return count <= allowed
      ? []
      : [`${nameOf(row)} happened ${count} times under atMostOnce "${row.alias}".`];
  });
}

/** How often a retryable error was thrown within the guard's callable after its first effect. */
function retryableAfterEffect({ passes }: CaseRun, alias: string): number {
  const within = passes.filter(
    ({ point, detail }) => detail.alias === alias && isWithinCallable(point),
  );
  const first = within.findIndex(({ point, fault }) => point === "effect:before" && !fault);
  if (first === -1) return 0;
  return within
    .slice(first)
    .filter(({ point, fault }) => fault?.kind === "retryable" && point !== "effect:before").length;
}

function isWithinCallable(point: FaultPoint): boolean {
  return point.startsWith("effect:") || point.startsWith("map:");
}

function effectsMissing(run: CaseRun, clean: CaseRun): string[] {
  const counts = countEffects(run.effects);
  const stored = new Set(
    run.guards.filter(({ state }) => state === "stored").map(({ alias }) => alias),
  );
  return [...countEffects(baseline(clean))].flatMap(([key, { row }]) =>
    row.alias !== undefined && stored.has(row.alias) && !counts.has(key)
      ? [`The guard "${row.alias}" has stored its result, and ${nameOf(row)} never happened.`]
      : [],
  );
}

function nameOf({ service, operation }: LedgerRow): string {
  return `${service}.${operation}`;
}

/** What the first execution of a clean call did; the retry that follows it must do nothing. */
function baseline(clean: CaseRun): readonly LedgerRow[] {
  return clean.effects.filter(({ execution }) => execution === 1);
}

function countEffects(rows: readonly LedgerRow[]) {
  const counts = new Map<string, { readonly row: LedgerRow; readonly count: number }>();
  for (const row of rows) {
    const key = canonicalJson([row.alias ?? null, row.service, row.operation]);
    counts.set(key, { row, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return counts;
}

function writesTwice({ writes }: CaseRun): string[] {
  const applied = new Set<string>();
  return writes.flatMap(({ write: { once, map }, outcome }) => {
    if (!once || outcome !== "applied") return [];
    const key = canonicalJson(once);
    if (applied.has(key)) return [`A write to the map "${map}" was applied twice.`];
    applied.add(key);
    return [];
  });
}

function writesLost(run: CaseRun, clean: CaseRun): string[] {
  const gone = run.lostWrites > 0 ? [`${run.lostWrites} applied writes are not in the store.`] : [];
  if (describeEnd(run.end) !== describeEnd(clean.end)) return gone;
  const there = new Set(run.writes.map(placeOf));
  const lost = clean.writes.filter(
    (write) => !there.has(placeOf(write)) && !wasRefused(run, write.write.map),
  );
  return [
    ...gone,
    ...lost.map(({ write }) => `The call says success, and its write to "${write.map}" is lost.`),
  ];
}

/** Where in the tool a write stands: the name that it is applied under, without attempt and execution. */
function placeOf({ write: { once = [], map, method } }: AppliedWrite): string {
  const [, kind = "", alias = ""] = once;
  // An audit's own alias holds the number of its execution.
  const name = kind === "body" || map.startsWith("audit:") ? "" : alias;
  return canonicalJson([kind, name, map, method]);
}

/** The tool saw that a write to the map failed: what it made of that is its own. */
function wasRefused({ passes }: CaseRun, map: string): boolean {
  return passes.some(
    ({ point, detail, fault }) =>
      point === "map:before-commit" &&
      detail.map === map &&
      (fault?.kind === "retryable" || fault?.kind === "non-retryable"),
  );
}
