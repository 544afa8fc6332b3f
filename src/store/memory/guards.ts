/** Guards in memory. The rules are the model's. */
import { claim, countAttempts, isClaimed, settle, type GuardRecord } from "../../model/index.ts";
import type { GuardStore } from "../durable-store.ts";
import { SupersededError } from "../errors.ts";
import { pageOf, type Connection } from "./connection.ts";
import { countUnrecorded } from "./trace.ts";

export function guards(connection: Connection): GuardStore {
  return {
    readGuard: (invocationSeq, alias) =>
      connection.run((db) => db.guards.get(invocationSeq)?.get(alias)),

    readGuards: ({ invocation, ...page }) =>
      connection.run((db) => {
        if (invocation !== undefined) {
          const all = [...(db.guards.get(db.seqs.get(invocation) ?? 0)?.values() ?? [])];
          return all.sort(byAlias).slice(0, page.limit);
        }
        const all = [...db.guards.values()].flatMap((of) => [...of.values()]);
        all.sort((a, b) => a.invocationSeq - b.invocationSeq || byAlias(a, b));
        return pageOf(
          all,
          page,
          (guard, [seq, alias]) => guard.invocationSeq - seq || byAlias(guard, { alias }),
        );
      }),

    countAttempts: (invocations) =>
      connection.run((db) =>
        invocations.map((invocation) => {
          const { id, seq, unguarded } = invocation;
          const recorded = [...(db.guards.get(seq)?.values() ?? [])].reduce(
            (sum, { attempts }) => sum + attempts,
            0,
          );
          return countAttempts(invocation, recorded, unguarded ? countUnrecorded(db, id) : 0);
        }),
      ),

    claimGuard: (asked, options) =>
      connection.run((db) => {
        if (db.hasEnded(asked)) throw new SupersededError(asked.execution);
        const { invocationSeq, alias } = asked;
        const all = db.guards.get(invocationSeq) ?? new Map<string, GuardRecord>();
        const outcome = claim(all.get(alias), asked);
        if (outcome.claimed) db.guards.set(invocationSeq, all.set(alias, outcome.record));
        return outcome;
      }, options),

    settleGuard: (settlement, options) =>
      connection.run((db) => {
        const { claimed } = settlement;
        const all = db.guards.get(claimed.invocationSeq);
        if (!all || !isClaimed(all.get(claimed.alias), claimed)) {
          throw new SupersededError(claimed.execution);
        }
        all.set(claimed.alias, structuredClone(settle(settlement)));
      }, options),
  };
}

function byAlias(a: { readonly alias: string }, b: { readonly alias: string }): number {
  return a.alias < b.alias ? -1 : a.alias > b.alias ? 1 : 0;
}
