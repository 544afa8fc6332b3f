/** The ledger in memory. */
import { canonicalJson, type LedgerRow } from "../../model/index.ts";
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
        const key = samenessOf(entry);
        const same = of(db, entry.invocation).filter((row) => samenessOf(row) === key);
        const seq = ++db.lastRow;
        const row = { ...entry, seq, outcome: "unanswered", occurrence: same.length + 1 } as const;
        db.ledger.set(seq, structuredClone(row));
        return seq;
      });
      connection.tell({ tables: ["ledger"], invocation: entry.invocation });
      return seq;
    },
    async settle(seq, result) {
      await connection.run((db) => {
        const row = db.ledger.get(seq);
        if (!row) return; // Wiped meanwhile.
        db.ledger.set(
          seq,
          "error" in result ? { ...row, error: result.error } : { ...row, outcome: "answered" },
        );
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
      connection.run((db) =>
        invocations.map((id) => {
          const effects = of(db, id).filter(({ validation }) => !validation);
          const duplicates = effects.filter(({ occurrence }) => occurrence > 1);
          return { effects: effects.length, duplicates: duplicates.length };
        }),
      ),
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

type Sameness = Pick<LedgerRow, "invocation" | "service" | "operation" | "request" | "validation">;

function samenessOf({ invocation, service, operation, request, validation }: Sameness): string {
  return canonicalJson([invocation, service, operation, request, !!validation]);
}
