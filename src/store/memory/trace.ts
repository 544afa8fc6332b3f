/** The trace and the hits of faults in memory. */
import type { TraceEvent } from "../../model/index.ts";
import type { HitStore, TraceStore } from "../durable-store.ts";
import type { Connection } from "./connection.ts";
import type { MemoryDatabase } from "./database.ts";

export function appendTrace(db: MemoryDatabase, events: readonly TraceEvent[]): void {
  for (const event of structuredClone(events)) {
    const { invocation } = event;
    db.trace.set(invocation, [...(db.trace.get(invocation) ?? []), event]);
  }
}

export function trace(connection: Connection): TraceStore & HitStore {
  return {
    appendTrace: (events, options) => connection.run((db) => appendTrace(db, events), options),

    readTrace: ({ invocation, limit }) =>
      connection.run((db) =>
        (db.trace.get(invocation) ?? [])
          .toSorted((a, b) => a.execution - b.execution || a.n - b.n)
          .slice(-limit),
      ),

    countHit: (plan, fault, options) =>
      connection.run((db) => {
        const hits = db.hits.get(plan) ?? new Map<number, number>();
        const next = (hits.get(fault) ?? 0) + 1;
        db.hits.set(plan, hits.set(fault, next));
        return next;
      }, options),

    readHits: (plan) => connection.run((db) => db.hits.get(plan) ?? new Map<number, number>()),
  };
}

/** How many attempts of an invocation no guard's record counts. */
export function countUnrecorded(db: MemoryDatabase, invocation: string): number {
  return (db.trace.get(invocation) ?? []).filter(({ unrecorded }) => unrecorded).length;
}
