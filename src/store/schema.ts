/** The tables of one example's database, and how a database of an older version is brought to this one. */
import {
  unwrap,
  type DBSchema,
  type IDBPDatabase,
  type IDBPTransaction,
  type StoreNames,
} from "idb";
import { packChange } from "./change-codec.ts";
import { idBytes, packEntry } from "./entry-codec.ts";
import { entryKey } from "./keys.ts";
import { describe } from "./sorted-map-table.ts";
import type {
  GuardRecord,
  InvocationRecord,
  InvocationState,
  TraceEvent,
  WriteHeader,
  WriteRecord,
} from "./records.ts";

export const SCHEMA_VERSION = 2;

export type StoredWrite = WriteHeader;

/** States that a server looks for when it starts. */
export type PendingState = Extract<InvocationState, "running" | "interrupted">;

/** An invocation as it is kept: `pending` is present while it is, to find these few by an index. */
export type StoredInvocation = InvocationRecord & { readonly pending?: PendingState };

/** A trace event as it is kept: `attemptOf` is present on the start of an attempt only, to count them by an index. */
export type StoredTraceEvent = TraceEvent & { readonly attemptOf?: string };

export interface PlaygroundSchema extends DBSchema {
  /** The key of `entryKey` → the value, packed by `packEntry`. */
  entries: { key: string; value: Uint8Array };
  /** Every mutation that was applied, and through `once` the proof that it was. */
  writes: {
    key: string;
    value: StoredWrite;
    indexes: { once: string[]; map: [string, string] };
  };
  /** By the write's id: what it changed, packed by `packChange`. */
  changes: { key: string; value: Uint8Array };
  /** `[invocation, alias]` → guard. */
  guards: { key: [string, string]; value: GuardRecord };
  invocations: {
    key: string;
    value: StoredInvocation;
    indexes: { pending: PendingState };
  };
  /** `[invocation, execution, n]` → event. */
  trace: {
    key: [string, number, number];
    value: StoredTraceEvent;
    indexes: { attempts: string };
  };
  /** `[plan, fault's position]` → how often its point was passed. */
  hits: { key: [string, number]; value: number };
  settings: { key: string; value: unknown };
}

export type PlaygroundDatabase = IDBPDatabase<PlaygroundSchema>;
export type PlaygroundTable = StoreNames<PlaygroundSchema>;
export type Transaction<
  Names extends PlaygroundTable[],
  Mode extends "readonly" | "readwrite",
> = IDBPTransaction<PlaygroundSchema, Names, Mode>;

export const ALL_TABLES: PlaygroundTable[] = [
  "entries",
  "writes",
  "changes",
  "guards",
  "invocations",
  "trace",
  "hits",
  "settings",
];

type Upgrade = IDBPTransaction<PlaygroundSchema, PlaygroundTable[], "versionchange">;

export async function upgrade(
  db: PlaygroundDatabase,
  oldVersion: number,
  _newVersion: number | null,
  tx: Upgrade,
): Promise<void> {
  if (oldVersion < 1) {
    db.createObjectStore("entries");
    db.createObjectStore("writes", { keyPath: "id" }).createIndex("once", "once", { unique: true });
    db.createObjectStore("guards", { keyPath: ["invocation", "alias"] });
    db.createObjectStore("invocations", { keyPath: "id" });
    db.createObjectStore("hits");
    db.createObjectStore("settings");
  }
  if (oldVersion < 2) {
    db.createObjectStore("changes");
    tx.objectStore("writes").createIndex("map", ["map", "id"]);
    tx.objectStore("invocations").createIndex("pending", "pending");
    const old = oldVersion === 1 ? await takeTrace(db, tx) : [];
    const trace = db.createObjectStore("trace", { keyPath: ["invocation", "execution", "n"] });
    trace.createIndex("attempts", "attemptOf");
    for (const event of old) unwrap(trace).put(event);
    if (oldVersion === 1) await Promise.all([packMaps(tx), markPending(tx)]);
  }
}

/** Version 1 numbered all events in one row, and traced how an execution began and ended. */
async function takeTrace(db: PlaygroundDatabase, tx: Upgrade): Promise<StoredTraceEvent[]> {
  const events = (await tx.objectStore("trace").getAll()) as unknown as (StoredTraceEvent & {
    readonly seq: number;
  })[];
  db.deleteObjectStore("trace");
  return events
    .filter(({ type }) => !(type as string).startsWith("execution-"))
    .map(({ seq, ...event }) => ({ ...event, n: seq }));
}

/** Version 1 had every invocation in two indexes. */
async function markPending(tx: Upgrade): Promise<void> {
  const invocations = tx.objectStore("invocations");
  for (const name of ["state", "created"]) unwrap(invocations).deleteIndex(name);
  for (let cursor = await invocations.openCursor(); cursor; cursor = await cursor.continue()) {
    await cursor.update(withPending(cursor.value));
  }
}

export function withPending({ pending: _, ...invocation }: StoredInvocation): StoredInvocation {
  const { state } = invocation;
  const isPending = state === "running" || state === "interrupted";
  return isPending ? { ...invocation, pending: state } : invocation;
}

/** Version 1 kept entries and changes as objects, under keys of name and bytes. */
async function packMaps(tx: Upgrade): Promise<void> {
  const entries = tx.objectStore("entries");
  for (let cursor = await entries.openCursor(); cursor; cursor = await cursor.continue()) {
    const [map, bytes] = cursor.key as unknown as [string, ArrayBuffer | ""];
    const { value, write } = cursor.value as unknown as { value: Uint8Array; write: string };
    const key = bytes === "" ? "" : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    // Strings sort before arrays: the cursor does not meet what is put.
    await Promise.all([
      entries.put(packEntry(idBytes(write), value), entryKey(map, key)),
      cursor.delete(),
    ]);
  }
  for (
    let cursor = await tx.objectStore("writes").openCursor();
    cursor;
    cursor = await cursor.continue()
  ) {
    const { change, ...about } = cursor.value as unknown as WriteRecord;
    await Promise.all([
      tx.objectStore("changes").put(packChange(change), about.id),
      cursor.update({ ...about, ...describe(change) }),
    ]);
  }
}
