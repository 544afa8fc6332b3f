/** What a world may do with the context that an effect was asked with. */
import { internals, type DurableContext } from "./context.ts";
import { guardOf } from "./execution.ts";
import type { FaultPoint } from "./fault-plan.ts";

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
  /** What the first run of effect validation was answered at this place; absent in any other run. */
  readonly earlier: Promise<unknown> | undefined;
  /** Keeps the answer for the second run of effect validation, where there will be one. */
  remember<T>(answer: Promise<T>): Promise<T>;
  pass(point: FaultPoint): Promise<void>;
  sleep(ms: number): Promise<void>;
  /** Begins `operation` unless the server is dead; what it resolves with arrives only while it lives. */
  run<T>(operation: () => Promise<T>): Promise<T>;
  /** The same for the whole effect, which is named while it is under way. */
  during<T>(operation: () => Promise<T>): Promise<T>;
  trace(outcome: string, error?: { name: string; message: string }): void;
}

/** @param name `service.operation` */
export function effectAccess(
  context: DurableContext,
  name: string,
  request: unknown,
): EffectAccess {
  const { execution, scope } = internals(context);
  const { fence, number } = execution.options;
  const at = guardOf(scope);
  const [service = name] = name.split(".");
  const { asked, validates } = scope;
  return {
    invocation: execution.id,
    execution: number,
    ...at,
    position: execution.placeOf(scope, name),
    validation: validates !== undefined,
    earlier: asked && validates?.effects[asked.effects.length]?.answer,
    remember(answer) {
      asked?.effects.push({ name, request, answer });
      return answer;
    },
    async pass(point) {
      await execution.pass(point, { service }, scope);
      if (point === "effect:before") await execution.unlessOver(scope, `effect ${name}`);
    },
    sleep: (ms) => execution.sleep(ms),
    run: (operation) => fence.run(operation),
    during: (operation) => execution.during(scope, `effect ${name}`, operation),
    trace: (outcome, error) =>
      execution.trace({ type: "effect", outcome, detail: name, ...at, ...(error && { error }) }),
  };
}
