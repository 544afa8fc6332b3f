/** The ledger in a database of its own. */
import { unwrap, type DBSchema } from "idb";
import { rowOf, samenessOf, settleRow, tallyEffects, type LedgerRow } from "../../model/index.ts";
import { ChangeFeed, originChannel } from "../change-feed.ts";
import type { Ledger } from "../ledger.ts";
import { notifyingLedger } from "../notifying.ts";
import { openDatabase, transact, type OpenOptions } from "./database.ts";
import { readPage } from "./read-records.ts";

type StoredRow = LedgerRow & { readonly sameness: string };

interface LedgerSchema extends DBSchema {
  rows: {
    key: number;
    value: StoredRow;
    indexes: { invocation: string; sameness: string };
  };
}

export async function openLedger(options: OpenOptions): Promise<Ledger> {
  const db = await openDatabase<LedgerSchema>(options, 1, (database, oldVersion) => {
    if (oldVersion >= 1) return;
    const rows = database.createObjectStore("rows", { keyPath: "seq", autoIncrement: true });
    rows.createIndex("invocation", "invocation");
    rows.createIndex("sameness", "sameness");
  });
  const feed = new ChangeFeed(originChannel(options.name));
  const ledger: Omit<Ledger, "subscribe"> = {
    async record(entry) {
      const sameness = samenessOf(entry);
      // Strict: what happened outside cannot be taken back by a power cut in here.
      const options = { durability: "strict" } as const;
      return await transact(db, ["rows"], "readwrite", options, async (tx) => {
        const rows = tx.objectStore("rows");
        const earlier = await rows.index("sameness").count(sameness);
        // The key generator fills `seq` in.
        return await rows.add({ ...rowOf(entry, earlier), sameness } as StoredRow);
      });
    },
    async settle(seq, result) {
      return await transact(db, ["rows"], "readwrite", {}, async (tx) => {
        const row = await tx.objectStore("rows").get(seq);
        // It may have been wiped meanwhile.
        if (row) await tx.objectStore("rows").put(settleRow(row, result));
        return row?.invocation;
      });
    },
    async rows({ invocation, ...page }) {
      return await transact(db, ["rows"], "readonly", {}, async (tx) => {
        const table = tx.objectStore("rows");
        if (invocation !== undefined) {
          return (await table.index("invocation").getAll(invocation, page.limit)).map(rowIn);
        }
        const rows = await readPage<StoredRow, number>(unwrap(table), page, ({ seq }) => seq);
        return rows.reverse().map(rowIn);
      });
    },
    async tally(invocations) {
      return await transact(db, ["rows"], "readonly", {}, (tx) =>
        Promise.all(
          invocations.map(async (id) =>
            tallyEffects(await tx.objectStore("rows").index("invocation").getAll(id)),
          ),
        ),
      );
    },
    async wipe() {
      await transact(db, ["rows"], "readwrite", {}, (tx) => tx.objectStore("rows").clear());
    },
    close() {
      db.close();
      return Promise.resolve();
    },
  };
  return notifyingLedger(ledger, feed);
}

/** A row as it is given out. */
function rowIn({ sameness: _, ...row }: StoredRow): LedgerRow {
  return row;
}
