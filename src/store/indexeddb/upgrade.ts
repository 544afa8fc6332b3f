/**
 * Brings a database of an older version to this one, record by record, so that its size is no matter.
 * The records of older versions are described by what is read of them here.
 */
import { unwrap, type IDBPTransaction } from "idb";
import {
  packChange,
  summarizeAnswer,
  summarizeChange,
  type ExecutionRecord,
  type GuardRecord,
  type InvocationRecord,
  type MapChange,
  type TraceEvent,
} from "../../model/index.ts";
import { packEntry } from "./entry-codec.ts";
import { guardKey } from "./fence-table.ts";
import { entryKey } from "./keys.ts";
import {
  makeTables,
  withPending,
  type PlaygroundDatabase,
  type PlaygroundTable,
  type StoredEnd,
  type UpgradeTransaction,
} from "./schema.ts";
import { appendTrace } from "./trace-table.ts";

/** @param oldVersion of the tables that are there; 1 at the least */
export async function upgradeFrom(
  db: PlaygroundDatabase,
  oldVersion: number,
  tx: UpgradeTransaction,
): Promise<void> {
  if (oldVersion >= 3) {
    await upgradeFromFour(db, tx);
    return;
  }
  const old = setAside(db, tx);
  makeTables(db);
  const numbers = await moveInvocations(old, tx);
  await moveGuards(old, tx, numbers);
  await moveTrace(old, tx);
  const writes = await moveWrites(old, tx);
  await (oldVersion === 1 ? rekeyEntries(tx, writes) : repackEntries(tx, writes));
  for (const name of old.names) db.deleteObjectStore(name as PlaygroundTable);
}

interface Old {
  readonly names: readonly string[];
  readonly table: (name: string) => IDBObjectStore;
}

/** Tables whose keys change make room for the new ones. */
function setAside(db: PlaygroundDatabase, tx: UpgradeTransaction): Old {
  const moved = (["invocations", "guards", "trace", "writes", "changes"] as const).filter((name) =>
    db.objectStoreNames.contains(name),
  );
  const tables = new Map<string, IDBObjectStore>();
  for (const name of moved) {
    const table = unwrap(tx as unknown as IDBPTransaction).objectStore(name);
    table.name = `old-${name}`;
    tables.set(name, table);
  }
  return {
    names: [...tables.values()].map(({ name }) => name),
    table: (name) => {
      const table = tables.get(name);
      if (!table) throw new Error(`The database has no table "${name}".`);
      return table;
    },
  };
}

/** Calls `take` for each record, in the order of its keys. */
function each(
  table: IDBObjectStore,
  take: (value: unknown, key: IDBValidKey, cursor: IDBCursorWithValue) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = table.openCursor();
    request.onerror = () => reject(request.error ?? new Error("The old records cannot be read."));
    request.onsuccess = () => {
      const cursor = request.result;
      if (!cursor) {
        resolve();
        return;
      }
      try {
        take(cursor.value, cursor.primaryKey, cursor);
        cursor.continue();
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
  });
}

/** Up to version 2 an invocation's record held its executions, with their answers. */
interface OldInvocation extends Omit<InvocationRecord, "seq" | "last"> {
  readonly executions: readonly (ExecutionRecord & { readonly response?: unknown })[];
}

/** In the order of their ids, which were the only order: of the time that they tell. */
async function moveInvocations(
  old: Old,
  tx: UpgradeTransaction,
): Promise<ReadonlyMap<string, number>> {
  const numbers = new Map<string, number>();
  const [invocations, executions, ends] = [
    unwrap(tx.objectStore("invocations")),
    unwrap(tx.objectStore("executions")),
    unwrap(tx.objectStore("ends")),
  ];
  await each(old.table("invocations"), (value) => {
    const { executions: all, ...rest } = value as OldInvocation;
    const seq = numbers.size + 1;
    numbers.set(rest.id, seq);
    let last: ExecutionRecord | undefined;
    for (const { response, ...execution } of all) {
      if (last) executions.put(last, [seq, last.number]);
      if (response === undefined) {
        last = execution;
        continue;
      }
      last = { ...execution, answer: summarizeAnswer(response) };
      ends.put({ response } satisfies StoredEnd, [seq, execution.number]);
    }
    if (!last) return;
    const unguarded = all.some(({ guards }) => guards === "off");
    const moved: InvocationRecord = { ...rest, seq, last, ...(unguarded ? { unguarded } : {}) };
    invocations.put(withPending(moved));
  });
  return numbers;
}

