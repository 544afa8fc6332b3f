/**
 * Recordings: what is kept of invocations for people to read, which is their trace and their answers.
 * Nothing rests on them. Trimming leaves the invocation itself, its guards and what it wrote to maps.
 */
import { unwrap, type IDBPTransaction } from "idb";
import { isPending, trimRecording } from "../../model/index.ts";
import type { Trimmed, Trimming } from "../durable-store.ts";
import { transact } from "./database.ts";
import { partsOf } from "./journal-reads.ts";
import { readRecords } from "./read-records.ts";
import { withPending, type PlaygroundDatabase, type StoredEnd } from "./schema.ts";
import { countUnrecorded, traceOf } from "./trace-table.ts";

export async function trimRecordings(
  db: PlaygroundDatabase,
  { keep, after, limit }: Trimming,
): Promise<Trimmed> {
  const tables = ["invocations", "ends", "trace"] as const;
  return await transact(db, [...tables], "readwrite", {}, async (tx) => {
    const bare = unwrap(tx as unknown as IDBPTransaction);
    const invocations = tx.objectStore("invocations");
    const ends = tx.objectStore("ends");
    const trace = tx.objectStore("trace");
    let newest = await invocations.openKeyCursor(null, "prev");
    if (keep > 0) newest = (await newest?.advance(keep)) ?? null;
    if (!newest || (after !== undefined && newest.primaryKey <= after)) return { count: 0 };
    const range =
      after === undefined
        ? IDBKeyRange.upperBound(newest.primaryKey)
        : IDBKeyRange.bound(after, newest.primaryKey, true);
    const found = await invocations.getAll(range, limit);
    let count = 0;
    for (const invocation of found) {
      const { id, seq } = invocation;
      if (isPending(invocation.state)) continue;
      const events = traceOf(id);
      const ended = await readRecords<StoredEnd>(unwrap(ends), partsOf(seq), "ascending", Infinity);
      const answered = ended.filter(({ value }) => value.response !== undefined);
      if (answered.length === 0 && (await trace.getKey(events)) === undefined) continue;
      const next = trimRecording(invocation, await countUnrecorded(bare, id));
      unwrap(trace).delete(events);
      for (const { primaryKey } of answered) unwrap(ends).put({} satisfies StoredEnd, primaryKey);
      unwrap(invocations).put(withPending(next));
      count++;
    }
    const last = found.at(-1)?.seq;
    return { count, ...(last === undefined ? {} : { last }) };
  });
}
