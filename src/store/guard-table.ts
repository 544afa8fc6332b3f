/**
 * The table of guards, keyed by invocation and alias.
 *
 * A claim checks and sets in one transaction, so that of two claimants one wins; with `strict`
 * durability its record is on the disk before the callable is entered.
 */
import { unwrap } from "idb";
import { readTable, transact, type TransactOptions } from "./database.ts";
import { readPage, settled, type Page } from "./read-records.ts";
import type { GuardKind, GuardRecord, GuardState, KeptError } from "./records.ts";
import type { PlaygroundDatabase } from "./schema.ts";

export interface GuardClaim {
  readonly invocation: string;
  readonly alias: string;
  readonly kind: GuardKind;
  readonly execution: number;
  readonly at: number;
  /** The invocation has used no guard of this alias before: there can be no record of it. */
  readonly isNew?: boolean;
}

export interface GuardSettlement {
  /** The guard as it was claimed. */
  readonly claimed: GuardRecord;
  readonly execution: number;
  readonly at: number;
  readonly state: Exclude<GuardState, "started">;
  readonly value?: unknown;
  readonly error?: KeptError;
}

export async function readGuard(
  db: PlaygroundDatabase,
  invocation: string,
  alias: string,
): Promise<GuardRecord | undefined> {
  return await readTable(db, "guards", (table) =>
    settled<GuardRecord | undefined>(table.get([invocation, alias])),
  );
}

/**
 * Claims an absent guard for one more attempt, whose number is the record's `attempts`. A guard in
 * any other state is given back as it is, unclaimed.
 */
export async function claimGuard(
  db: PlaygroundDatabase,
  claim: GuardClaim,
  options: TransactOptions,
): Promise<{ claimed: boolean; record: GuardRecord }> {
  return await transact(db, ["guards"], "readwrite", options, async (tx) => {
    const guards = tx.objectStore("guards");
    const earlier = claim.isNew ? undefined : await guards.get([claim.invocation, claim.alias]);
    if (earlier && (earlier.state !== "absent" || earlier.kind !== claim.kind)) {
      return { claimed: false, record: earlier };
    }
    const attempt = (earlier?.attempts ?? 0) + 1;
    const record: GuardRecord = {
      invocation: claim.invocation,
      alias: claim.alias,
      kind: claim.kind,
      // Only an at-most-once guard remembers that its callable was entered.
      state: claim.kind === "atMostOnce" ? "started" : "absent",
      attempts: attempt,
      execution: claim.execution,
      updatedAt: claim.at,
    };
    if (claim.isNew) unwrap(guards).add(record);
    else unwrap(guards).put(record);
    return { claimed: true, record };
  });
}

/**
 * Brings a claimed guard into its next state.
 *
 * @throws Error where it is gone: the data was wiped while its callable ran
 */
export async function settleGuard(
  db: PlaygroundDatabase,
  { claimed, execution, at, state, value, error }: GuardSettlement,
  options: TransactOptions,
): Promise<void> {
  const { error: _, value: __, ...kept } = claimed;
  const settled: GuardRecord = {
    ...kept,
    execution,
    state,
    updatedAt: at,
    ...(state === "stored" ? { value } : {}),
    ...(error ? { error } : {}),
  };
  await transact(db, ["guards"], "readwrite", options, async (tx) => {
    const guards = tx.objectStore("guards");
    // Who claimed it knows its record: it is written while it is made sure that it is there.
    const known = unwrap(guards).getKey([claimed.invocation, claimed.alias]);
    await guards.put(settled);
    if (known.result === undefined) {
      throw new Error(`Guard "${claimed.alias}" is gone: the data was wiped while it was running.`);
    }
  });
}

export interface GuardQuery extends Page<[string, string]> {
  readonly invocation?: string;
}

/** The guards of one invocation by alias, or those of all, the newest invocation's first. */
export async function readGuards(
  db: PlaygroundDatabase,
  { invocation, ...page }: GuardQuery,
): Promise<GuardRecord[]> {
  return await transact(db, ["guards"], "readonly", {}, async (tx) => {
    const guards = tx.objectStore("guards");
    if (invocation !== undefined) {
      const range = IDBKeyRange.bound([invocation], [invocation, []]);
      return await guards.getAll(range, page.limit);
    }
    return await readPage<GuardRecord, [string, string]>(
      unwrap(guards),
      page,
      ({ invocation, alias }) => [invocation, alias],
    );
  });
}