async function moveGuards(
  old: Old,
  tx: UpgradeTransaction,
  numbers: ReadonlyMap<string, number>,
): Promise<void> {
  const guards = unwrap(tx.objectStore("guards"));
  await each(old.table("guards"), (value) => {
    const guard = value as Omit<GuardRecord, "invocationSeq">;
    const invocationSeq = numbers.get(guard.invocation);
    // A guard whose invocation is gone guards nothing.
    if (invocationSeq === undefined) return;
    const record = { ...guard, invocationSeq };
    guards.put(record, guardKey(record));
  });
}

/** Version 1 numbered all events in one row, and traced how an execution began and ended. */
async function moveTrace(old: Old, tx: UpgradeTransaction): Promise<void> {
  await each(old.table("trace"), (value) => {
    const {
      seq,
      attemptOf: _,
      ...event
    } = value as TraceEvent & {
      readonly seq?: number;
      readonly attemptOf?: string;
    };
    if ((event.type as string).startsWith("execution-")) return;
    // Of the others, guards' records tell.
    const isUnrecorded = event.type === "attempt-started" && event.detail === "guards off";
    appendTrace(unwrap(tx as unknown as IDBPTransaction), [
      {
        ...event,
        ...(seq === undefined ? {} : { n: seq }),
        ...(isUnrecorded ? { unrecorded: true } : {}),
      },
    ]);
  });
}

/** Up to version 4 the marks of what is over and the answers were tables of their own, and guards held their keys. */
async function upgradeFromFour(db: PlaygroundDatabase, tx: UpgradeTransaction): Promise<void> {
  const bare = unwrap(tx as unknown as IDBPTransaction);
  const ends = unwrap(db.createObjectStore("ends"));
  await each(bare.objectStore("fences"), (_, key) => ends.put({} satisfies StoredEnd, key));
  await each(bare.objectStore("answers"), (response, key) => {
    ends.put({ response } satisfies StoredEnd, key);
  });
  const old = bare.objectStore("guards");
  old.name = "old-guards";
  const guards = unwrap(db.createObjectStore("guards"));
  await each(old, (guard, key) => guards.put(guard, key));
  for (const name of ["fences", "answers", "old-guards"])
    db.deleteObjectStore(name as PlaygroundTable);
}

/** Up to version 2 writes had ids, UUIDv7, and version 1 kept with each what it changed. */
async function moveWrites(old: Old, tx: UpgradeTransaction): Promise<ReadonlyMap<string, number>> {
  const numbers = new Map<string, number>();
  const [writes, changes] = [unwrap(tx.objectStore("writes")), unwrap(tx.objectStore("changes"))];
  await each(old.table("writes"), (value) => {
    const { id, change, ...write } = value as {
      readonly id: string;
      readonly change?: MapChange;
      readonly map: string;
    };
    const seq = numbers.size + 1;
    numbers.set(id, seq);
    writes.put({ ...write, seq, ...(change ? summarizeChange(change) : {}) });
    if (change) changes.put(packChange(change), seq);
  });
  if (old.names.includes("old-changes")) {
    await each(old.table("changes"), (packed, id) => {
      const seq = numbers.get(id as string);
      if (seq !== undefined) changes.put(packed, seq);
    });
  }
  return numbers;
}

/** Version 1 kept entries as objects, under keys of name and bytes. */
async function rekeyEntries(
  tx: UpgradeTransaction,
  writes: ReadonlyMap<string, number>,
): Promise<void> {
  const entries = unwrap(tx as unknown as IDBPTransaction).objectStore("entries");
  await each(entries, (stored, oldKey, cursor) => {
    // Strings sort before arrays: the cursor does not meet what is put.
    const [map, bytes] = oldKey as [string, ArrayBuffer | ""];
    const { value, write } = stored as { value: Uint8Array; write: string };
    const key = bytes === "" ? "" : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    entries.put(packEntry(writes.get(write) ?? 0, value), entryKey(map, key));
    cursor.delete();
  });
}

/** Version 2 packed the id of an entry's write before its value: a UUID's 16 bytes. */
async function repackEntries(
  tx: UpgradeTransaction,
  writes: ReadonlyMap<string, number>,
): Promise<void> {
  const ID_BYTES = 16;
  const byBytes = new Map([...writes].map(([id, seq]) => [id.replaceAll("-", ""), seq]));
  const entries = unwrap(tx as unknown as IDBPTransaction).objectStore("entries");
  await each(entries, (stored, _key, cursor) => {
    const bytes = stored as Uint8Array;
    const id = Array.from(bytes.subarray(0, ID_BYTES), (byte) =>
      byte.toString(16).padStart(2, "0"),
    ).join("");
    cursor.update(packEntry(byBytes.get(id) ?? 0, bytes.subarray(ID_BYTES)));
  });
}
