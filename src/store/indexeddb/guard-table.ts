/**
 * The table of guards, keyed by their invocation's number and their alias.
 *
 * A claim checks and sets in one transaction, so that of two claimants one wins; with `strict`
 * durability its record is on the disk before the callable is entered.
 */
import { unwrap, type IDBPTransaction } from "idb";
import {
  claim,
  countAttempts,
  isClaimed,
  settle,
  type ClaimOutcome,
  type ExecutionRef,
  type GuardClaim,
  type GuardRecord,
  type GuardSettlement,
} from "../../model/index.ts";
import type { GuardStore } from "../durable-store.ts";
import { SupersededError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import { readTable, transact, write, type TransactOptions } from "./database.ts";
import { abortIfMarked, findMark, guardKey, guardsOf } from "./fence-table.ts";
import { readPage, settled } from "./read-records.ts";
import type { PlaygroundDatabase } from "./schema.ts";
import { countUnrecorded } from "./trace-table.ts";

export function guardTable({ db, executing }: Connection): GuardStore {
  return {
    async readGuard(invocationSeq, alias) {
      return await readTable(db, "guards", (table) =>
        settled<GuardRecord | undefined>(table.get([invocationSeq, alias])),
      );
    },

    async readGuards({ invocation, ...page }) {
      return await transact(db, ["guards", "invocations"], "readonly", {}, async (tx) => {
        const guards = tx.objectStore("guards");
        if (invocation !== undefined) {
          const seq = await tx.objectStore("invocations").index("id").getKey(invocation);
          return seq === undefined ? [] : await guards.getAll(guardsOf(seq), page.limit);
        }
        return await readPage<GuardRecord, [number, string]>(
          unwrap(guards),
          page,
          ({ invocationSeq, alias }) => [invocationSeq, alias],
          (records) => Promise.resolve(records.filter(({ alias }) => typeof alias === "string")),
        );
      });
    },

    async countAttempts(invocations) {
      return await transact(db, ["guards", "trace"], "readonly", {}, (tx) =>
        Promise.all(
          invocations.map(async (invocation) => {
            const { id, seq, unguarded } = invocation;
            const [guards, unrecorded] = await Promise.all([
              tx.objectStore("guards").getAll(guardsOf(seq)),
              unguarded ? countUnrecorded(unwrap(tx as unknown as IDBPTransaction), id) : 0,
            ]);
            const recorded = guards.reduce((sum, { attempts }) => sum + attempts, 0);
            return countAttempts(invocation, recorded, unrecorded);
          }),
        ),
      );
    },

    async claimGuard(asked, options = {}) {
      // Strict: a callable that may run once is entered only when that is on the disk.
      const durability = asked.kind === "atMostOnce" ? "strict" : "relaxed";
      const isAlone = executing.size <= 1;
      const outcome = await claimGuard(db, asked, { ...options, durability, isAlone });
      const known = executing.get(asked.invocationSeq);
      if (outcome.claimed && known?.execution === asked.execution) {
        known.claims.set(asked.alias, outcome.record.attempts);
      }
      return outcome;
    },

    async settleGuard(settlement, options = {}) {
      const { invocationSeq, alias, execution, attempts } = settlement.claimed;
      const known = executing.get(invocationSeq);
      const isKnown = known?.execution === execution && known.claims.get(alias) === attempts;
      if (isKnown) known.claims.delete(alias);
      await settleGuard(db, settlement, { ...options, isKnown, isAlone: executing.size <= 1 });
    },
  };
}

async function claimGuard(
  db: PlaygroundDatabase,
  asked: GuardClaim,
  options: FencedOptions,
): Promise<ClaimOutcome> {
  const key = guardKey(asked);
  return await writeGuards(db, asked, options, async (guards) => {
    const found = asked.isNew ? undefined : await settled<GuardRecord | undefined>(guards.get(key));
    const outcome = claim(found, asked);
    if (asked.isNew) guards.add(outcome.record, key);
    else if (outcome.claimed) guards.put(outcome.record, key);
    return outcome;
  });
}

/**
 * A claim is compared with the record. Where this connection knows that nothing of its own has changed
 * it since, only another execution can have: that one's beginning has left a mark.
 */
async function settleGuard(
  db: PlaygroundDatabase,
  settlement: GuardSettlement,
  options: FencedOptions & { readonly isKnown: boolean },
): Promise<void> {
  const { claimed } = settlement;
  const key = guardKey(claimed);
  await writeGuards(db, claimed, options, async (guards) => {
    const read = options.isKnown ? undefined : settled<GuardRecord | undefined>(guards.get(key));
    // Who claimed it knows its record: it is written while it is looked at again.
    guards.put(settle(settlement), key);
    if (read && !isClaimed(await read, claimed)) throw new SupersededError(claimed.execution);
  });
}

interface FencedOptions extends TransactOptions {
  /** No other execution runs over this connection. */
  readonly isAlone: boolean;
}

/**
 * A transaction on the guards that is refused where the execution is over. Its mark is looked for in one
 * of two ways: where it alone is executing, it is read, which is quicker; otherwise nobody waits for an
 * answer within the transaction, for all would wait with it.
 *
 * @throws SupersededError
 */
async function writeGuards<T>(
  db: PlaygroundDatabase,
  by: ExecutionRef,
  { isAlone, ...options }: FencedOptions,
  body: (guards: IDBObjectStore) => Promise<T>,
): Promise<T> {
  let isFenced = (): boolean => false;
  try {
    return await write(db, ["guards"], options, async (tx) => {
      const mark = isAlone ? findMark(tx, "guards", by) : undefined;
      if (!mark) isFenced = abortIfMarked(tx, by);
      const result = await body(tx.objectStore("guards"));
      if ((await mark) !== undefined) throw new SupersededError(by.execution);
      return result;
    });
  } catch (error) {
    throw isFenced() ? new SupersededError(by.execution) : error;
  }
}
