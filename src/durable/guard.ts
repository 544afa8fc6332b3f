/**
 * `atLeastOnce` and `atMostOnce`, as tools use them.
 *
 *     atLeastOnce:  absent --callable resolves--> stored
 *     atMostOnce:   absent --> started --callable resolves--> stored
 *                              started --retryable error--> absent (attempt counted)
 *                              started --any other error--> failed
 *
 * One alias is one guard: within an execution its uses take turns (`GuardTurns`), each of them a `GuardRun`.
 */
import type { GuardKind } from "../store/index.ts";
import { internals, type DurableContext } from "./context.ts";
import type { AtMostOnceOptions, Callable, GuardOptions } from "./guard-options.ts";
import { GuardRun } from "./guard-run.ts";
import { checkAlias } from "./keys.ts";
import { retryPolicy } from "./retry-policy.ts";
import type { Schema, SchemaInput, SchemaOutput } from "./schema.ts";

/**
 * Runs `callable` until it has resolved once, and answers with what it resolved with from then on.
 * It may run again after an error or a crash.
 *
 * @throws the callable's last error, when the retry policy is used up
 * @throws GuardValueError for a value that does not fit the schema
 */
export function atLeastOnce(
  alias: string,
  context: DurableContext,
  callable: Callable<undefined> | Callable<void>,
  options?: GuardOptions,
): Promise<void>;
export function atLeastOnce<S extends Schema>(
  alias: string,
  context: DurableContext,
  callable: Callable<SchemaInput<S>>,
  options: GuardOptions<S> & { readonly schema: S },
): Promise<SchemaOutput<S>>;
export async function atLeastOnce(
  alias: string,
  context: DurableContext,
  callable: Callable<unknown>,
  options: GuardOptions<Schema | undefined> = {},
): Promise<unknown> {
  return await runGuard("atLeastOnce", alias, context, callable, options);
}

/**
 * Runs `callable` so that whatever it did is never done again, unless it threw a retryable error.
 *
 * @throws AtMostOnceFailedBeforeCompleting where an earlier run began and did not complete
 * @throws the callable's error: a retryable one when the retry policy is used up, any other at once
 * @throws GuardValueError for a value that does not fit the schema
 */
export function atMostOnce(
  alias: string,
  context: DurableContext,
  callable: Callable<undefined> | Callable<void>,
  options?: AtMostOnceOptions,
): Promise<void>;
export function atMostOnce<S extends Schema>(
  alias: string,
  context: DurableContext,
  callable: Callable<SchemaInput<S>>,
  options: AtMostOnceOptions<S> & { readonly schema: S },
): Promise<SchemaOutput<S>>;
export async function atMostOnce(
  alias: string,
  context: DurableContext,
  callable: Callable<unknown>,
  options: AtMostOnceOptions<Schema | undefined> = {},
): Promise<unknown> {
  return await runGuard("atMostOnce", alias, context, callable, options);
}

async function runGuard(
  kind: GuardKind,
  alias: string,
  context: DurableContext,
  callable: Callable<unknown>,
  options: AtMostOnceOptions<Schema | undefined>,
): Promise<unknown> {
  const { execution, scope } = internals(context);
  return await execution.during(scope, `guard "${alias}"`, async () => {
    checkAlias(alias);
    const policy = retryPolicy(execution.options.retryPolicy, options.retryPolicy);
    const run = new GuardRun(kind, alias, execution, scope, callable, options, policy);
    execution.use(alias, kind, scope);
    return await execution.turns.run({ alias, kind, scope }, () => run.run());
  });
}
