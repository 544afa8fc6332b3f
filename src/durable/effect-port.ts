/** By what effects are done, and what a world may do with the context that one was asked with. */
import type { FaultPoint } from "./fault-plan.ts";

/** Where an effect was asked for, and how a world waits, begins and tells within that execution. */
export interface EffectAccess {
  readonly invocation: string;
  readonly execution: number;
  /** The guard and its attempt; absent in the tool's body. */
  readonly alias?: string;
  readonly attempt?: number;
  /** Its place among the effects of the same name in its attempt, or in the body: 0, 1, … */
  readonly position: number;
  /** It is the second run of effect validation. */
  readonly validation: boolean;
  /**
   * In the second run of effect validation: what the first was answered at this place.
   *
   * @throws GuardUsageError where the first did not ask for it, for nothing is performed then
   */
  firstAnswer(): Promise<unknown>;
  /** Keeps the answer for the second run of effect validation, where there will be one. */
  remember<T>(answer: Promise<T>): Promise<T>;
  /** Passes a fault point: throws, waits or never settles where a fault strikes. */
  pass(point: FaultPoint): Promise<void>;
  /** Waits on the server's clock, in milliseconds. */
  sleep(ms: number): Promise<void>;
  /** Begins what does the effect, unless the server is dead or the attempt has ended. */
  begin<T>(operation: () => Promise<T>): Promise<T>;
  /** Begins `operation` unless the server is dead; what it resolves with arrives only while it lives. */
  run<T>(operation: () => Promise<T>): Promise<T>;
  /** The same for the whole effect, which is named while it is under way. */
  during<T>(operation: () => Promise<T>): Promise<T>;
  /** Says in the trace what became of the effect. */
  trace(outcome: string, error?: { name: string; message: string }): void;
}

/** An effect as a world is asked for it. */
export interface EffectRequest {
  readonly service: string;
  readonly operation: string;
  /** JSON: kept in the ledger. */
  readonly request: unknown;
  /** Does it for real. */
  readonly perform: () => Promise<unknown>;
  readonly repeatable: boolean;
}

/** What effects are done by; see `World`. */
export interface EffectPort {
  /**
   * Does the effect, or throws what kept it from being done.
   *
   * @throws EffectRefused where nothing happened, and never will
   */
  run(access: EffectAccess, effect: EffectRequest): Promise<unknown>;
}
