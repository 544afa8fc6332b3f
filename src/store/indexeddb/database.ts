/**
 * Opening a database, and transactions on it.
 *
 * 1. A transaction commits as soon as nothing is pending: a body awaits nothing but the database.
 * 2. A transaction whose signal is aborted changes nothing, unless it was past aborting: then it
 *    counts as done before, and later transactions on the same tables wait for it.
 * 3. Whatever goes wrong, the transaction is rolled back whole and the caller gets the error.
 */
import {
  deleteDB,
  openDB,
  unwrap,
  wrap,
  type DBSchema,
  type IDBPDatabase,
  type IDBPTransaction,
  type OpenDBCallbacks,
  type StoreNames,
} from "idb";
import { broken, toStoreError, unavailable } from "./storage-errors.ts";

/** What an open connection can meet; the page tells it to the user. */
export type ConnectionEvent =
  /** Our upgrade waits for another tab that holds the older version open. */
  | "blocked"
  /** Another tab wants to upgrade or delete: this connection was closed to let it. */
  | "superseded"
  /** The browser closed the connection: the database was deleted or its disk failed. */
  | "terminated";

/** A database that was not there, and is being made. Whether it should have been is the caller's to know. */
export interface MadeDatabase {
  readonly name: string;
  /**
   * Why the browser emptied the origin's storage, in its words, where it tells: it does so once, of
   * the database that is opened first. The others are merely not there.
   */
  readonly dataLoss?: string;
}

export interface OpenOptions {
  readonly name: string;
  /** Called when the connection is blocked by another tab, or lost. */
  readonly onConnection?: (event: ConnectionEvent) => void;
  /** Called when the database was made: for the first time, or because the browser had lost it. */
  readonly onMade?: (made: MadeDatabase) => void;
}

/** As Chromium has it. */
interface UpgradeEvent extends IDBVersionChangeEvent {
  readonly dataLoss?: "none" | "total";
  readonly dataLossMessage?: string;
}

export async function openDatabase<Schema extends DBSchema>(
  { name, onConnection, onMade }: OpenOptions,
  version: number,
  upgrade: (
    ...args: Parameters<NonNullable<OpenDBCallbacks<Schema>["upgrade"]>>
  ) => void | Promise<void>,
): Promise<IDBPDatabase<Schema>> {
  if (!hasIndexedDb()) throw unavailable(undefined);
  let failure: unknown;
  try {
    const db: IDBPDatabase<Schema> = await openDB<Schema>(name, version, {
      upgrade: (...args) => {
        // A failure must not leave the database half of one version and half of the next.
        const fail = (error: unknown): void => {
          failure = error;
          // The opening itself rejects: nobody waits for the transaction.
          args[3].done.catch(() => undefined);
          args[3].abort();
        };
        // Before it is there for good: a loss that was not shown yet is shown again.
        if (args[1] === 0) onMade?.(describeMade(name, args[4]));
        void Promise.resolve(upgrade(...args)).catch(fail);
      },
      blocked: () => onConnection?.("blocked"),
      blocking: () => {
        db.close();
        onConnection?.("superseded");
      },
      terminated: () => onConnection?.("terminated"),
    });
    return db;
  } catch (error) {
    if (failure !== undefined) throw toStoreError(failure);
    // Firefox's private windows and blocked storage answer with one of these.
    const name = error instanceof DOMException ? error.name : "";
    if (name === "InvalidStateError") throw unavailable(error);
    if (name === "UnknownError") throw broken(error);
    throw toStoreError(error);
  }
}

/** @throws StoreUnavailableError where even to look for it is forbidden */
function hasIndexedDb(): boolean {
  try {
    return typeof indexedDB !== "undefined";
  } catch (error) {
    throw unavailable(error);
  }
}

function describeMade(name: string, event: UpgradeEvent): MadeDatabase {
  if (event.dataLoss !== "total") return { name };
  return { name, dataLoss: event.dataLossMessage ?? "" };
}

/** The names of this origin's databases. */
export async function databaseNames(): Promise<string[]> {
  return (await indexedDB.databases()).flatMap(({ name }) => name ?? []);
}

/** Deletes databases; one that is open elsewhere goes when it is closed there, which is not waited for. */
export async function deleteDatabases(names: readonly string[]): Promise<void> {
  const gone = names.map(
    (name) =>
      new Promise<void>((resolve, reject) => {
        deleteDB(name, { blocked: () => resolve() }).then(resolve, reject);
      }),
  );
  await Promise.all(gone);
}

