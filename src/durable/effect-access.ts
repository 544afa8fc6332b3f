/** What a world may do with the context that an effect was asked with. */
import { internals, type DurableContext } from "./context.ts";
import { guardOf } from "./scope.ts";
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
  scope.asks = (scope.asks ?? 0) + 1;
  const position = execution.placeOf(scope, name);
  const what = `effect ${name}`;
  return {
    invocation: execution.id,
    execution: number,
    ...at,
    position,
    validation: validates !== undefined,
    async firstAnswer() {
      const first = validates?.effects.find(
        (effect) => effect.name === name && effect.position === position,
      );
      // What a guard within the callable asked for stands with that guard, which is not run twice.
      if (asked && first) return await first.answer;
      const { refuseSecondRun } = await import("./effect-validation.ts");
      throw refuseSecondRun(name);
    },
    remember(answer) {
      asked?.effects.push({ name, position, request, answer });
      return answer;
    },
    async pass(point) {
      await execution.pass(point, { service }, scope);
    },
    sleep: (ms) => execution.sleep(ms),
    begin: (operation) =>
      fence.run(async () => {
        await execution.unlessSettled(scope, what);
        return await operation();
      }),
    run: (operation) => fence.run(operation),
    during: (operation) => execution.during(scope, what, operation),
    trace: (outcome, error) =>
      execution.trace({ type: "effect", outcome, detail: name, ...at, ...(error && { error }) }),
  };
}
