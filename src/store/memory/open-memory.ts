/** `DurableStore` in memory: for tests and sweeps, as quick as a store can be. */
import { isPending, lastExecution, trimRecording } from "../../model/index.ts";
import { ChangeFeed } from "../change-feed.ts";
import type { InspectableStore, Trimmed, Trimming } from "../durable-store.ts";
import type { Liveness } from "../liveness.ts";
import { notifying } from "../notifying.ts";
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
  const connection = new Connection(database);
  const store = {
    name,
    liveness,
    ...journal(connection),
    ...guards(connection),
    ...maps(connection),
    ...trace(connection),
    trimRecordings: (trimming: Trimming) => connection.run((db) => trim(db, trimming)),
    wipe: () => connection.run(wipe),
    close: () => connection.close(),
  };
  return notifying(store, new ChangeFeed(database.channels.open("store")));
}

function wipe(db: MemoryDatabase): void {
  const running = [...db.invocations.values()].filter(({ state }) => state === "running");
  const { invocations, seqs, executions, answers, guards, trace, maps, writes, once, hits } = db;
  const tables = [invocations, seqs, executions, answers, guards, trace, maps, writes, once, hits];
  for (const table of tables) table.clear();
  for (const invocation of running) db.fence(lastExecution(invocation));
}

function trim(db: MemoryDatabase, { keep, after = 0, limit }: Trimming): Trimmed {
  const all = [...db.invocations.values()];
  const old = all.slice(0, Math.max(0, all.length - keep)).filter(({ seq }) => seq > after);
  const looked = old.slice(0, limit);
  let count = 0;
  for (const invocation of looked) {
    const { id, seq } = invocation;
    if (isPending(invocation.state) || (!db.answers.has(seq) && !db.trace.has(id))) continue;
    db.invocations.set(seq, trimRecording(invocation, countUnrecorded(db, id)));
    db.answers.delete(seq);
    db.trace.delete(id);
    count++;
  }
  const last = looked.at(-1)?.seq;
  return { count, ...(last === undefined ? {} : { last }) };
}
