/** The tables of one example's database, and how a database of an older version is brought to this one. */
import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from "idb";
import type { EntryKey } from "./keys.ts";
import type {
  GuardRecord,
  InvocationRecord,
  InvocationState,
  TraceEvent,
  WriteRecord,
} from "./records.ts";

export const SCHEMA_VERSION = 1;

/** What stands in the entries table beside its key. */
export interface StoredEntry {
  readonly value: Uint8Array;
  readonly write: string;
}

/** A trace event as it is kept: `attemptOf` is present on the start of an attempt only, to count them by an index. */
export type StoredTraceEvent = TraceEvent & { readonly attemptOf?: string };

export interface PlaygroundSchema extends DBSchema {
  /** `[map, UTF-8 bytes of the key]` → entry. */
  entries: { key: EntryKey; value: StoredEntry };
  /** Every mutation that was applied, and through `once` the proof that it was. */
  writes: { key: string; value: WriteRecord; indexes: { once: string[] } };
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
  "guards",
  "invocations",
  "trace",
  "hits",
  "settings",
];

export function upgrade(db: PlaygroundDatabase, oldVersion: number): void {
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
}
