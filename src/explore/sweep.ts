/** Tries every way in which a call can fail. */
import {
  matches,
  type Fault,
  type FaultDetail,
  type FaultKind,
  type FaultPoint,
} from "../durable/index.ts";
import { canonicalJson, judgeCall, type Judgement } from "../store/index.ts";
import { inMemory, type OpenCase } from "./case-databases.ts";
import { runCase, type CaseRun, type Pass, type Scenario } from "./run-case.ts";
import { checkPromises, describeEnd, type PromiseCheck } from "./promises.ts";

/** What is tried at each point; a lost response is one thing wherever it is decided. */
export const SWEPT_KINDS = ["crash", "retryable", "non-retryable", "lose-response"] as const;
export type SweptKind = (typeof SWEPT_KINDS)[number];

/** A place where a clean call passes a fault point: the point, what it is about, and which occurrence. */
export interface Place {
  readonly point: FaultPoint;
  readonly match: Omit<Partial<FaultDetail>, "tool">;
  readonly nth: number;
}

/** What a call came to under some failures. */
export interface CaseResult {
  /** What failed, and where. */
  readonly faults: readonly Fault[];
  readonly run: CaseRun;
  readonly outcome: string;
  /** Whether any of the faults struck: with the guards off, their points are not all passed. */
  readonly hasStruck: boolean;
  /** Whether the guards kept their word. */
  readonly promises: PromiseCheck;
  /** What became of the call outside; absent where it never ended. */
  readonly judgement: Judgement | undefined;
  /**
   * Present where it was run on another engine, too, whose databases are left: `same`, or in words what it came
   * to in memory and there. A call that is not the same each time tells of itself so, too.
   */
  readonly check?: string;
}

export interface SweepOptions {
  /** Begins the names of the scratch databases. */
  readonly prefix: string;
  readonly signal?: AbortSignal;
  readonly onResult?: (result: CaseResult) => void;
  /** On what one case in ten is run as well, and must come to the same. */
  readonly check?: OpenCase | undefined;
}

/** Every so many cases is run on another engine, too. */
const CHECKED = 10;

/** A case waits for a disk, or for a clock, part of its time. */
const AT_ONCE = 4;

/** The places that a call passes, in order, without the retry that follows it. */
export function placesOf(all: readonly Pass[]): Place[] {
  const end = all.findIndex(({ point }) => point === "call:before-response");
  const passes = end === -1 ? all : all.slice(0, end + 1);
  return passes.map(({ point, detail }, index) => {
    const { tool: _, ...about } = detail;
    const match = Object.fromEntries(
      Object.entries(about).filter(([, value]) => value !== undefined),
    );
    const same = passes
      .slice(0, index + 1)
      .filter((pass) => pass.point === point && matches(match, pass.detail));
    return { point, match, nth: same.length };
  });
}

/** Whether the kind differs from others at the point. */
export function isSwept(point: FaultPoint, kind: FaultKind): boolean {
  return kind !== "lose-response" || point === "call:before-response";
}

export function faultAt({ point, match, nth }: Place, kind: SweptKind): Fault {
  return { point, match, kind, when: { nth } };
}

/** Every single fault that can strike at the places. */
export function singleFaults(places: readonly Place[]): [Fault][] {
  return places.flatMap((place) =>
    SWEPT_KINDS.filter((kind) => isSwept(place.point, kind)).map((kind): [Fault] => [
      faultAt(place, kind),
    ]),
  );
}

/** Every two of them at different places: at one place, only the first of two would strike. */
export function pairsOf(singles: readonly (readonly [Fault])[]): Fault[][] {
  return singles.flatMap(([one], index) =>
    singles
      .slice(index + 1)
      .filter(([other]) => !isSamePlace(one, other))
      .map(([other]) => [one, other]),
  );
}

function isSamePlace(a: Fault, b: Fault): boolean {
  const place = ({ point, match, when }: Fault): string => canonicalJson([point, match, when]);
  return place(a) === place(b);
}

/**
 * Runs a call without a failure, guards on: by it every case is judged.
 *
 * @throws Error where it is none to be swept: it was refused, hangs, breaks a promise, or never reached its tool
 */
