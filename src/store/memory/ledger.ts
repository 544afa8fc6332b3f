/** The ledger in memory. */
import { rowOf, samenessOf, settleRow, tallyEffects, type LedgerRow } from "../../model/index.ts";
import { ChangeFeed } from "../change-feed.ts";
import type { Ledger } from "../ledger.ts";
import { Connection, pageOf } from "./connection.ts";
import { MemoryDatabase } from "./database.ts";

export function openMemoryLedger(database = new MemoryDatabase()): Ledger {
  const feed = new ChangeFeed(database.channels.open("ledger"));
  const connection = new Connection(database, (change) => feed.emit(change));
  const of = (db: MemoryDatabase, invocation: string): LedgerRow[] =>
    [...db.ledger.values()].filter((row) => row.invocation === invocation);
  return {
    async record(entry) {
      const seq = await connection.run((db) => {
        const sameness = samenessOf(entry);
        const earlier = of(db, entry.invocation).filter((row) => samenessOf(row) === sameness);
        const seq = ++db.lastRow;
        db.ledger.set(seq, structuredClone({ ...rowOf(entry, earlier.length), seq }));
        return seq;
      });
      connection.tell({ tables: ["ledger"], invocation: entry.invocation });
      return seq;
    },
    async settle(seq, result) {
      await connection.run((db) => {
        const row = db.ledger.get(seq);
        // It may have been wiped meanwhile.
        if (row) db.ledger.set(seq, structuredClone(settleRow(row, result)));
      });
      connection.tell({ tables: ["ledger"] });
    },
    rows: ({ invocation, ...page }) =>
      connection.run((db) =>
        invocation === undefined
          ? pageOf([...db.ledger.values()], page, ({ seq }, key) => seq - key).reverse()
          : of(db, invocation).slice(0, page.limit),
      ),
    tally: (invocations) =>
      connection.run((db) => invocations.map((id) => tallyEffects(of(db, id)))),
    subscribe: (listener) => feed.subscribe(listener),
    async wipe() {
      await connection.run((db) => db.ledger.clear());
      connection.tell({ tables: ["ledger"] });
    },
    close() {
      connection.isClosed = true;
      feed.close();
      return Promise.resolve();
    },
  };
}
