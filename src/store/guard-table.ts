/**
 * The table of guards, keyed by their invocation's number and their alias.
 *
 * A claim checks and sets in one transaction, so that of two claimants one wins; with `strict`
 * durability its record is on the disk before the callable is entered.
 */
import { unwrap, type IDBPTransaction } from "idb";
import {
  claim,
  isClaimed,
  settle,
  type AttemptCount,
  type ClaimOutcome,
  type GuardClaim,
  type GuardRecord,
  type GuardSettlement,
  type InvocationRecord,
} from "../model/index.ts";
import { readTable, transact, write, type TransactOptions } from "./database.ts";
import { SupersededError } from "./errors.ts";
import { abortIfFenced, guardsOf } from "./fence-table.ts";
import { readPage, settled, type Page } from "./read-records.ts";
import type { PlaygroundDatabase } from "./schema.ts";
import { countUnrecorded } from "./trace-table.ts";

export async function readGuard(
  db: PlaygroundDatabase,
  invocationSeq: number,
  alias: string,
): Promise<GuardRecord | undefined> {
  return await readTable(db, "guards", (table) =>
    settled<GuardRecord | undefined>(table.get([invocationSeq, alias])),
  );
}

/** Claims an absent guard for one more attempt. A guard in any other state is given back as it is. */
export async function claimGuard(
  db: PlaygroundDatabase,
  asked: GuardClaim,
  options: TransactOptions,
): Promise<ClaimOutcome> {
  let isFenced = (): boolean => false;
  try {
    return await write(db, ["guards"], options, async (tx) => {
      const guards = tx.objectStore("guards");
      isFenced = abortIfFenced(tx, asked);
      const found = asked.isNew
        ? undefined
        : await settled<GuardRecord | undefined>(guards.get([asked.invocationSeq, asked.alias]));
      const outcome = claim(found, asked);
      if (asked.isNew) guards.add(outcome.record);
      else if (outcome.claimed) guards.put(outcome.record);
      return outcome;
    });
  } catch (error) {
    throw isFenced() ? new SupersededError(asked.execution) : error;
  }
}

/**
 * Brings a claimed guard into its next state.
 *
 * @throws SupersededError where it is not as it was claimed any more, or was wiped while its callable ran
 */
export async function settleGuard(
  db: PlaygroundDatabase,
  settlement: GuardSettlement,
  options: TransactOptions,
): Promise<void> {
  const { claimed } = settlement;
  const { invocationSeq, alias } = claimed;
  await write(db, ["guards"], options, async (tx) => {
    const guards = tx.objectStore("guards");
    const read = settled<GuardRecord | undefined>(guards.get([invocationSeq, alias]));
    // Who claimed it knows its record: it is written while it is looked at again.
    guards.put(settle(settlement));
    if (!isClaimed(await read, claimed)) throw new SupersededError(claimed.execution);
  });
}

export interface GuardQuery extends Page<[number, string]> {
  /** Of this invocation, by its id; otherwise of all. */
  readonly invocation?: string;
}

/** The guards of one invocation by alias, or those of all, the newest invocation's first. */
export async function readGuards(
  db: PlaygroundDatabase,
  { invocation, ...page }: GuardQuery,
): Promise<GuardRecord[]> {
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
}

/**
 * How often guarded callables of each invocation were entered, in the order asked: by the guards'
 * records, which commit with the claims. What ran with the guards off is told by the recording alone.
 */
export async function countAttempts(
  db: PlaygroundDatabase,
  invocations: readonly InvocationRecord[],
): Promise<AttemptCount[]> {
  return await transact(db, ["guards", "trace"], "readonly", {}, (tx) =>
    Promise.all(
      invocations.map(async ({ id, seq, unguarded = false, trimmed }) => {
        const [guards, unrecorded] = await Promise.all([
          tx.objectStore("guards").getAll(guardsOf(seq)),
          unguarded ? countUnrecorded(unwrap(tx as unknown as IDBPTransaction), id) : 0,
        ]);
        const recorded = guards.reduce((sum, { attempts }) => sum + attempts, 0);
        const attempts = recorded + unrecorded + (trimmed?.attempts ?? 0);
        return { attempts, atLeast: unguarded };
      }),
    ),
  );
}
