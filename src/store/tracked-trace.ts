import type { DurableStore } from "./durable-store.ts";

/**
 * How a store's trace is appended, with a word of when all of it is written: it is written apart from what it
 * tells of, and after a crash, too.
 */
export function trackedTrace(store: Pick<DurableStore, "appendTrace">): {
  /** In place of the store's own. */
  readonly appendTrace: DurableStore["appendTrace"];
  /** Resolves when what is under way by now is written, or has failed. */
  readonly written: () => Promise<void>;
} {
  const append = store.appendTrace.bind(store);
  const underWay = new Set<Promise<unknown>>();
  return {
    appendTrace: (...args) => {
      const appended = append(...args).finally(() => underWay.delete(appended));
      underWay.add(appended);
      return appended;
    },
    written: async () => {
      await Promise.allSettled([...underWay]);
    },
  };
}
