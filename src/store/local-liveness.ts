/** Liveness within one process. Loaded where there are no Web Locks, or no browser. */
import { deferred, type Deferred } from "./deferred.ts";
import type { Liveness } from "./liveness.ts";

/** Knows the servers that are entered through this object, wherever it is passed. */
export function localLiveness(): Liveness {
  const alive = new Map<string, Deferred<void>>();
  return {
    enter(server, { signal }) {
      if (signal.aborted) return Promise.reject(signal.reason as Error);
      const death = deferred<void>();
      alive.set(server, death);
      const die = (): void => {
        alive.delete(server);
        death.resolve();
      };
      signal.addEventListener("abort", die, { once: true });
      return Promise.resolve({ tookOver: false });
    },
    living: () => Promise.resolve(new Set(alive.keys())),
    async untilDead(server, signal) {
      signal.throwIfAborted();
      await unlessAborted(alive.get(server)?.promise, signal);
    },
  };
}

/** Waits for a death; rejects with the signal's reason when that is aborted first. */
export async function unlessAborted(
  death: Promise<void> | undefined,
  signal: AbortSignal,
): Promise<void> {
  const aborted = deferred<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await Promise.race([death, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
