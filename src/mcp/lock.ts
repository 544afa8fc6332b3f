import { deferred, type DurableStore, type Locks } from "../store/index.ts";

/** Held by a server as long as it lives: that is how another tab knows that it died. */
export function serverLock(store: string, owner: string): string {
  return `durable-mcp:${store}:server:${owner}`;
}

/** The server that a lock is of; `undefined` for any other lock. */
export function serverOfLock(store: string, lock: string): string | undefined {
  const prefix = serverLock(store, "");
  return lock.startsWith(prefix) ? lock.slice(prefix.length) : undefined;
}

/** The servers that live on a store, in this tab and in others. */
export async function livingServers({ name, locks }: DurableStore): Promise<string[]> {
  const servers = [...(await locks.held())].map((lock) => serverOfLock(name, lock));
  return servers.filter((server) => server !== undefined).sort();
}

/** Gives a lock back; resolves when it is free. */
export type Release = () => Promise<void>;

/** Waits for a lock; resolves with what releases it, as aborting the signal does. */
export async function acquire(locks: Locks, name: string, signal: AbortSignal): Promise<Release> {
  const acquired = deferred<Release>();
  const held = deferred<void>();
  const request = locks.request(name, signal, () => {
    const free = (): void => held.resolve();
    signal.addEventListener("abort", free, { once: true });
    if (signal.aborted) free();
    acquired.resolve(async () => {
      signal.removeEventListener("abort", free);
      free();
      await request;
    });
    return held.promise;
  });
  request.catch((error: unknown) => acquired.reject(error));
  return await acquired.promise;
}
