/**
 * One execution of a tool's body, and all that its contexts share.
 *
 * 1. Everything that reaches the store, the world or the client goes through `fence`.
 * 2. Every injected failure goes through `pass`.
 * 3. Aliases and in-flight guards are this execution's alone; what must last longer is in the store.
 * 4. An attempt that has ended begins nothing more, so that what it left running does not meddle with
 *    the next; a guard that it began goes on, and the next attempt waits for it.
 */
import {
  SupersededError,
  type DurableStore,
  type ExecutionRef,
  type GuardKind,
  type InvocationRecord,
} from "../store/index.ts";
import type { Clock } from "./clock.ts";
import { IdempotencyAliasRequiredError, IdempotencyKeyReuseError, NetworkError } from "./errors.ts";
import {
  errorNameOf,
  type ErrorClass,
  type Fault,
  type FaultDetail,
  type FaultInjector,
  type FaultPoint,
  type Passing,
} from "./fault-plan.ts";
import { never, type Fence } from "./fence.ts";
import type { EffectPort } from "./effect-port.ts";
import { GuardTurns } from "./guard-turns.ts";
import type { RetryPolicy } from "./retry-policy.ts";
import { guardOf, guardsAround, sameMutation, type Mutation, type Scope } from "./scope.ts";
import type { TraceInput, Tracer } from "./tracer.ts";

/** The levels of MCP's logging, from RFC 5424. */
export type LogLevel =
  "debug" | "info" | "notice" | "warning" | "error" | "critical" | "alert" | "emergency";

/** How an execution reaches the client, if there is one. */
export interface ClientChannel {
  /** Sends a notification; without a client it is dropped and traced. */
  notify(notification: { method: string; params?: Record<string, unknown> }): Promise<void>;
  /** Sends a log message to the clients that want its level. */
  log(level: LogLevel, data: unknown): Promise<void>;
  /** Asks the client; without one it waits for the next. */
  request(request: { method: string; params?: Record<string, unknown> }): Promise<unknown>;
}

/** What every execution of a server has around it. */
export interface Surroundings {
  readonly store: DurableStore;
  readonly clock: Clock;
  /** For the jitter of delays: a number in [0, 1). */
  readonly random: () => number;
  /** Makes ids: UUIDv7. */
  readonly newId: () => string;
  readonly faults: FaultInjector | undefined;
  /** What does the tool's effects; without it they are performed, and stand in the trace alone. */
  readonly effects: EffectPort | undefined;
  readonly retryPolicy: RetryPolicy;
  readonly guards: "on" | "off";
  readonly effectValidation: boolean;
  /** The classes of errors that a fault may name. */
  readonly errors: ReadonlyMap<string, ErrorClass>;
  /** For contexts: aborted when the server is closed in order. */
  readonly signal: AbortSignal;
  /** The server dies. */
  readonly crash: () => void;
  /** Whether the server still lives as far as others know: asked before each effect, and it dies where it does not. */
  readonly isAlive: () => boolean;
  /** Lasts until a hanging call is released, or the signal is aborted. */
  readonly hang: (signal: AbortSignal) => Promise<void>;
}

export interface ExecutionOptions extends Surroundings {
  readonly fence: Fence;
  readonly invocation: InvocationRecord;
  readonly number: number;
  readonly tracer: Tracer;
  readonly client: ClientChannel;
  /** Another execution has taken over: this one does nothing any more. */
  readonly superseded: () => void;
}

/** Where a point is passed; a guard's own point names the guard. */
type Place = Pick<Passing, "alias" | "kind" | "attempt" | "map" | "service">;

/** A use of an alias, or of a method on a map, and by which scope; see `claimAlias`. */
interface ClaimedAlias {
  /** Present for an alias, which may be used again for the same. */
  readonly mutation: Mutation | undefined;
  readonly scope: Scope;
}