export async function cleanRun(
  scenario: Scenario,
  name: string,
  open: OpenCase = inMemory,
): Promise<CaseRun> {
  const { tool } = scenario;
  const clean = await runCase({ ...scenario, guards: "on" }, [], name, open);
  const { end, invocation } = clean;
  if (end.type === "refused") throw new Error(end.message);
  if (end.type === "hanging") throw new Error(`A clean call of ${tool} never ends.`);
  const { problems } = checkPromises(clean, clean);
  if (problems.length > 0) throw new Error(`A clean call breaks a promise: ${problems.join(" ")}`);
  if (invocation === undefined) {
    const [first] = end.result.content;
    const why = first?.type === "text" ? first.text : "its arguments were refused.";
    throw new Error(`The call never reached ${tool}: ${why}`);
  }
  return clean;
}

/** The cases that break a promise, in words: which, and how. */
export function problemsOf(results: readonly CaseResult[]): string[] {
  const broken = results.filter(({ promises }) => !promises.holds);
  return broken.map(({ faults, promises, outcome }) => {
    const struck = faults.map(
      ({ point, kind, when }) => `${kind} at ${point} ${JSON.stringify(when)}`,
    );
    return `${struck.join(" and ")}: ${promises.problems.join(" ")} (${outcome})`;
  });
}

/**
 * Runs the cases, each on databases of its own; resolves with their results in the cases' order, or
 * where the signal was aborted, with those that were run.
 */
export async function sweep(
  scenario: Scenario,
  clean: CaseRun,
  cases: readonly (readonly Fault[])[],
  { prefix, signal, onResult, check }: SweepOptions,
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  const entries = cases.entries();
  const failed: { readonly error: unknown }[] = [];
  const work = async (): Promise<void> => {
    for (const [index, faults] of entries) {
      if (signal?.aborted || failed.length > 0) return;
      try {
        const name = `${prefix}-${index}`;
        const found = await tryCase(scenario, clean, faults, name);
        const result =
          check && index % CHECKED === 0
            ? checked(found, await tryCase(scenario, clean, faults, name, check))
            : found;
        results[index] = result;
        onResult?.(result);
      } catch (error) {
        failed.push({ error });
      }
    }
  };
  // All have ended when this does, also where one fails.
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const [failure] = failed;
  if (failure) throw failure.error;
  return results.filter(Boolean);
}

export async function tryCase(
  scenario: Scenario,
  clean: CaseRun,
  faults: readonly Fault[],
  name: string,
  open: OpenCase = inMemory,
): Promise<CaseResult> {
  const run = await runCase(scenario, faults, name, open);
  const { invocation, guards, effects, asked } = run;
  return {
    faults,
    run,
    outcome: describeEnd(run.end),
    hasStruck: run.passes.some(({ fault }) => fault !== undefined),
    promises: checkPromises(run, clean),
    judgement: invocation && judgeCall({ invocation, guards, effects, asked }),
  };
}

/** The case with what the same came to on the other engine: by what a person is told of it. */
function checked(result: CaseResult, other: CaseResult): CaseResult {
  const [here, there] = [result, other].map(({ outcome, promises, judgement, run }) =>
    [
      `the call ended as ${outcome}`,
      `${promises.holds ? "every" : "not every"} promise was kept`,
      `the verdict was ${judgement?.verdict ?? "none"}`,
      ...run.guards.map(({ alias, state }) => `the guard "${alias}" was ${state}`),
    ].join(", "),
  );
  const check = here === there ? "same" : `In memory ${here}; on IndexedDB ${there}.`;
  return { ...result, check };
}

/** The fewest of the faults of a failing case that still fail. */
export async function shrink(
  scenario: Scenario,
  clean: CaseRun,
  failing: CaseResult,
  prefix: string,
  signal?: AbortSignal,
): Promise<CaseResult> {
  for (const [index] of failing.faults.entries()) {
    if (failing.faults.length === 1 || signal?.aborted) break;
    const fewer = failing.faults.filter((_, at) => at !== index);
    const result = await tryCase(scenario, clean, fewer, `${prefix}-without-${index}`);
    if (!result.promises.holds) {
      return await shrink(scenario, clean, result, `${prefix}-${index}`, signal);
    }
  }
  return failing;
}
