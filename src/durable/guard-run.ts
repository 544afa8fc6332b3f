/**
 * One use of a guard: its attempts, from the claim to the record of what they came to.
 *
 * 1. An at-most-once callable is entered only after `started` is on the disk.
 * 2. Only what the callable itself throws is classified as retryable or not.
 * 3. Once an at-most-once callable has resolved, its guard is never absent again.
 * 4. The value that is returned is what the schema makes of the stored copy, the first time too.
 */
import {
  copyStorable,
  isClaimable,
  UnstorableValueError,
  type ClaimOutcome,
  type GuardKind,
  type GuardRecord,
  type SerializedError,
} from "../store/index.ts";
import { DurableContext } from "./context.ts";
import type { Run } from "./effect-validation.ts";
import { GuardUsageError, GuardValueError, serializeError } from "./errors.ts";
import type { FaultPoint } from "./fault-plan.ts";
import type { Execution } from "./execution.ts";
import { answerFrom } from "./guard-answer.ts";
import { asksAround, type Asked, type Scope } from "./scope.ts";
import type { AtMostOnceOptions, Callable } from "./guard-options.ts";
import { backoffMs, type RetryPolicy } from "./retry-policy.ts";
import { parseValue, type Schema } from "./schema.ts";

/** What an attempt came to: a value, or an error after which the guard may be tried again. */
type AttemptOutcome =
  { readonly value: unknown } | { readonly again: unknown; readonly attempt: number | undefined };

export class GuardRun {
  /** No record of the guard can be in the store. */
  #isNew = false;
  /** Its record as this use has claimed it. */
  #claimed: GuardRecord | undefined;

  constructor(
    readonly kind: GuardKind,
    readonly alias: string,
    readonly execution: Execution,
    readonly scope: Scope,
    private readonly callable: Callable<unknown>,
    readonly options: AtMostOnceOptions<Schema | undefined>,
    private readonly policy: RetryPolicy,
  ) {}

  async run(): Promise<unknown> {
    const { store, guards, fence, random, number, invocation } = this.execution.options;
    const { seen } = this.execution;
    // In an invocation's first execution, no guard was used before.
    this.#isNew = number === 1 && !seen.has(this.alias);
    seen.add(this.alias);
    // The second run of effect validation may be answered from the store, and writes nothing to it.
    const recorded = guards === "on" && !this.scope.validates;
    if (guards === "on" && !this.#isNew) {
      const record = await fence.run(() => store.readGuard(invocation.seq, this.alias));
      if (record && !isClaimable(record, this.kind)) return await answerFrom(record, this);
    }
    for (let tries = 1; ; tries++) {
      const outcome = await (recorded ? this.#attempt() : this.#unguarded());
      if ("value" in outcome) return outcome.value;
      if (tries >= this.policy.maxAttempts) throw outcome.again;
      const ms = backoffMs(this.policy, tries, random);
      this.#trace("backoff", { ms, ...(outcome.attempt ? { attempt: outcome.attempt } : {}) });
      await this.execution.sleep(ms);
    }
  }

  async #attempt(): Promise<AttemptOutcome> {
    return this.kind === "atMostOnce" ? await this.#attemptOnce() : await this.#attemptAgain();
  }

  async #attemptOnce(): Promise<AttemptOutcome> {
    const claim = await this.#claim();
    if (!claim.claimed) return { value: await answerFrom(claim.record, this) };
    const { attempts: attempt } = claim.record;
    try {
      await this.#pass("guard:started", attempt);
    } catch (error) {
      return await this.#fail(error, attempt);
    }
    let value: unknown;
    try {
      value = await this.#call(attempt);
    } catch (error) {
      if (!this.#isRetryable(error)) return await this.#fail(error, attempt);
      this.#trace("attempt-failed", { attempt, error: serializeError(error) });
      try {
        await this.#settle({ state: "absent", error: serializeError(error) });
      } catch (unwritten) {
        // It stays `started`: it is not entered again, and the caller gets what the callable threw.
        this.#trace("attempt-failed", { attempt, error: serializeError(unwritten) });
        throw error;
      }
      return { again: error, attempt };
    }
    let output: unknown;
    try {
      output = await this.#store(value, attempt);
    } catch (error) {
      return await this.#fail(error, attempt);
    }
    await this.#pass("guard:stored", attempt);
    return { value: output };
  }

