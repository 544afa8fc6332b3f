/** What one database in memory holds, and what its connections share. Gone with the process. */
import type {
  ExecutionRecord,
  ExecutionRef,
  GuardRecord,
  InvocationRecord,
  LedgerRow,
  TraceEvent,
  WriteHeader,
} from "../../model/index.ts";
import { markEnded } from "../../model/index.ts";
import { localLiveness } from "../local-liveness.ts";
import { LocalChannels } from "../local-channels.ts";
import { SortedEntries } from "./sorted-entries.ts";

export interface StoredWrite {
  readonly header: WriteHeader;
  /** What it changed, packed. */
  readonly packed: Uint8Array;
}

export class MemoryDatabase {
  readonly liveness = localLiveness();
  readonly channels = new LocalChannels();

  /** By `seq`, ascending. */
  readonly invocations = new Map<number, InvocationRecord>();
  readonly seqs = new Map<string, number>();
  /** Executions before the last, and answers, by the invocation's `seq`. */
  readonly executions = new Map<number, ExecutionRecord[]>();
  readonly answers = new Map<number, Map<number, unknown>>();
  readonly guards = new Map<number, Map<string, GuardRecord>>();
  readonly trace = new Map<string, TraceEvent[]>();
  readonly maps = new Map<string, SortedEntries>();
  /** By `seq`, ascending. */
  readonly writes = new Map<number, StoredWrite>();
  readonly once = new Map<string, number>();
  readonly hits = new Map<string, Map<number, number>>();
  readonly ledger = new Map<number, LedgerRow>();
  /** An invocation's number, a write's and a row's are given once. */
  lastInvocation = 0;
  lastWrite = 0;
  lastRow = 0;
  readonly #fences = new Set<string>();

  hasEnded(by: ExecutionRef): boolean {
    return this.#fences.has(nameOf(by));
  }

  /** From now on the execution does not write any more. */
  fence(by: ExecutionRef): void {
    this.#fences.add(nameOf(by));
    const guards = this.guards.get(by.invocationSeq);
    for (const [alias, guard] of guards ?? []) {
      const ended = markEnded(guard, by.execution);
      if (ended) guards?.set(alias, ended);
    }
  }

  entriesOf(map: string): SortedEntries {
    let entries = this.maps.get(map);
    if (!entries) this.maps.set(map, (entries = new SortedEntries()));
    return entries;
  }
}

function nameOf({ invocationSeq, execution }: ExecutionRef): string {
  return `${invocationSeq}.${execution}`;
}
