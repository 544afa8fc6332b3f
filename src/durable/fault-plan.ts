/**
 * The fault points and the plans that strike at them.
 *
 * 1. Every injected failure goes through a `FaultInjector` that is asked at every fault point.
 * 2. Hits are counted in the store, so that a crash at the first hit does not strike again after
 *    the restart.
 * 3. A draw depends on the seed, the fault and the hit alone.
 */
import { canonicalJson, type DurableStore, type GuardKind } from "../store/index.ts";
import { InvalidOptionError } from "./errors.ts";
import { drawAt } from "./random.ts";

/** All fault points; see docs/spec.md, 3.1. */
export const FAULT_POINTS = [
  "guard:before-start",
  "guard:started",
  "effect:before",
  "effect:after",
  "guard:before-store",
  "guard:stored",
  "map:before-commit",
  "map:committed",
  "call:before-response",
] as const;
/** Where a fault may strike; see docs/spec.md, 3.1. */
export type FaultPoint = (typeof FAULT_POINTS)[number];

/** All kinds of faults; see docs/spec.md, 3.2. */
export const FAULT_KINDS = [
  "retryable",
  "non-retryable",
  "crash",
  "hang",
  "latency",
  "lose-response",
] as const;
/** What a fault does; see docs/spec.md, 3.2. */
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Where a fault point was passed. */
export interface FaultDetail {
  readonly tool: string;
  /** The guard at whose point, or within whose callable, it is. */
  readonly alias?: string | undefined;
  readonly map?: string | undefined;
  readonly service?: string | undefined;
}

/** Which passings are meant: every field that is given must be equal; without any, all are. */
export type FaultMatch = { readonly [Field in keyof FaultDetail]?: FaultDetail[Field] | undefined };

/** One passing of a fault point, by whom and where. */
export interface Passing extends FaultDetail {
  readonly point: FaultPoint;
  readonly invocation: string;
  readonly execution: number;
  /** The kind of the guard `alias`, and its attempt, if one has begun. */
  readonly kind?: GuardKind | undefined;
  readonly attempt?: number | undefined;
  /** The guards within whose callables that one is, from the outermost in. */
  readonly around: readonly { readonly alias: string; readonly kind: GuardKind }[];
}

/** A class of errors that a fault can throw: it is made with a message. */
export type ErrorClass = new (message: string) => Error;

/** At which of the passings that match: counted from 1, in the store. */
export type FaultWhen =
  | { readonly nth: number }
  | { readonly first: number }
  | { readonly every: true }
  | { readonly probability: number };

/** One failure to inject. */
export interface Fault {
  readonly point: FaultPoint;
  readonly match?: FaultMatch;
  readonly kind: FaultKind;
  readonly when: FaultWhen;
  /** The error's class, or its name: `NetworkError` unless given for `retryable`, `Error` for `non-retryable`. */
  readonly error?: string | ErrorClass;
  /** How long a `latency` lasts, in milliseconds. */
  readonly ms?: number;
}

/** What is asked at every fault point. */
export interface FaultInjector {
  /**
   * Asked first: the call may be made to pause here, which `paused` tells. Resolves with the fault that
   * strikes then, in place of one that is due, or with none; `signal`, the execution's own, is aborted
   * where it ends.
   *
   * @returns `undefined` where it is known at once that the call does not pause
   */
  pause?(
    passing: Passing,
    signal: AbortSignal,
    paused: () => void,
  ): Promise<Fault | undefined> | undefined;
  /** The fault that strikes where `point` is passed, if one does. */
  strike(
    point: FaultPoint,
    detail: FaultDetail,
    store: DurableStore,
    signal: AbortSignal,
  ): Promise<Fault | undefined>;
}

/** What a plan is made with beside its faults. */
export interface FaultPlanOptions {
  /** For `probability`; 1 unless given. */
  readonly seed?: number;
  /** Whose hits are counted: equal plans count together unless they are given different ids. */
  readonly id?: string;
}

/** Faults by a plan: which strike where, and when. Hits are counted in the store. */
export class FaultPlan implements FaultInjector {
  readonly id: string;
  readonly seed: number;

  /** @throws InvalidOptionError for an invalid fault */
  constructor(
    readonly faults: readonly Fault[],
    { seed = 1, id }: FaultPlanOptions = {},
  ) {
    faults.forEach(checkFault);
    this.seed = seed;
    this.id = id ?? canonicalJson([seed, ...faults.map(named)]);
  }

  async strike(
    point: FaultPoint,
    detail: FaultDetail,
    store: DurableStore,
    signal: AbortSignal,
  ): Promise<Fault | undefined> {
    let due: Fault | undefined;
    for (const [index, fault] of this.faults.entries()) {
      if (fault.point !== point || !matches(fault.match, detail)) continue;
      const hit = await store.countHit(this.id, index, { signal });
      // Each counts its hits, also those at which an earlier one strikes.
      if (this.#isDue(fault.when, index, hit)) due ??= fault;
    }
    return due;
  }

  #isDue(when: FaultWhen, index: number, hit: number): boolean {
    if ("nth" in when) return hit === when.nth;
    if ("first" in when) return hit <= when.first;
    if ("probability" in when) return drawAt(this.seed, index, hit) < when.probability;
    return true;
  }
}

/** The name of the error class that a fault throws. */
export function errorNameOf({ error, kind }: Fault): string {
  if (typeof error === "function") return error.name;
  return error ?? (kind === "retryable" ? "NetworkError" : "Error");
}

function named(fault: Fault): unknown {
  return { ...fault, ...(fault.error === undefined ? {} : { error: errorNameOf(fault) }) };
}

/** Whether a fault of `match` concerns what was passed. */
export function matches(match: FaultMatch | undefined, detail: FaultDetail): boolean {
  return (
    !match ||
    (["tool", "alias", "map", "service"] as const).every(
      (name) => match[name] === undefined || match[name] === detail[name],
    )
  );
}

function checkFault(fault: Fault, index: number): void {
  const refuse = (what: string): never => {
    throw new InvalidOptionError(`Fault ${index + 1}: ${what}`);
  };
  if (!FAULT_POINTS.includes(fault.point)) {
    refuse(`"${fault.point}" is no fault point. Use one of ${FAULT_POINTS.join(", ")}.`);
  }
  if (!FAULT_KINDS.includes(fault.kind)) {
    refuse(`"${fault.kind}" is no kind of fault. Use one of ${FAULT_KINDS.join(", ")}.`);
  }
  for (const name of Object.keys(fault.match ?? {})) {
    if (!["tool", "alias", "map", "service"].includes(name)) {
      refuse(`"match" has no field "${name}". Use tool, alias, map or service.`);
    }
  }
  const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) > 0;
  const when: Partial<Record<"nth" | "first" | "every" | "probability", unknown>> = fault.when;
  const { probability } = when;
  const usable =
    Object.keys(when).length === 1 &&
    (isCount(when.nth) ||
      isCount(when.first) ||
      when.every === true ||
      (typeof probability === "number" && probability >= 0 && probability <= 1));
  if (!usable) {
    refuse(
      `"when" is ${JSON.stringify(when)}; use { nth: 1 }, { first: 2 }, { every: true } or { probability: 0.5 }.`,
    );
  }
  if (fault.kind === "latency" && !(typeof fault.ms === "number" && fault.ms >= 0)) {
    refuse(`a latency needs "ms", a number of 0 or more.`);
  }
}
