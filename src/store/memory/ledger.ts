/** The ledger in memory. */
import { rowOf, samenessOf, settleRow, tallyEffects, type LedgerRow } from "../../model/index.ts";
import { ChangeFeed } from "../change-feed.ts";
import type { Ledger } from "../ledger.ts";
import { notifyingLedger } from "../notifying.ts";
import { Connection, pageOf } from "./connection.ts";
import { MemoryDatabase } from "./database.ts";

export function openMemoryLedger(database = new MemoryDatabase()): Ledger {
  const connection = new Connection(database);
  const of = (db: MemoryDatabase, invocation: string): LedgerRow[] =>
    [...db.ledger.values()].filter((row) => row.invocation === invocation);
  const ledger: Omit<Ledger, "subscribe"> = {
    record: (entry) =>
      connection.run((db) => {
        const sameness = samenessOf(entry);
        const earlier = of(db, entry.invocation).filter((row) => samenessOf(row) === sameness);
        const seq = ++db.lastRow;
        db.ledger.set(seq, structuredClone({ ...rowOf(entry, earlier.length), seq }));
        return seq;
      }),
    settle: (seq, result) =>
      connection.run((db) => {
        const row = db.ledger.get(seq);
        // It may have been wiped meanwhile.
        if (row) db.ledger.set(seq, structuredClone(settleRow(row, result)));
        return row?.invocation;
      }),
    rows: ({ invocation, ...page }) =>
      connection.run((db) =>
        invocation === undefined
          ? pageOf([...db.ledger.values()], page, ({ seq }, key) => seq - key).reverse()
          : of(db, invocation).slice(0, page.limit),
      ),
    tally: (invocations) =>
      connection.run((db) => invocations.map((id) => tallyEffects(of(db, id)))),
    wipe: () => connection.run((db) => db.ledger.clear()),
    close: () => connection.close(),
  };
  return notifyingLedger(ledger, new ChangeFeed(database.channels.open("ledger")));
}
