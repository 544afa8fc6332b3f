/** `DurableStore` over one IndexedDB database: composes the tables and tells of what they committed. */
import { ChangeFeed, type ChangeListener, type StoreChange } from "./change-feed.ts";
import { openDatabase, transact, type OpenOptions } from "./database.ts";
import type { DurableStore, WriteOptions } from "./durable-store.ts";
import * as guards from "./guard-table.ts";
import * as history from "./map-history.ts";
import * as journal from "./journal-table.ts";
import { localLocks, webLocks, type Locks } from "./locks.ts";
import { trimRecordings, type Trimming } from "./recordings.ts";
import type { TraceEvent, WriteRecord } from "./records.ts";
import {
  ALL_TABLES,
  SCHEMA_VERSION,
  upgrade,
  type PendingState,
  type PlaygroundDatabase,
} from "./schema.ts";
import * as maps from "./sorted-map-table.ts";
import * as trace from "./trace-table.ts";

export interface OpenStoreOptions extends OpenOptions {
  /** By default the browser's Web Locks or, where there are none, locks within this store. */
  readonly locks?: Locks;
}

/**
 * Opens the database `name`, and makes it where it is not there yet.
 *
 * @throws StoreUnavailableError where the browser keeps IndexedDB from the page
 * @throws StoreVersionError where the database is of a newer version
 */
export async function openStore({ locks, ...options }: OpenStoreOptions): Promise<DurableStore> {
  const db = await openDatabase(options, SCHEMA_VERSION, upgrade);
  return new IndexedDbStore(options.name, db, locks ?? defaultLocks());
}

