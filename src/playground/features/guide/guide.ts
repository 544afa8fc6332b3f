/** The guided first minute: a payment whose server dies between the charge and its record. */
import { uuidv7 } from "../../../durable/index.ts";
import { deferred } from "../../../store/index.ts";
import type { Playground } from "../../runtime/playground.ts";
import { presets } from "../../runtime/presets.ts";
import { settingsSchema, type Settings } from "../../../host/index.ts";

/**
 * Charges 25 USD; the server dies after the charge. Resolves with the invocation's id, and with the
 * settings that `putBack` wants when the demonstration is over.
 *
 * @throws Error where the server does not come up, or does not crash as it should
 */
export async function chargeAndCrash(
  playground: Playground,
  guards: "on" | "off",
): Promise<{ readonly id: string; readonly before: Settings }> {
  const before = playground.snapshot().settings;
  await playground.start();
  if (playground.snapshot().server !== "running") {
    throw new Error("The server does not run: restart it, then try again.");
  }
  const preset = presets.find(({ id }) => id === "crash-after");
  await playground.settings.configure({ guards, resume: "automatic", breakpoints: [] });
  await playground.settings.arm(preset?.name ?? "", preset?.faults ?? []);
  const id = uuidv7();
  playground.client.call("process_payment", { amount: 25, description: "A book" }, id);
  await playground.until(({ client }) => client.get(id)?.state !== "waiting");
  if (playground.snapshot().server !== "crashed") {
    // Nobody would put it back later: it is done now.
    await putBack(playground, before);
    throw new Error("The call ended without a crash: see what it says, then try again.");
  }
  return { id, before };
}

/**
 * Starts the next server, and waits until the invocation that the crash interrupted has ended.
 *
 * @throws Error where the server does not come up
 */
export async function restartAndSettle(playground: Playground, id: string): Promise<void> {
  await playground.start();
  const { store } = playground;
  if (!store || playground.snapshot().server !== "running") {
    throw new Error("The server does not run: restart it, then try again.");
  }
  const ended = deferred<undefined>();
  const check = async (): Promise<void> => {
    const state = (await store.readInvocation(id))?.state;
    if (state !== "running" && state !== "interrupted") ended.resolve(undefined);
  };
  const end = store.subscribe(() => void check().catch(ended.reject));
  void check().catch(ended.reject);
  await ended.promise.finally(end);
}

/** Puts the settings back as they were before a demonstration. */
export async function putBack(playground: Playground, before: Settings): Promise<void> {
  const { guards, resume, plan, breakpoints } = before;
  await playground.settings.configure({ guards, resume, plan, breakpoints });
}

/** Settings that were kept as text by this tab; `undefined` where something else stands there. */
export function settingsIn(text: string): Settings | undefined {
  try {
    return settingsSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
