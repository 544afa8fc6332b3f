/**
 * A request waits its turn before an execution begins: for earlier requests of the same invocation in this
 * server until they are over, for another server's execution until the journal says that it ended or was
 * interrupted.
 */
import type { Clock, Fence } from "../durable/index.ts";
import { deferred, type BeginOutcome, type DurableStore } from "../store/index.ts";

export interface InvocationRequest {
  readonly id: string;
  readonly tool: string;
  readonly args: Record<string, unknown>;
  readonly as: "client" | "resume";
  /** The id was made for this call: nobody else knows it yet. */
  readonly isNew: boolean;
}

export interface TurnOptions {
  readonly request: InvocationRequest;
  /** The server that asks. */
  readonly owner: string;
  readonly guards: "on" | "off";
  readonly store: DurableStore;
  readonly clock: Clock;
  /** The execution's own. */
  readonly fence: Fence;
  /** The ends of the earlier requests. */
  readonly earlier: readonly Promise<void>[];
  /** Resolves when another server has died and what it left running is marked. */
  readonly watch: (server: string) => Promise<void>;
  /** Told of each try to begin. */
  readonly onBegin: (beginning: Promise<BeginOutcome>) => void;
}

/** Journals an execution when it is the request's turn. */
export async function beginInTurn(options: TurnOptions): Promise<BeginOutcome> {
  const { store, owner, guards, clock, request, fence, earlier, watch, onBegin } = options;
  const { isNew, ...asked } = request;
  const begin = async (isKnown: boolean): Promise<BeginOutcome> =>
    await fence.run((signal) => {
      const execution = { ...asked, owner, guards, isKnown, at: clock.now() };
      const beginning = store.beginExecution(execution, { signal });
      onBegin(beginning);
      return beginning;
    });
  if (isNew) return await begin(false);
  // Of this server's requests only one is past this at a time.
  for (const ended of earlier) await fence.run(() => ended);
  for (let isKnown = false; ; isKnown = true) {
    // Listened for from before the look into the journal, so that no change is missed.
    const next = nextChange(options);
    try {
      const begun = await begin(isKnown);
      if (begun.begun || begun.reason !== "running") return begun;
      await fence.run(() => Promise.race([next.changed, watch(begun.owner)]));
    } finally {
      next.end();
    }
  }
}

/** `changed` resolves when the journal tells of the invocation, or of all. */
function nextChange({ store, fence: { signal }, request: { id } }: TurnOptions) {
  const changed = deferred<void>();
  const unsubscribe = store.subscribe(({ tables, invocation = id }) => {
    if (tables.includes("invocations") && invocation === id) changed.resolve();
  });
  // A listener that stayed would keep the invocation's signal as long as its server's.
  const end = (): void => {
    unsubscribe();
    signal.removeEventListener("abort", end);
  };
  // What is fenced reaches no `finally`.
  signal.addEventListener("abort", end, { once: true });
  return { changed: changed.promise, end };
}
