/** The tables of one example's database; `upgrade.ts` brings a database of an older version to this one. */
import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from "idb";
import {
  isPending,
  type ExecutionRecord,
  type GuardRecord,
  type InvocationRecord,
  type PendingState,
  type TraceEvent,
  type WriteHeader,
} from "../../model/index.ts";
import type { StoredEntry } from "./entry-codec.ts";

export const SCHEMA_VERSION = 5;

/** An invocation as it is kept: `pending` is present while it is, to find these few by an index. */
export type StoredInvocation = InvocationRecord & { readonly pending?: PendingState };

/** Events of one execution that were written together, under the place of the first. */
export interface StoredTrace {
  readonly invocation: string;
  readonly execution: number;
  readonly n: number;
  readonly events: readonly TraceEvent[];
  /** How many of them are attempts that no guard's record counts. */
  readonly unrecorded: number;
}

/** What an execution that is over has answered. */
export interface StoredEnd {
  /** Absent where it has not, or its recording was trimmed. */
  readonly response?: unknown;
}

/** A connection whose servers may live; see `liveness.ts`. */
export interface RegisteredConnection {
  readonly since: number;
}

export interface PlaygroundSchema extends DBSchema {
  /** The key of `entryKey` → the value, packed by `packEntry`. */
  entries: { key: string; value: StoredEntry };
  /** By `seq`: every mutation that was applied, and through `once` the proof that it was. */
  writes: {
    key: number;
    value: WriteHeader;
    indexes: { once: string[]; map: [string, number] };
  };
  /** By the write's `seq`: what it changed, packed by `packChange`. */
  changes: { key: number; value: Uint8Array };
  /** `[invocationSeq, alias]` → guard: the newest invocation's are last. Also marks: see `fence-table.ts`. */
  guards: { key: [number, string]; value: GuardRecord };
  /** By `seq`, which the store gives. */
  invocations: {
    key: number;
    value: StoredInvocation;
    indexes: { id: string; pending: PendingState };
  };
  /** `[invocationSeq, number]` → an execution before the last. */
  executions: { key: [number, number]; value: ExecutionRecord };
  /** `[invocationSeq, number]` of an execution that is over, and writes no more; see `fence-table.ts`. */
  ends: { key: [number, number]; value: StoredEnd };
  /** `[invocation, execution, n]` → events. */
  trace: { key: [string, number, number]; value: StoredTrace };
  /** `[plan, fault's position]` → how often its point was passed. */
  hits: { key: [string, number]; value: number };
  /** Connections with servers, where the browser has no locks that would tell. */
  servers: { key: string; value: RegisteredConnection };
  settings: { key: string; value: unknown };
}

export type PlaygroundDatabase = IDBPDatabase<PlaygroundSchema>;
export type PlaygroundTable = StoreNames<PlaygroundSchema>;
export const ALL_TABLES: PlaygroundTable[] = [
  "entries",
  "writes",
  "changes",
  "guards",
  "invocations",
  "executions",
  "ends",
  "trace",
  "hits",
  "servers",
  "settings",
];

export type UpgradeTransaction = IDBPTransaction<
  PlaygroundSchema,
  PlaygroundTable[],
  "versionchange"
>;

/** Makes the tables that are not there yet. */
export function makeTables(db: PlaygroundDatabase): void {
  const plain = ["entries", "changes", "executions", "ends", "guards"] as const;
  for (const name of [...plain, "hits", "servers", "settings"] as const) {
    if (!db.objectStoreNames.contains(name)) db.createObjectStore(name);
  }
  const writes = db.createObjectStore("writes", { keyPath: "seq" });
  writes.createIndex("once", "once", { unique: true });
  writes.createIndex("map", ["map", "seq"]);
  const invocations = db.createObjectStore("invocations", { keyPath: "seq", autoIncrement: true });
  invocations.createIndex("id", "id", { unique: true });
  invocations.createIndex("pending", "pending");
  db.createObjectStore("trace", { keyPath: ["invocation", "execution", "n"] });
}

/** An invocation as it is given out. */
export function withoutPending({ pending: _, ...invocation }: StoredInvocation): InvocationRecord {
  return invocation;
}

export function withPending<T extends Partial<StoredInvocation>>({ pending: _, ...invocation }: T) {
  const { state } = invocation;
  return state && isPending(state) ? { ...invocation, pending: state } : invocation;
}
