/** `DurableStore` over one IndexedDB database: composes the tables and tells of what they committed. */
import type {
  BeginExecution,
  EndExecution,
  ExecutionRef,
  GuardClaim,
  GuardSettlement,
  InvocationRecord,
  MutationRequest,
  TraceEvent,
} from "../model/index.ts";
import { ChangeFeed, type ChangeListener, type StoreChange } from "./change-feed.ts";
import { openDatabase, transact, type OpenOptions } from "./database.ts";
import type { DurableStore, WriteOptions } from "./durable-store.ts";
import * as guards from "./guard-table.ts";
import type { WriteQuery } from "./map-history.ts";
import * as journal from "./journal-table.ts";
import { webLocksLiveness, type Liveness } from "./liveness.ts";
import type { Trimming } from "./recordings.ts";
import {
  ALL_TABLES,
  makeTables,
  SCHEMA_VERSION,
  type PendingState,
  type PlaygroundDatabase,
  type PlaygroundTable,
} from "./schema.ts";
import * as maps from "./sorted-map-table.ts";
import * as trace from "./trace-table.ts";

export interface OpenStoreOptions extends OpenOptions {
  /**
   * How death is known. By default by the browser's Web Locks or, where there are none, by what
   * this connection itself knows: another one's servers are then never taken for dead.
   */
  readonly liveness?: Liveness;
}

/**
 * Opens the database `name`, and makes it where it is not there yet.
 *
 * @throws StoreUnavailableError where the browser keeps IndexedDB from the page
 * @throws StoreVersionError where the database is of a newer version
 */
export async function openStore({ liveness, ...options }: OpenStoreOptions): Promise<DurableStore> {
  const db = await openCurrent(options);
  return new IndexedDbStore(
    options.name,
    db,
    liveness ?? (await defaultLiveness(options.name, db)),
  );
}

/** What is rarely needed (older versions, the past, trimming) is loaded when it is. */
async function openCurrent(options: OpenOptions): Promise<PlaygroundDatabase> {
  try {
    return await openDatabase(options, SCHEMA_VERSION, async (db, oldVersion) => {
      if (oldVersion === 0) makeTables(db);
      else if (oldVersion < 3) await Promise.reject(new OlderVersion());
    });
  } catch (error) {
    if (!(error instanceof OlderVersion)) throw error;
    const { upgradeFrom } = await import("./upgrade.ts");
    return await openDatabase(options, SCHEMA_VERSION, (db, oldVersion, _newVersion, tx) =>
      upgradeFrom(db, oldVersion, tx),
    );
  }
}

/** Nothing is changed until the code that brings it to this version is there. */
class OlderVersion extends Error {}