export class Execution {
  readonly turns = new GuardTurns();
  /** Every alias that was used in this execution, by any attempt. */
  readonly seen = new Set<string>();
  /** Attempts of guards that keep no record, because guards are off. */
  readonly unrecordedAttempts = new Map<string, number>();
  /** How many audit entries it has written. */
  audited = 0;
  /** The work goes on, but the answer will not arrive. */
  responseLost = false;
  readonly #claimed = new Map<string, ClaimedAlias>();
  /** Guards that were used in this execution, by alias, with the scope that used them. */
  readonly #used = new Map<string, Scope>();
  /** How many effects of each name an attempt, or the body, has asked for. */
  readonly #places = new WeakMap<Scope, Map<string, number>>();
  /** What is under way: guards, effects, writes and questions, each by name. */
  readonly #underWay = new Set<{ readonly what: string }>();

  constructor(readonly options: ExecutionOptions) {}

  get id(): string {
    return this.options.invocation.id;
  }

  get ref(): ExecutionRef {
    return { invocationSeq: this.options.invocation.seq, execution: this.options.number };
  }

  /** What the body would leave running if it ended now, by name. */
  get unfinished(): readonly string[] {
    return [...this.#underWay].map(({ what }) => what);
  }

  /** Never resolves where the scope is over, and says what it would have done. */
  async unlessSettled(scope: Scope, what: string): Promise<void> {
    if (!scope.isSettled) return;
    this.trace({ type: "left-running", detail: what, ...guardOf(scope) });
    await never();
  }

  /** Runs an operation within the fence, and names it as long as it is under way. */
  during<T>(
    scope: Scope,
    what: string,
    operation: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return this.options.fence.run(async (signal) => {
      if (scope.isSettled) await this.unlessSettled(scope, what);
      const entry = { what };
      this.#underWay.add(entry);
      try {
        return await operation(signal);
      } finally {
        this.#underWay.delete(entry);
      }
    });
  }

  /** A write to the store within the fence: one that is refused as superseded is the end. */
  write<T>(operation: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.options.fence.run(async (signal) => {
      try {
        return await operation(signal);
      } catch (error) {
        if (error instanceof SupersededError) this.options.superseded();
        throw error;
      }
    });
  }

  /** The body has resolved: what it never asked for is told. */
  async checkReplay(): Promise<void> {
    const { number, guards } = this.options;
    if (number === 1 || guards === "off") return;
    const { traceUnasked } = await import("./replay-check.ts");
    await traceUnasked(this);
  }

  trace(input: TraceInput): void {
    if (!this.options.fence.isCut) this.options.tracer.add(input);
  }

  sleep(ms: number): Promise<void> {
    return this.options.fence.run((signal) => this.options.clock.sleep(ms, signal));
  }

  /** Passes a fault point: throws, waits or never settles where a fault strikes. */
  async pass(point: FaultPoint, where: Place, scope?: Scope): Promise<void> {
    const { faults, fence, store, invocation, number } = this.options;
    if (!faults) return;
    const { map, service } = where;
    // What names no guard of its own is within the scope's.
    const isOwn = where.alias !== undefined;
    const { alias, kind, attempt }: Place = isOwn ? where : (scope?.guard ?? {});
    const detail: FaultDetail = { tool: invocation.tool, alias, map, service };
    const around = guardsAround(isOwn ? scope : scope?.parent);
    const about = { invocation: this.id, execution: number, kind, attempt, around };
    const passing: Passing = { ...detail, ...about, point };
    const decided = await this.#pause(faults, passing);
    // Whatever was decided, the plan counts this passing.
    const due = await fence.run((signal) => faults.strike(point, detail, store, signal));
    const fault = decided ?? due;
    if (fault) await this.#inject(fault, passing);
  }

  /** Pauses where the call is made to; resolves with the fault that strikes then, if one does. */
  async #pause(faults: FaultInjector, passing: Passing): Promise<Fault | undefined> {
    const { fence, clock } = this.options;
    let begun: number | undefined;
    const paused = (): void => {
      begun = clock.now();
      this.trace({ type: "paused", ...traced(passing) });
    };
    const pausing = fence.isCut ? undefined : faults.pause?.(passing, fence.signal, paused);
    if (!pausing) return undefined;
    const fault = await fence.run(() => pausing);
    if (begun !== undefined) {
      this.trace({ type: "continued", ms: clock.now() - begun, ...traced(passing) });
    }
    return fault;
  }

