/**
 * The ledger of the outside world: a database of its own, which nothing that a server does rolls
 * back. One row for each time that the outside thing really happened.
 */
import { unwrap, type DBSchema } from "idb";
import { canonicalJson, type KeptError, type LedgerRow } from "../model/index.ts";
import { ChangeFeed, type ChangeListener } from "./change-feed.ts";
import { openDatabase, transact, type OpenOptions } from "./database.ts";
import { readPage, type Page } from "./read-records.ts";

type StoredRow = LedgerRow & { readonly sameness: string };

interface LedgerSchema extends DBSchema {
  rows: {
    key: number;
    value: StoredRow;
    indexes: { invocation: string; sameness: string };
  };
}

export type LedgerEntry = Omit<LedgerRow, "seq" | "occurrence" | "outcome">;

export interface EffectTally {
  readonly effects: number;
  /** How many of them had happened before, in the same invocation. */
  readonly duplicates: number;
}

export interface Ledger {
  /** Commits that it happened, unanswered as yet; resolves with the row's number. */
  record(entry: LedgerEntry): Promise<number>;
  /** The server got the answer, or `error` in its place. */
  settle(seq: number, result: { answered: true } | { error: KeptError }): Promise<void>;
  /** Of one invocation, or a page of all; in the order in which they happened. */
  rows(query: Page<number> & { readonly invocation?: string }): Promise<LedgerRow[]>;
  /** What each invocation did outside, in the order asked; validation runs are not counted. */
  tally(invocations: readonly string[]): Promise<EffectTally[]>;
  subscribe(listener: ChangeListener): () => void;
  wipe(): Promise<void>;
  close(): void;
}

export async function openLedger(options: OpenOptions): Promise<Ledger> {
  const db = await openDatabase<LedgerSchema>(options, 1, (database, oldVersion) => {
    if (oldVersion >= 1) return;
    const rows = database.createObjectStore("rows", { keyPath: "seq", autoIncrement: true });
    rows.createIndex("invocation", "invocation");
    rows.createIndex("sameness", "sameness");
  });
  const feed = new ChangeFeed(options.name);
  const changed = (invocation?: string): void =>
    feed.emit({ tables: ["ledger"], ...(invocation !== undefined && { invocation }) });

  return {
    async record(entry) {
      const { invocation, service, operation, request, validation } = entry;
      const sameness = canonicalJson([invocation, service, operation, request, !!validation]);
      // Strict: what happened outside cannot be taken back by a power cut in here.
      const seq = await transact(
        db,
        ["rows"],
        "readwrite",
        { durability: "strict" },
        async (tx) => {
          const rows = tx.objectStore("rows");
          const occurrence = (await rows.index("sameness").count(sameness)) + 1;
          const row: Omit<StoredRow, "seq"> = {
            ...entry,
            outcome: "unanswered",
            occurrence,
            sameness,
          };
          // The key generator fills `seq` in.
          return await rows.add(row as StoredRow);
        },
      );
      changed(invocation);
      return seq;
    },
    async settle(seq, result) {
      await transact(db, ["rows"], "readwrite", {}, async (tx) => {
        const row = await tx.objectStore("rows").get(seq);
        if (!row) return; // Wiped meanwhile.
        const settled: StoredRow =
          "error" in result ? { ...row, error: result.error } : { ...row, outcome: "answered" };
        await tx.objectStore("rows").put(settled);
      });
      changed();
    },
    async rows({ invocation, ...page }) {
      return await transact(db, ["rows"], "readonly", {}, async (tx) => {
        const table = tx.objectStore("rows");
        if (invocation !== undefined)
          return await table.index("invocation").getAll(invocation, page.limit);
        const rows = await readPage<LedgerRow, number>(unwrap(table), page, ({ seq }) => seq);
        return rows.reverse();
      });
    },
    async tally(invocations) {
      return await transact(db, ["rows"], "readonly", {}, (tx) =>
        Promise.all(
          invocations.map(async (id) => {
            const rows = await tx.objectStore("rows").index("invocation").getAll(id);
            const effects = rows.filter((row) => !row.validation);
            const duplicates = effects.filter((row) => row.occurrence > 1);
            return { effects: effects.length, duplicates: duplicates.length };
          }),
        ),
      );
    },
    subscribe: (listener) => feed.subscribe(listener),
    async wipe() {
      await transact(db, ["rows"], "readwrite", {}, (tx) => tx.objectStore("rows").clear());
      changed();
    },
    close() {
      feed.close();
      db.close();
    },
  };
}
