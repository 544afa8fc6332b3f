/** `DurableStore` in memory: for tests and sweeps, as quick as a store can be. */
import { lastExecution } from "../../model/index.ts";
import { ChangeFeed, feedTable } from "../change-feed.ts";
import type { InspectableStore, Trimmed, Trimming } from "../durable-store.ts";
import type { Liveness } from "../liveness.ts";
import { Connection } from "./connection.ts";
import { MemoryDatabase } from "./database.ts";
import { guards } from "./guards.ts";
import { journal } from "./journal.ts";
import { maps } from "./maps.ts";
import { countUnrecorded, trace } from "./trace.ts";

export interface OpenMemoryOptions {
  readonly name?: string;
  /** Given to several stores, these are connections to the same data. */
  readonly database?: MemoryDatabase;
  /** How death is known; by default all servers of this database are in this process. */
  readonly liveness?: Liveness;
}

export function openMemory({
  name = "memory",
  database = new MemoryDatabase(),
  liveness = database.liveness,
}: OpenMemoryOptions = {}): InspectableStore {
  const feed = new ChangeFeed(database.channels.open("store"));
  const connection = new Connection(database, (change) => feed.emit(change));
  return {
    name,
    liveness,
    ...journal(connection),
    ...guards(connection),
    ...maps(connection),
    ...trace(connection),
    ...feedTable(feed),

    async trimRecordings(trimming) {
      const trimmed = await connection.run((db) => trim(db, trimming));
      if (trimmed.count > 0) connection.tell({ tables: ["invocations", "trace"] });
      return trimmed;
    },

    async wipe() {
      await connection.run((db) => {
        const running = [...db.invocations.values()].filter(({ state }) => state === "running");
        const { invocations, seqs, executions, answers, writes, once, hits } = db;
        const tables = [invocations, seqs, executions, answers, db.guards, db.trace, db.maps];
        for (const table of [...tables, writes, once, hits]) table.clear();
        for (const invocation of running) db.fence(lastExecution(invocation));
      });
      connection.tell({ tables: ["invocations", "guards", "maps", "trace", "hits"], wiped: true });
    },

    close() {
      connection.isClosed = true;
      feed.close();
      return Promise.resolve();
    },
  };
}

function trim(db: MemoryDatabase, { keep, after = 0, limit }: Trimming): Trimmed {
  const all = [...db.invocations.values()];
  const old = all.slice(0, Math.max(0, all.length - keep)).filter(({ seq }) => seq > after);
  const looked = old.slice(0, limit);
  let count = 0;
  for (const invocation of looked) {
    const { id, seq, state, trimmed } = invocation;
    if (state === "running" || state === "interrupted") continue;
    if (!db.answers.has(seq) && !db.trace.has(id)) continue;
    const attempts = (trimmed?.attempts ?? 0) + countUnrecorded(db, id);
    db.answers.delete(seq);
    db.trace.delete(id);
    db.invocations.set(seq, { ...invocation, trimmed: { attempts } });
    count++;
  }
  const last = looked.at(-1)?.seq;
  return { count, ...(last === undefined ? {} : { last }) };
}
