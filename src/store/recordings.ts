/**
 * Recordings: what is kept of invocations for people to read, which is their trace and their answers.
 * Nothing rests on them. Trimming leaves the invocation itself, its guards and what it wrote to maps.
 */
import { transact } from "./database.ts";
import type { InvocationRecord } from "./records.ts";
import { withPending, type PlaygroundDatabase } from "./schema.ts";

export interface Trimming {
  /** How many invocations, the newest, keep their recording. */
  readonly keep: number;
  /** Where an earlier trimming got to. */
  readonly after?: string | undefined;
  /** How many invocations to look at. */
  readonly limit: number;
}

export interface Trimmed {
  readonly count: number;
  /** Where it got to; absent when there was nothing to look at. */
  readonly last?: string;
}

/** Trims the oldest; those that are under way or wait to be resumed are left. */
export async function trimRecordings(
  db: PlaygroundDatabase,
  { keep, after, limit }: Trimming,
): Promise<Trimmed> {
  return await transact(db, ["invocations", "trace"], "readwrite", {}, async (tx) => {
    const invocations = tx.objectStore("invocations");
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
    for (const { pending, ...invocation } of found) {
      if (pending !== undefined) continue;
      const { id } = invocation;
      const events = IDBKeyRange.bound([id], [id, []]);
      const isRecorded =
        invocation.executions.some(({ response }) => response !== undefined) ||
        (await trace.getKey(events)) !== undefined;
      if (!isRecorded) continue;
      const attempts = await trace.index("attempts").count(id);
      await trace.delete(events);
      await invocations.put(withPending(withoutRecording(invocation, attempts)));
      count++;
    }
    const last = found.at(-1)?.id;
    return { count, ...(last === undefined ? {} : { last }) };
  });
}

function withoutRecording(invocation: InvocationRecord, attempts: number): InvocationRecord {
  return {
    ...invocation,
    executions: invocation.executions.map(({ response: _, ...execution }) => execution),
    trimmed: { attempts: attempts + (invocation.trimmed?.attempts ?? 0) },
  };
}