async function defaultLiveness(name: string, db: PlaygroundDatabase): Promise<Liveness> {
  // Absent in Node 20, and where a page is served neither over HTTPS nor from this machine.
  const manager = (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks;
  if (manager) return webLocksLiveness(manager, name);
  const { registeredLiveness } = await import("./registered-liveness.ts");
  return registeredLiveness(db);
}

class IndexedDbStore implements DurableStore {
  readonly #db: PlaygroundDatabase;
  readonly #feed: ChangeFeed;

  constructor(
    readonly name: string,
    db: PlaygroundDatabase,
    readonly liveness: Liveness,
  ) {
    this.#db = db;
    this.#feed = new ChangeFeed(name);
  }

  readInvocation(id: string) {
    return journal.readInvocation(this.#db, id);
  }
  readExecutions(id: string) {
    return journal.readExecutions(this.#db, id);
  }
  readExecution(ref: ExecutionRef) {
    return journal.readExecution(this.#db, ref);
  }
  readAnswer(id: string, execution: number) {
    return journal.readAnswer(this.#db, id, execution);
  }
  readInvocations(query: journal.InvocationQuery) {
    return journal.readInvocations(this.#db, query);
  }
  readPendingInvocations(state: PendingState) {
    return journal.readPendingInvocations(this.#db, state);
  }
  async beginExecution(begin: BeginExecution, options: WriteOptions = {}) {
    const outcome = await journal.beginExecution(this.#db, begin, options);
    if (outcome.begun) {
      const { id: invocation, seq: invocationSeq } = outcome.invocation;
      this.#tell({ tables: ["invocations"], invocation, invocationSeq });
    }
    return outcome;
  }
  async endExecution(end: EndExecution, events: readonly TraceEvent[], options: WriteOptions = {}) {
    const ended = await journal.endExecution(this.#db, end, events, options);
    const { id: invocation, seq: invocationSeq } = end.begun;
    this.#tell({ tables: ["invocations", "trace"], invocation, invocationSeq });
    return ended;
  }
  async interruptInvocations(interruption: journal.Interruption) {
    const marked = await journal.interruptInvocations(this.#db, interruption);
    // Also where none was left: what a server wrote last, it may have died before telling.
    this.#tell({ tables: ["invocations", "trace"] });
    return marked;
  }
  async holdInvocation(id: string, held: string | undefined, options: WriteOptions = {}) {
    await journal.holdInvocation(this.#db, id, held, options);
    this.#tell({ tables: ["invocations"], invocation: id });
  }

  readGuard(invocationSeq: number, alias: string) {
    return guards.readGuard(this.#db, invocationSeq, alias);
  }
  countAttempts(invocations: readonly InvocationRecord[]) {
    return guards.countAttempts(this.#db, invocations);
  }
  readGuards(query: guards.GuardQuery) {
    return guards.readGuards(this.#db, query);
  }
  async claimGuard(claim: GuardClaim, options: WriteOptions = {}) {
    // Strict: a callable that may run once is entered only when that is on the disk.
    const durability = claim.kind === "atMostOnce" ? "strict" : "relaxed";
    const outcome = await guards.claimGuard(this.#db, claim, { ...options, durability });
    this.#tell({ tables: ["guards"], invocation: claim.invocation });
    return outcome;
  }
  async settleGuard(settlement: GuardSettlement, options: WriteOptions = {}) {
    await guards.settleGuard(this.#db, settlement, options);
    this.#tell({ tables: ["guards"], invocation: settlement.claimed.invocation });
  }

  readEntry(map: string, key: string) {
    return maps.readEntry(this.#db, map, key);
  }
  readRange(query: maps.RangeQuery) {
    return maps.readRange(this.#db, query);
  }
  readPairs(query: maps.RangeQuery) {
    return maps.readPairs(this.#db, query);
  }
  readMapNames() {
    return maps.readMapNames(this.#db);
  }
  readWrite(seq: number) {
    return maps.readWrite(this.#db, seq);
  }
  async readWrites(query: WriteQuery) {
    const history = await import("./map-history.ts");
    return await history.readWrites(this.#db, query);
  }
  async readRangeAt(query: maps.RangeQuery, moment: number) {
    const history = await import("./map-history.ts");
    return await history.readRangeAt(this.#db, query, moment);
  }
  readWriteHeaders(numbers: readonly number[]) {
    return maps.readWriteHeaders(this.#db, numbers);
  }
  async applyMutation(mutation: MutationRequest, options: WriteOptions = {}) {
    const applied = await maps.applyMutation(this.#db, mutation, options);
    const { invocation } = mutation.origin;
    this.#tell({ tables: ["maps"], map: mutation.map, ...(invocation && { invocation }) });
    return applied;
  }

  async appendTrace(events: readonly TraceEvent[], options: WriteOptions = {}) {
    await trace.writeTrace(this.#db, events, options);
    for (const invocation of new Set(events.map((event) => event.invocation))) {
      this.#tell({ tables: ["trace"], invocation });
    }
  }
  readTrace(query: trace.TraceQuery) {
    return trace.readTrace(this.#db, query);
  }
  async trimRecordings(trimming: Trimming) {
    const { trimRecordings } = await import("./recordings.ts");
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

  announceServer(server: string, { tookOver = false } = {}) {
    this.#tell({ tables: ["invocations"], server, ...(tookOver ? { tookOver: true } : {}) });
  }
  subscribe(listener: ChangeListener) {
    return this.#feed.subscribe(listener);
  }
  async wipe() {
    const kept: readonly PlaygroundTable[] = ["settings", "servers"];
    const wiped = ALL_TABLES.filter((table) => !kept.includes(table));
    await journal.wipe(this.#db, wiped);
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
