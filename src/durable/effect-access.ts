/** Gives a world the execution that an effect was asked in. */
import { internals, type DurableContext } from "./context.ts";
import { guardOf } from "./scope.ts";
import type { EffectAccess } from "./effect-port.ts";
import { never } from "./fence.ts";

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
        // Others may execute the call already.
        if (!execution.options.isAlive()) return await never();
        return await operation();
      }),
    run: (operation) => fence.run(operation),
    during: (operation) => execution.during(scope, what, operation),
    trace: (outcome, error) =>
      execution.trace({ type: "effect", outcome, detail: name, ...at, ...(error && { error }) }),
  };
}