function defaultLocks(): Locks {
  // Absent in Node 20, and where a page is served neither over HTTPS nor from this machine.
  const manager = (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks;
  return manager ? webLocks(manager) : localLocks();
}

class IndexedDbStore implements DurableStore {
  readonly #db: PlaygroundDatabase;
  readonly #feed: ChangeFeed;

  constructor(
    readonly name: string,
    db: PlaygroundDatabase,
    readonly locks: Locks,
  ) {
    this.#db = db;
    this.#feed = new ChangeFeed(name);
  }

  readInvocation(id: string) {
    return journal.readInvocation(this.#db, id);
  }
  readInvocations(query: journal.InvocationQuery) {
    return journal.readInvocations(this.#db, query);
  }
  readPendingInvocations(state: PendingState) {
    return journal.readPendingInvocations(this.#db, state);
  }
  async beginExecution(begin: journal.BeginExecution, options: WriteOptions = {}) {
    const outcome = await journal.beginExecution(this.#db, begin, options);
    if (outcome.begun) this.#tell({ tables: ["invocations"], invocation: begin.id });
    return outcome;
  }
  async endExecution(
    end: journal.EndExecution,
    events: readonly TraceEvent[],
    options: WriteOptions = {},
  ) {
    const ended = await journal.endExecution(this.#db, end, events, options);
    this.#tell({ tables: ["invocations", "trace"], invocation: end.begun.id });
    return ended;
  }
  async interruptInvocations(isDead: (owner: string) => boolean, at: number) {
    const marked = await journal.interruptInvocations(this.#db, isDead, at);
    // Also where none was left: what a server wrote last, it may have died before telling.
    this.#tell({ tables: ["invocations", "trace"] });
    return marked;
  }
  async holdInvocation(id: string, held: string | undefined) {
    await journal.holdInvocation(this.#db, id, held);
    this.#tell({ tables: ["invocations"], invocation: id });
  }

  readGuard(invocation: string, alias: string) {
    return guards.readGuard(this.#db, invocation, alias);
  }
  readGuards(query: guards.GuardQuery) {
    return guards.readGuards(this.#db, query);
  }
  async claimGuard(claim: guards.GuardClaim, options: WriteOptions = {}) {
    // Strict: a callable that may run once is entered only when that is on the disk.
    const durability = claim.kind === "atMostOnce" ? "strict" : "relaxed";
    const outcome = await guards.claimGuard(this.#db, claim, { ...options, durability });
    this.#tell({ tables: ["guards"], invocation: claim.invocation });
    return outcome;
  }
  async settleGuard(settlement: guards.GuardSettlement, options: WriteOptions = {}) {
    await guards.settleGuard(this.#db, settlement, options);
    this.#tell({ tables: ["guards"], invocation: settlement.claimed.invocation });
  }

  readEntry(map: string, key: string) {
    return maps.readEntry(this.#db, map, key);
  }
  readRange(query: maps.RangeQuery) {
    return maps.readRange(this.#db, query);
  }
  readMapNames() {
    return maps.readMapNames(this.#db);
  }
  readWrite(id: string) {
    return maps.readWrite(this.#db, id);
  }
  readWrites(query: history.WriteQuery) {
    return history.readWrites(this.#db, query);
  }
  readRangeAt(query: maps.RangeQuery, moment: string) {
    return history.readRangeAt(this.#db, query, moment);
  }
  readWriteHeaders(ids: readonly string[]) {
    return maps.readWriteHeaders(this.#db, ids);
  }
  async applyMutation(write: WriteRecord, options: WriteOptions = {}) {
    const outcome = await maps.applyMutation(this.#db, write, options);
    const { invocation } = write.origin;
    this.#tell({ tables: ["maps"], map: write.map, ...(invocation && { invocation }) });
    return outcome;
  }

  async appendTrace(events: readonly TraceEvent[], options: WriteOptions = {}) {
    await trace.writeTrace(this.#db, events, options);
    for (const invocation of new Set(events.map((event) => event.invocation))) {
      this.#tell({ tables: ["trace"], invocation });
    }
  }
  readTrace(query: { readonly invocation?: string; readonly limit: number }) {
    return trace.readTrace(this.#db, query);
  }
  countAttempts(invocations: readonly string[]) {
    return trace.countAttempts(this.#db, invocations);
  }

  async trimRecordings(trimming: Trimming) {
    const trimmed = await trimRecordings(this.#db, trimming);
    if (trimmed.count > 0) this.#tell({ tables: ["invocations", "trace"] });
    return trimmed;
  }

  async countHit(plan: string, fault: number, options: WriteOptions = {}) {
    const count = await transact(this.#db, ["hits"], "readwrite", options, async (tx) => {
      const hits = tx.objectStore("hits");
      const next = ((await hits.get([plan, fault])) ?? 0) + 1;
      await hits.put(next, [plan, fault]);
      return next;
    });
    this.#tell({ tables: ["hits"] });
    return count;
  }
  readHits(plan: string) {
    return transact(this.#db, ["hits"], "readonly", {}, async (tx) => {
      const hits = tx.objectStore("hits");
      const range = IDBKeyRange.bound([plan], [plan, []]);
      const [keys, counts] = await Promise.all([hits.getAllKeys(range), hits.getAll(range)]);
      return new Map(keys.map(([, fault], index) => [fault, counts[index] ?? 0]));
    });
  }

  readSetting(key: string) {
    return transact(this.#db, ["settings"], "readonly", {}, (tx) =>
      tx.objectStore("settings").get(key),
    );
  }
  async writeSetting(key: string, value: unknown) {
    await transact(this.#db, ["settings"], "readwrite", {}, (tx) =>
      tx.objectStore("settings").put(value, key),
    );
    this.#tell({ tables: ["settings"] });
  }

  announceServer(server: string) {
    this.#tell({ tables: ["invocations"], server });
  }
  subscribe(listener: ChangeListener) {
    return this.#feed.subscribe(listener);
  }
  async wipe() {
    await transact(this.#db, ALL_TABLES, "readwrite", {}, (tx) =>
      Promise.all(
        ALL_TABLES.filter((table) => table !== "settings").map((table) =>
          tx.objectStore(table).clear(),
        ),
      ),
    );
    this.#tell({ tables: ["invocations", "guards", "maps", "trace", "hits"], wiped: true });
  }
  close() {
    this.#feed.close();
    this.#db.close();
  }

  #tell(change: Omit<StoreChange, "remote">) {
    this.#feed.emit(change);
  }
}
