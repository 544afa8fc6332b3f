/**
 * What subscribers are notified of at each commit: one rule for all engines, whose transactions know nothing of it. Subscribers
 * hear of a change before who made it goes on.
 */
import type { ChangeFeed } from "./change-feed.ts";
import type { FeedStore, InspectableStore } from "./durable-store.ts";
import type { Ledger } from "./ledger.ts";

/** A store's transactions. */
export type SilentStore = Omit<InspectableStore, keyof FeedStore>;

/** The port's whole face: the transactions, and a feed that tells of them and is closed with the store. */
export function notifying<Store extends SilentStore>(
  store: Store,
  feed: ChangeFeed,
): Store & FeedStore {
  const notify = feed.emit.bind(feed);
  return {
    ...store,
    async beginExecution(...args) {
      const outcome = await store.beginExecution(...args);
      if (outcome.begun) {
        const { id: invocation, seq: invocationSeq } = outcome.invocation;
        notify({ tables: ["invocations"], invocation, invocationSeq });
      }
      return outcome;
    },
    async endExecution(end, ...args) {
      const isEnded = await store.endExecution(end, ...args);
      const { id: invocation, seq: invocationSeq } = end.begun;
      notify({ tables: ["invocations", "trace"], invocation, invocationSeq });
      return isEnded;
    },
    async interruptInvocations(interruption) {
      const marked = await store.interruptInvocations(interruption);
      // Also where none was left: what a server wrote last, it may have died before telling.
      notify({ tables: ["invocations", "trace"] });
      return marked;
    },
    async holdInvocation(invocation, ...args) {
      await store.holdInvocation(invocation, ...args);
      notify({ tables: ["invocations"], invocation });
    },
    async claimGuard(claim, ...args) {
      const outcome = await store.claimGuard(claim, ...args);
      notify({ tables: ["guards"], invocation: claim.invocation });
      return outcome;
    },
    async settleGuard(settlement, ...args) {
      await store.settleGuard(settlement, ...args);
      notify({ tables: ["guards"], invocation: settlement.claimed.invocation });
    },
    async applyMutation(mutation, ...args) {
      const applied = await store.applyMutation(mutation, ...args);
      const { map, origin } = mutation;
      const { invocation } = origin;
      notify({ tables: ["maps"], map, ...(invocation && { invocation }) });
      return applied;
    },
    async appendTrace(events, ...args) {
      await store.appendTrace(events, ...args);
      for (const invocation of new Set(events.map((event) => event.invocation))) {
        notify({ tables: ["trace"], invocation });
      }
    },
    async countHit(...args) {
      const count = await store.countHit(...args);
      notify({ tables: ["hits"] });
      return count;
    },
    async trimRecordings(trimming) {
      const trimmed = await store.trimRecordings(trimming);
      if (trimmed.count > 0) notify({ tables: ["invocations", "trace"] });
      return trimmed;
    },
    async wipe() {
      await store.wipe();
      notify({ tables: ["invocations", "guards", "maps", "trace", "hits"], wiped: true });
    },
    announceServer: (server, { tookOver = false } = {}) =>
      notify({ tables: ["invocations"], server, ...(tookOver ? { tookOver: true } : {}) }),
    subscribe: (listener) => feed.subscribe(listener),
    async close() {
      feed.close();
      await store.close();
    },
  };
}

/** The same of a ledger. */
export function notifyingLedger(ledger: Omit<Ledger, "subscribe">, feed: ChangeFeed): Ledger {
  const notify = (invocation?: string): void =>
    feed.emit({ tables: ["ledger"], ...(invocation !== undefined && { invocation }) });
  return {
    ...ledger,
    async record(entry) {
      const seq = await ledger.record(entry);
      notify(entry.invocation);
      return seq;
    },
    async settle(...args) {
      const invocation = await ledger.settle(...args);
      if (invocation !== undefined) notify(invocation);
      return invocation;
    },
    async wipe() {
      await ledger.wipe();
      notify();
    },
    subscribe: (listener) => feed.subscribe(listener),
    async close() {
      feed.close();
      await ledger.close();
    },
  };
}
