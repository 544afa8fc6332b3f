/** What a guard is given. */
import type { DurableContext } from "./context.ts";
import type { RetryPolicy } from "./retry-policy.ts";
import type { Schema } from "./schema.ts";

/** What a guard may be given. */
export interface GuardOptions<S extends Schema | undefined = undefined> {
  /** Every value passes it, the first time and whenever it comes from the store. */
  readonly schema?: S;
  /** Fields that differ from the server's policy. */
  readonly retryPolicy?: Partial<RetryPolicy>;
  /** `false`: the server's effect validation leaves this guard out (a language model's answer, for instance). */
  readonly effectValidation?: false;
}

/** What an at-most-once guard may be given. */
export interface AtMostOnceOptions<
  S extends Schema | undefined = undefined,
> extends GuardOptions<S> {
  /** Errors that tell that the thing did not happen, so that the callable may run again. */
  readonly retryableErrors?: readonly (abstract new (...args: never[]) => Error)[];
}

/** A guarded step: it is given a context of this guard and attempt, and uses that one. */
export type Callable<T> = (context: DurableContext) => Promise<T> | T;
