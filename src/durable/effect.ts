/**
 * `effect`: how a tool reaches outside, so that what it did is counted.
 *
 * 1. It passes `effect:before` and `effect:after`, and is done by the server's world: simulated, or for
 *    real by `perform`.
 * 2. Only `EffectRefused` says that nothing happened; whatever else `perform` throws, it may have.
 * 3. The second run of effect validation does nothing real outside: it is given the first run's answer.
 */
import { internals, type DurableContext } from "./context.ts";
import { GuardValueError, InvalidOptionError, serializeError } from "./errors.ts";
import { effectAccess } from "./effect-access.ts";
import type { EffectAccess, EffectPort } from "./effect-port.ts";
import type { SerializedError } from "../store/index.ts";
import { parseValue, type Schema, type SchemaInput, type SchemaOutput } from "./schema.ts";

/** The service did not do it, and never will for this request: nothing happened. */
export class EffectRefused extends Error {
  override name = "EffectRefused";
}

/** What an effect may be given. */
export interface EffectOptions<S extends Schema | undefined = undefined> {
  /** To do it again does no harm: it is counted, and not judged. */
  readonly repeatable?: boolean;
  /** What the service answers passes it. */
  readonly schema?: S;
}

/**
 * Does something in the outside world.
 *
 * @param name `service.operation`
 * @param request JSON: what is asked of the service, and what tells a duplicate
 * @param perform does it, where effects are real
 * @throws EffectRefused where the service did not do it
 * @throws InvalidOptionError for a name that is not of that form
 */
export function effect<Answer>(
  context: DurableContext,
  name: `${string}.${string}`,
  request: unknown,
  perform: () => Promise<Answer> | Answer,
  options?: EffectOptions,
): Promise<Answer>;
export function effect<S extends Schema>(
  context: DurableContext,
  name: `${string}.${string}`,
  request: unknown,
  perform: () => Promise<SchemaInput<S>> | SchemaInput<S>,
  options: EffectOptions<S> & { readonly schema: S },
): Promise<SchemaOutput<S>>;
export async function effect(
  context: DurableContext,
  name: string,
  request: unknown,
  perform: () => unknown,
  { repeatable = false, schema }: EffectOptions<Schema | undefined> = {},
): Promise<unknown> {
  const [service = "", operation = "", ...more] = name.split(".");
  if (service === "" || operation === "" || more.length > 0) {
    throw new InvalidOptionError(
      `An effect is named "service.operation", as "bank.charge"; it is ${JSON.stringify(name)}.`,
    );
  }
  const { effects: world = unrecorded } = internals(context).execution.options;
  const access = effectAccess(context, name, request);
  const doIt = async () => await perform();
  const asked = { service, operation, request, perform: doIt, repeatable };
  const answer = await access.remember(
    access.during(async () => {
      await passBefore(access);
      return await world.run(access, asked);
    }),
  );
  return schema ? await parseAnswer(name, schema, answer) : answer;
}

/** What fails here was asked for, and did not begin. */
async function passBefore(access: EffectAccess): Promise<void> {
  try {
    await access.pass("effect:before");
  } catch (error) {
    access.trace("not begun", serializeError(error));
    throw error;
  }
}

async function parseAnswer(name: string, schema: Schema, answer: unknown): Promise<unknown> {
  try {
    return await parseValue(name, schema, answer);
  } catch (error) {
    if (!(error instanceof GuardValueError)) throw error;
    throw new GuardValueError(
      `The effect "${name}" was answered with what its schema refuses: ${error.message}`,
    );
  }
}

/**
 * Traces what `perform` threw, and tells it as the ledger keeps it: only `EffectRefused` says that
 * nothing happened.
 */
export function traceFailure(
  access: EffectAccess,
  error: unknown,
): { readonly refused: SerializedError } | { readonly error: SerializedError } {
  const kept = serializeError(error);
  const isRefused = error instanceof EffectRefused;
  access.trace(isRefused ? "refused" : "may have happened", kept);
  return isRefused ? { refused: kept } : { error: kept };
}

/** Without a ledger, an effect's beginning and end stand in the trace alone. */
const unrecorded: EffectPort = {
  async run(access, { perform }) {
    if (access.validation) return await access.firstAnswer();
    let answer: unknown;
    try {
      answer = await access.begin(async () => {
        access.trace("begun");
        return await perform();
      });
    } catch (error) {
      traceFailure(access, error);
      throw error;
    }
    access.trace("happened");
    await access.pass("effect:after");
    return answer;
  },
};
