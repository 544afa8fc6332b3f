/** The guided first minute: a payment whose server dies between the charge and its record. */
import { uuidv7 } from "../../durable/index.ts";
import { deferred } from "../../store/index.ts";
import type { Playground, PlaygroundState } from "./playground.ts";
import { presets } from "./presets.ts";

const CRASH_AFTER_CHARGE = presets.find(({ id }) => id === "crash-after");

/** Charges 25 USD; the server dies after the charge. Returns the invocation's id. */
export async function chargeAndCrash(
  playground: Playground,
  guards: "on" | "off",
): Promise<string> {
  if (playground.snapshot().server !== "running") await playground.start();
  await until(playground, ({ server }) => server === "running");
  await playground.configure({ guards, resume: "automatic" });
  if (CRASH_AFTER_CHARGE) {
    await playground.arm(CRASH_AFTER_CHARGE.name, [...CRASH_AFTER_CHARGE.faults]);
  }
  const id = uuidv7();
  playground.call("process_payment", { amount: 25, description: "A book" }, id);
  await until(playground, ({ server }) => server === "crashed");
  return id;
}

/** Restarts the server, waits until the invocation has ended, and puts back what was changed. */
export async function restartAndSettle(playground: Playground, id: string): Promise<void> {
  await playground.start();
  const { store } = playground;
  if (!store) return;
  const ended = deferred<undefined>();
  const check = async (): Promise<void> => {
    const state = (await store.readInvocation(id))?.state;
    if (state !== "running" && state !== "interrupted") ended.resolve(undefined);
  };
  const end = store.subscribe(() => void check().catch(ended.reject));
  void check().catch(ended.reject);
  await ended.promise.finally(end);
  await playground.configure({ guards: "on", plan: undefined });
}

function until(
  playground: Playground,
  condition: (state: PlaygroundState) => boolean,
): Promise<void> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (!condition(playground.snapshot())) return;
      end();
      resolve();
    };
    const end = playground.subscribe(check);
    check();
  });
}
