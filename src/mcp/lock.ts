import { deferred, type Locks } from "../store/index.ts";

/** Held by a server as long as it lives: that is how another tab knows that it died. */
export function serverLock(store: string, owner: string): string {
  return `durable-mcp:${store}:server:${owner}`;
}

/** The server that a lock is of; `undefined` for any other lock. */
export function serverOfLock(store: string, lock: string): string | undefined {
  const prefix = serverLock(store, "");
  return lock.startsWith(prefix) ? lock.slice(prefix.length) : undefined;
}

/** Held while an invocation is executed: it never executes twice at the same time. */
export function invocationLock(store: string, invocation: string): string {
  return `durable-mcp:${store}:invocation:${invocation}`;
}

/** Gives a lock back; resolves when it is free. */
export type Release = () => Promise<void>;

/**
 * Waits for a lock; resolves with what releases it.
 *
 * @param holding releases the lock when it is aborted
 * @param waiting ends the wait when it is aborted
 */
export async function acquire(
  locks: Locks,
  name: string,
  holding: AbortSignal,
  waiting = holding,
): Promise<Release> {
  const acquired = deferred<Release>();
  const held = deferred<void>();
  const request = locks.request(name, waiting, () => {
    const free = (): void => held.resolve();
    holding.addEventListener("abort", free, { once: true });
    if (holding.aborted || waiting.aborted) free();
    acquired.resolve(async () => {
      holding.removeEventListener("abort", free);
      free();
      await request;
    });
    return held.promise;
  });
  request.catch((error: unknown) => acquired.reject(error));
  return await acquired.promise;
}
