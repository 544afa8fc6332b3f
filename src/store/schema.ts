/** The tables of one example's database, and how a database of an older version is brought to this one. */
import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from "idb";
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

/** A trace event as it is kept: `attemptOf` is present on the start of an attempt only, to count them by an index. */
export type StoredTraceEvent = TraceEvent & { readonly attemptOf?: string };

export interface PlaygroundSchema extends DBSchema {
  /** The binary key of `entryKey` → the value, packed by `packEntry`. */
  entries: { key: Uint8Array<ArrayBuffer> | ArrayBuffer; value: Uint8Array };
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
    value: InvocationRecord;
    indexes: { state: InvocationState; created: [number, string] };
  };
  trace: {
    key: number;
    value: StoredTraceEvent;
    indexes: { invocation: string; attempts: string };
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
    const invocations = db.createObjectStore("invocations", { keyPath: "id" });
    invocations.createIndex("state", "state");
    invocations.createIndex("created", ["createdAt", "id"], { unique: true });
    const trace = db.createObjectStore("trace", { keyPath: "seq", autoIncrement: true });
    trace.createIndex("invocation", "invocation");
    trace.createIndex("attempts", "attemptOf");
    db.createObjectStore("hits");
    db.createObjectStore("settings");
  }
  if (oldVersion < 2) {
    db.createObjectStore("changes");
    tx.objectStore("writes").createIndex("map", ["map", "id"]);
    if (oldVersion === 1) await packMaps(tx);
  }
}

/** Version 1 kept entries and changes as objects, under keys of name and bytes. */
async function packMaps(tx: Upgrade): Promise<void> {
  const entries = tx.objectStore("entries");
  for (let cursor = await entries.openCursor(); cursor; cursor = await cursor.continue()) {
    const [map, bytes] = cursor.key as unknown as [string, ArrayBuffer | ""];
    const { value, write } = cursor.value as unknown as { value: Uint8Array; write: string };
    const key = bytes === "" ? "" : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    // Binary keys sort before arrays: the cursor does not meet what is put.
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