  async #inject(fault: Fault, passing: Passing): Promise<void> {
    const { kind, ms } = fault;
    const long = ms === undefined ? {} : { ms };
    this.trace({ type: "fault", fault: kind, ...traced(passing), ...long });
    switch (fault.kind) {
      case "retryable":
      case "non-retryable":
        throw this.#errorOf(fault);
      case "crash":
        this.options.crash();
        return await never();
      case "hang":
        await this.options.fence.run(this.options.hang);
        return;
      case "latency":
        await this.sleep(fault.ms ?? 0);
        return;
      case "lose-response":
        this.responseLost = true;
        return;
    }
  }

  #errorOf(fault: Fault): Error {
    const name = errorNameOf(fault);
    const message = `Injected at ${fault.point}.`;
    const known =
      typeof fault.error === "function"
        ? fault.error
        : name === "NetworkError"
          ? NetworkError
          : this.options.errors.get(name);
    if (known) return new known(message);
    const error = new Error(message);
    error.name = name;
    return error;
  }

  /**
   * Claims an alias, or a method on a map, for one mutation of this execution.
   *
   * @throws IdempotencyAliasRequiredError for a second mutation that nothing tells from the first
   * @throws IdempotencyKeyReuseError for an alias that stands for another request
   */
  claimAlias(scope: Scope, alias: string | undefined, mutation: Mutation): void {
    const { map, change } = mutation;
    const { method } = change;
    const key = alias === undefined ? `${method}\u0000${map}` : `alias\u0000${alias}`;
    const earlier = this.#claimed.get(key);
    if (earlier && alias === undefined) {
      throw new IdempotencyAliasRequiredError(
        `SortedMap "${map}": ${method} was already called in this execution. Tell the calls apart ` +
          `with .idempotently("<alias>").${method}(…). Inside a guard's callable, write with the ` +
          `context that the callable is given, not with the tool's.`,
      );
    }
    if (earlier?.mutation && !sameMutation(earlier.mutation, mutation)) {
      throw new IdempotencyKeyReuseError(
        `The alias "${alias}" was already used in this execution for another mutation. Give each ` +
          `mutation an alias of its own. Inside a guard's callable, write with the context that ` +
          `the callable is given, not with the tool's.`,
      );
    }
    if (!earlier) {
      this.#claimed.set(key, { mutation: alias === undefined ? undefined : mutation, scope });
    }
  }

  /** The next place of an effect of that name within the scope: 0, 1, … */
  placeOf(scope: Scope, name: string): number {
    const places = this.#places.get(scope) ?? new Map<string, number>();
    const place = places.get(name) ?? 0;
    this.#places.set(scope, places.set(name, place + 1));
    return place;
  }

  /** Notes that a scope uses a guard; one that was used before is the same guard. */
  use(alias: string, kind: GuardKind, scope: Scope): void {
    if (this.#used.has(alias)) this.trace({ type: "alias-reused", alias, kind });
    this.#used.set(alias, scope);
  }

  /** Gives back what earlier attempts of a guard took and used, before its callable is entered. */
  giveBack(parent: Scope, alias: string): void {
    const isWithin = (scope: Scope): boolean => {
      for (let at: Scope | undefined = scope; at; at = at.parent) {
        if (at.parent === parent && at.guard?.alias === alias) return true;
      }
      return false;
    };
    for (const [key, { scope }] of this.#claimed) if (isWithin(scope)) this.#claimed.delete(key);
    for (const [used, scope] of this.#used) if (isWithin(scope)) this.#used.delete(used);
  }
}

/** A passing as a trace tells of it. */
function traced({ point, alias, attempt, map, service }: Passing) {
  return {
    point,
    ...(alias === undefined ? {} : { alias }),
    ...(attempt === undefined ? {} : { attempt }),
    ...(map === undefined ? {} : { map }),
    ...(service === undefined ? {} : { detail: service }),
  };
}
