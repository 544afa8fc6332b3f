/** The journal in memory. The rules are the model's. */
import {
  begin,
  end,
  hold,
  interrupt,
  isLeftBehind,
  lastExecution,
  matchesFilter,
  traceInterruption,
  type InvocationRecord,
} from "../../model/index.ts";
import type { JournalStore } from "../durable-store.ts";
import { pageOf, type Connection } from "./connection.ts";
import type { MemoryDatabase } from "./database.ts";
import { appendTrace } from "./trace.ts";

export function journal(connection: Connection): JournalStore {
  return {
    readInvocation: (id) => connection.run((db) => find(db, id)),

    readExecutions: (id) =>
      connection.run((db) => {
        const found = find(db, id);
        return found ? [...(db.executions.get(found.seq) ?? []), found.last] : [];
      }),

    readExecution: ({ invocationSeq, execution }) =>
      connection.run((db) => {
        const last = db.invocations.get(invocationSeq)?.last;
        const all = [...(db.executions.get(invocationSeq) ?? []), ...(last ? [last] : [])];
        return all.find(({ number }) => number === execution);
      }),

    readAnswer: (id, execution) =>
      connection.run((db) => db.answers.get(db.seqs.get(id) ?? 0)?.get(execution)),

    readInvocations: ({ filter, ...page }) =>
      connection.run((db) => {
        const all = [...db.invocations.values()];
        const meant = filter
          ? all.filter((each) =>
              matchesFilter(each, filter, [...(db.answers.get(each.seq)?.values() ?? [])]),
            )
          : all;
        return pageOf(meant, page, ({ seq }, key) => seq - key);
      }),

    readPendingInvocations: (state) =>
      connection.run((db) => [...db.invocations.values()].filter((each) => each.state === state)),

    beginExecution: (asked, options) =>
      connection.run((db) => {
        const found = find(db, asked.id);
        const next = begin(found, asked);
        if (!next.begun) return next;
        const seq = found?.seq ?? ++db.lastInvocation;
        const invocation: InvocationRecord = structuredClone({ ...next.invocation, seq });
        if (next.earlier) db.executions.set(seq, [...(db.executions.get(seq) ?? []), next.earlier]);
        if (found?.state === "running") db.fence(lastExecution(found));
        db.seqs.set(asked.id, seq);
        db.invocations.set(seq, invocation);
        return { begun: true, invocation } as const;
      }, options),

    endExecution: (asked, events, options) =>
      connection.run((db) => {
        const { begun, response } = asked;
        const { seq } = begun;
        if (db.hasEnded(lastExecution(begun))) return false;
        const next = structuredClone(end(asked));
        const answer: unknown = structuredClone(response);
        appendTrace(db, events);
        db.fence(lastExecution(begun));
        db.invocations.set(seq, next);
        if (response !== undefined) {
          const all = db.answers.get(seq) ?? new Map<number, unknown>();
          db.answers.set(seq, all.set(begun.last.number, answer));
        }
        return true;
      }, options),

    interruptInvocations: ({ dead, at }) =>
      connection.run((db) => {
        const left = [...db.invocations.values()].filter((each) => isLeftBehind(each, dead));
        return left.map((invocation) => {
          const next = interrupt(invocation, at);
          appendTrace(db, traceInterruption(next, at));
          db.fence(lastExecution(invocation));
          db.invocations.set(next.seq, next);
          return next;
        });
      }),

    holdInvocation: (id, held, options) =>
      connection.run((db) => {
        const found = find(db, id);
        const next = found && hold(found, held);
        if (next) db.invocations.set(next.seq, next);
      }, options),
  };
}

function find(db: MemoryDatabase, id: string): InvocationRecord | undefined {
  return db.invocations.get(db.seqs.get(id) ?? 0);
}