/** Reads one table by bare requests: for the reads that tools wait for, where a wrapper's cost shows. */
export async function readTable<Schema extends DBSchema, Result>(
  db: IDBPDatabase<Schema>,
  name: StoreNames<Schema> & string,
  body: (table: IDBObjectStore) => Promise<Result>,
): Promise<Result> {
  try {
    return await body(unwrap(db).transaction(name, "readonly").objectStore(name));
  } catch (error) {
    throw toStoreError(error);
  }
}

export interface TransactOptions {
  readonly signal?: AbortSignal | undefined;
  readonly durability?: "strict" | "relaxed";
  /** How much is written, in bytes: for the message, where the browser does not take it. */
  readonly size?: number;
}

export async function transact<
  Schema extends DBSchema,
  Names extends StoreNames<Schema>[],
  Mode extends "readonly" | "readwrite",
  Result,
>(
  db: IDBPDatabase<Schema>,
  names: Names,
  mode: Mode,
  options: TransactOptions,
  body: (tx: IDBPTransaction<Schema, Names, Mode>) => Promise<Result>,
): Promise<Result> {
  const run = (bare: IDBTransaction): Promise<Result> => {
    const tx = wrap(bare) as unknown as IDBPTransaction<Schema, Names, Mode>;
    // Its end is waited for below, if at all.
    tx.done.catch(() => undefined);
    return body(tx);
  };
  if (mode === "readwrite") return await write(db, names, options, run);
  options.signal?.throwIfAborted();
  try {
    // What was read is right whatever becomes of the transaction: its end need not be waited for.
    return await run(unwrap(db).transaction(names as readonly string[] as string[], mode));
  } catch (error) {
    throw toStoreError(error);
  }
}

/** A transaction that writes, by bare requests: where a wrapper's cost shows. */
export function write<Schema extends DBSchema, Result>(
  db: IDBPDatabase<Schema>,
  names: readonly StoreNames<Schema>[],
  { signal, durability = "relaxed", size }: TransactOptions,
  body: (tx: IDBTransaction) => Promise<Result>,
): Promise<Result> {
  return new Promise((resolve, reject: (error: unknown) => void) => {
    signal?.throwIfAborted();
    let tx: IDBTransaction;
    try {
      tx = unwrap(db).transaction(names as readonly string[] as string[], "readwrite", {
        durability,
      });
    } catch (error) {
      reject(toStoreError(error));
      return;
    }
    let outcome: { readonly value: Result } | { readonly error: unknown } | undefined;
    const abort = (): void => ifStillOpen(() => tx.abort());
    signal?.addEventListener("abort", abort, { once: true });
    const end = (isAborted: boolean): void => {
      signal?.removeEventListener("abort", abort);
      if (!isAborted && outcome && "value" in outcome) {
        resolve(outcome.value);
        return;
      }
      // A failed commit (a full disk) shows in the transaction's own error, not in a request's.
      const why = tx.error ?? (outcome && "error" in outcome ? outcome.error : undefined);
      const reason: unknown = signal?.reason;
      if (signal?.aborted) reject(why ?? reason);
      else reject(toStoreError(why ?? rolledBack(), size));
    };
    tx.oncomplete = () => end(false);
    tx.onabort = () => end(true);
    const fail = (error: unknown): void => {
      outcome ??= { error };
      abort();
    };
    try {
      body(tx).then((value) => {
        outcome = { value };
        // Without waiting for the answers to the last requests: what fails of them aborts it all the same.
        if (COMMIT_IS_ATOMIC) ifStillOpen(() => tx.commit());
      }, fail);
    } catch (error) {
      fail(error);
    }
  });
}

/**
 * Whether a request that fails after `commit()` aborts its transaction, as the standard has it
 * (Indexed Database API 3.0, 5.3). Chromium and the simulation in Node do so; Firefox 153 completes it
 * without that request. Elsewhere it is not known: a transaction then commits by itself, a little later,
 * when all of its requests have succeeded.
 */
const COMMIT_IS_ATOMIC = ((): boolean => {
  const { navigator } = globalThis as { navigator?: { userAgent?: string } };
  return !navigator?.userAgent || /Chrom(e|ium)\/|Node\.js\//.test(navigator.userAgent);
})();

/** A transaction may be past aborting (invariant 2), or have committed by itself. */
function ifStillOpen(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "InvalidStateError")) throw error;
  }
}

/** As browsers name what they rolled back without a reason. */
function rolledBack(): DOMException {
  return new DOMException("The transaction was rolled back.", "AbortError");
}