  async #attemptAgain(): Promise<AttemptOutcome> {
    let attempt: number | undefined;
    try {
      const claim = await this.#claim();
      if (!claim.claimed) return { value: await answerFrom(claim.record, this) };
      attempt = claim.record.attempts;
      const { effectValidation } = this.execution.options;
      const validates = effectValidation && this.options.effectValidation !== false;
      const asked = validates ? nothingAsked() : undefined;
      const around = asksAround(this.scope);
      const result = await this.#call(attempt, asked);
      // As it is now, for the second run may change what both share.
      const value = asked ? copyStorable(result) : result;
      if (asked && asksAround(this.scope) > around) this.#leaveUnvalidated(attempt);
      else if (asked) await this.#validateEffects(attempt, { value, ...asked });
      const output = await this.#store(value, attempt);
      await this.#pass("guard:stored", attempt);
      return { value: output };
    } catch (error) {
      this.#trace("attempt-failed", {
        ...(attempt ? { attempt } : {}),
        error: serializeError(error),
      });
      if (isLasting(error)) throw error;
      return { again: error, attempt };
    }
  }

  /** Guards are off, or it is a second run: the callable runs, and nothing is recorded of it. */
  async #unguarded(): Promise<AttemptOutcome> {
    const { unrecordedAttempts } = this.execution;
    const attempt = (unrecordedAttempts.get(this.alias) ?? 0) + 1;
    unrecordedAttempts.set(this.alias, attempt);
    this.#trace(
      "attempt-started",
      this.scope.validates
        ? { attempt, detail: "effect validation" }
        : { attempt, detail: "guards off", unrecorded: true },
    );
    let result: unknown;
    try {
      result = await this.#call(attempt);
    } catch (error) {
      this.#trace("attempt-failed", { attempt, error: serializeError(error) });
      const mayRepeat = this.kind === "atMostOnce" ? this.#isRetryable(error) : !isLasting(error);
      if (!mayRepeat) throw error;
      return { again: error, attempt };
    }
    try {
      const value = copyStorable(result);
      return { value: await parseValue(this.alias, this.options.schema, value) };
    } catch (error) {
      this.#trace("attempt-failed", { attempt, error: serializeError(error) });
      throw error;
    }
  }

  async #claim(): Promise<ClaimOutcome> {
    await this.#pass("guard:before-start");
    const { store, clock } = this.execution.options;
    const { alias, kind } = this;
    const claim = {
      invocation: this.execution.id,
      ...this.execution.ref,
      alias,
      kind,
      at: clock.now(),
      isNew: this.#isNew,
      ...(this.scope.guard ? { within: this.scope.guard.alias } : {}),
    };
    const claimed = await this.execution.write((signal) => store.claimGuard(claim, { signal }));
    this.#isNew = false;
    if (claimed.claimed) this.#trace("attempt-started", { attempt: claimed.record.attempts });
    this.#claimed = claimed.record;
    return claimed;
  }

  async #call(attempt: number, asked?: Asked, validates = this.scope.validates): Promise<unknown> {
    const scope: Scope = {
      parent: this.scope,
      guard: { alias: this.alias, attempt, kind: this.kind },
      ...(validates ? { validates } : {}),
      ...(asked ? { asked } : {}),
    };
    this.execution.giveBack(this.scope, this.alias);
    const context = new DurableContext(this.execution, scope);
    return await this.execution.options.fence.run(async () => {
      try {
        return await this.callable(context);
      } finally {
        scope.isSettled = true;
      }
    });
  }

  /** Stores a copy of what the callable resolved with; resolves with the schema's output of another. */
  async #store(value: unknown, attempt: number): Promise<unknown> {
    const stored = copyStorable(value);
    const output = await parseValue(this.alias, this.options.schema, copyStorable(stored));
    await this.#pass("guard:before-store", attempt);
    await this.#settle({ state: "stored", value: stored }, attempt);
    return output;
  }

  /** Records that an at-most-once guard failed, and throws why. */
  async #fail(error: unknown, attempt: number): Promise<never> {
    try {
      await this.#settle({ state: "failed", error: serializeError(error) }, attempt);
    } catch (unwritten) {
      // It stays `started`, which says the same to every later use.
      this.#trace("attempt-failed", { attempt, error: serializeError(unwritten) });
      this.#trace("attempt-failed", { attempt, error: serializeError(error) });
    }
    throw error;
  }

  async #settle(
    change: { state: "absent" | "stored" | "failed"; value?: unknown; error?: SerializedError },
    attempt?: number,
  ): Promise<void> {
    const { store, clock } = this.execution.options;
    const { alias, kind } = this;
    const claimed = this.#claimed;
    if (!claimed) throw new Error(`Guard "${alias}" is settled without a claim.`);
    const settlement = { claimed, at: clock.now(), ...change };
    const { state, error } = change;
    const type = state === "stored" ? "guard-stored" : "guard-failed";
    const about = { alias, kind, ...(attempt ? { attempt } : {}), ...(error ? { error } : {}) };
    await this.execution.write((signal) => store.settleGuard(settlement, { signal }));
    if (state !== "absent") this.execution.trace({ type, ...about });
  }

  /** Run again, the callable would do for real what it asked for past its own context. */
  #leaveUnvalidated(attempt: number): void {
    const detail = "Not validated: it asked with another context than its own.";
    this.#trace("effect-validation", { attempt, outcome: "left out", detail });
  }

  async #validateEffects(attempt: number, first: Run): Promise<void> {
    const { client, fence } = this.execution.options;
    const asked = nothingAsked();
    let again: { value: unknown } | { error: unknown };
    try {
      again = { value: copyStorable(await this.#call(attempt, asked, first)) };
    } catch (error) {
      again = { error };
    }
    // Rarely switched on: it is loaded when it is.
    const { compareRuns } = await import("./effect-validation.ts");
    const difference = compareRuns(first, { ...again, ...asked });
    this.#trace("effect-validation", {
      attempt,
      outcome: difference ? "different" : "same",
      ...(difference ? { detail: difference } : {}),
    });
    if (difference === undefined) return;
    const text = `Effect validation of ${this.kind} "${this.alias}": ${difference}`;
    await fence.run(() => client.log("warning", text));
  }

  #isRetryable(error: unknown): boolean {
    return this.options.retryableErrors?.some((type) => error instanceof type) ?? false;
  }

  #pass(point: FaultPoint, attempt?: number): Promise<void> {
    const { alias, kind } = this;
    return this.execution.pass(point, { alias, kind, attempt }, this.scope);
  }

  #trace(
    type: Parameters<Execution["trace"]>[0]["type"],
    more: Omit<Parameters<Execution["trace"]>[0], "type" | "alias" | "kind">,
  ): void {
    this.execution.trace({ type, alias: this.alias, kind: this.kind, ...more });
  }
}

/** Running the callable again cannot mend it. */
function isLasting(error: unknown): boolean {
  return [GuardValueError, UnstorableValueError, GuardUsageError].some(
    (type) => error instanceof type,
  );
}

function nothingAsked(): Asked {
  return { mutations: [], requests: [], effects: [] };
}
