/**
 * Exclusive locks by name: the browser's Web Locks, which reach every tab and are released when
 * their tab dies, or, where there are none, locks that reach as far as this object.
 */

import { deferred } from "./deferred.ts";

export interface LockRequest {
  readonly signal?: AbortSignal;
  /** Do not wait: the callback gets `false` where the lock is taken. */
  readonly ifAvailable?: boolean;
}

export interface Locks {
  /** Waits for the lock, then holds it until `use` settles. Rejects with the signal's reason when aborted. */
  request<T>(name: string, request: LockRequest, run: (granted: boolean) => Promise<T>): Promise<T>;
  /** The names that are held now, by anyone. */
  held(): Promise<ReadonlySet<string>>;
}

export function webLocks(manager: LockManager): Locks {
  return {
    async request(name, { signal, ifAvailable }, run) {
      // The two options exclude each other in the browser's interface.
      if (ifAvailable) {
        return await manager.request(name, { ifAvailable }, (lock) => run(lock !== null));
      }
      return await manager.request(name, signal ? { signal } : {}, () => run(true));
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
    async request(name, { signal, ifAvailable }, run) {
      signal?.throwIfAborted();
      const before = tails.get(name);
      if (before && ifAvailable) return await run(false);
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
        return await run(true);
      } finally {
        // Free at once; a waiter that gave up leaves the line only when its turn would have come.
        if (granted && tails.get(name) === tail) tails.delete(name);
        released.resolve(undefined);
      }
    },
    held: () => Promise.resolve(new Set(tails.keys())),
  };
}

async function waitFor(turn: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) {
    await turn;
    return;
  }
  const aborted = deferred<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await Promise.race([turn, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
