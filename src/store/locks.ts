/**
 * Exclusive locks by name: the browser's Web Locks, which reach every tab and are released when
 * their tab dies, or, where there are none, locks that reach as far as this object.
 */

import { deferred } from "./deferred.ts";

export interface Locks {
  /** Waits for the lock, then holds it until `run` settles. Rejects with the signal's reason when aborted. */
  request<T>(name: string, signal: AbortSignal, run: () => Promise<T>): Promise<T>;
  /** The names that are held now, by anyone. */
  held(): Promise<ReadonlySet<string>>;
}

export function webLocks(manager: LockManager): Locks {
  return {
    async request(name, signal, run) {
      return await manager.request(name, { signal }, run);
    },
    async held() {
      const { held } = await manager.query();
      return new Set(held?.flatMap((lock) => (lock.name === undefined ? [] : [lock.name])));
    },
  };
}

export function localLocks(): Locks {
  const tails = new Map<string, Promise<void>>();
  return {
    async request(name, signal, run) {
      signal.throwIfAborted();
      const before = tails.get(name);
      const released = deferred<undefined>();
      const tail = (before ?? Promise.resolve()).then(() => released.promise);
      tails.set(name, tail);
      void tail.then(() => {
        if (tails.get(name) === tail) tails.delete(name);
      });
      let granted = false;
      try {
        if (before) await waitFor(before, signal);
        granted = true;
        return await run();
      } finally {
        // Free at once; a waiter that gave up leaves the line only when its turn would have come.
        if (granted && tails.get(name) === tail) tails.delete(name);
        released.resolve(undefined);
      }
    },
    held: () => Promise.resolve(new Set(tails.keys())),
  };
}

async function waitFor(turn: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = deferred<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await Promise.race([turn, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
