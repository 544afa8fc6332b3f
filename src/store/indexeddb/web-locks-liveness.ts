/** Liveness by Web Locks: a server holds a lock as long as it lives, and the browser frees it when its tab dies. */
import { deferred } from "../deferred.ts";
import type { Liveness } from "../liveness.ts";

export function webLocksLiveness(manager: LockManager, store: string): Liveness {
  const prefix = `durable-mcp:${store}:server:`;
  return {
    async enter(server, { signal }) {
      const entered = deferred<void>();
      const held = deferred<void>();
      const free = (): void => held.resolve();
      signal.addEventListener("abort", free, { once: true });
      manager
        .request(prefix + server, { signal }, () => {
          entered.resolve();
          if (signal.aborted) free();
          return held.promise;
        })
        .catch((error: unknown) => entered.reject(error));
      await entered.promise;
      return { tookOver: false };
    },
    async living() {
      const { held = [] } = await manager.query();
      const names = held.flatMap(({ name }) => (name?.startsWith(prefix) ? [name] : []));
      return new Set(names.map((name) => name.slice(prefix.length)));
    },
    async untilDead(server, signal) {
      await manager.request(prefix + server, { signal }, () => Promise.resolve());
    },
  };
}
