/** Bare IndexedDB: the floor. */

export function openBare(name: string, tables: readonly string[]): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const open = indexedDB.open(name, 1);
    open.onupgradeneeded = () => {
      for (const table of tables) open.result.createObjectStore(table);
    };
    open.onsuccess = () => resolve(open.result);
    open.onerror = () => reject(open.error ?? new Error("not opened"));
  });
}

/** One transaction on one table; resolves when it is committed. */
export function write(
  db: IDBDatabase,
  table: string,
  durability: "strict" | "relaxed",
  body: (table: IDBObjectStore) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const tx = db.transaction(table, "readwrite", { durability });
    tx.oncomplete = () => resolve();
    tx.onabort = () => reject(tx.error ?? new Error("aborted"));
    body(tx.objectStore(table));
  });
}

/** One transaction on several tables; resolves when it is committed. */
export function writeAll(
  db: IDBDatabase,
  tables: readonly string[],
  body: (table: (name: string) => IDBObjectStore) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const tx = db.transaction(tables, "readwrite", { durability: "relaxed" });
    tx.oncomplete = () => resolve();
    tx.onabort = () => reject(tx.error ?? new Error("aborted"));
    body((name) => tx.objectStore(name));
  });
}

export function read<T>(
  db: IDBDatabase,
  table: string,
  body: (table: IDBObjectStore) => IDBRequest,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = body(db.transaction(table, "readonly").objectStore(table));
    request.onsuccess = () => resolve(request.result as T);
    request.onerror = () => reject(request.error ?? new Error("not read"));
  });
}

interface RecordsStore extends IDBObjectStore {
  getAllRecords(options: {
    query: IDBKeyRange;
    count: number;
    direction: "next" | "prev";
  }): IDBRequest;
}

/** A range in one request where the browser can, else in the two that it takes. */
export async function readRange(
  db: IDBDatabase,
  table: string,
  query: IDBKeyRange,
  count: number,
  direction: "next" | "prev",
): Promise<unknown> {
  const source = db.transaction(table, "readonly").objectStore(table);
  const done = <T>(request: IDBRequest): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result as T);
      request.onerror = () => reject(request.error ?? new Error("not read"));
    });
  if ("getAllRecords" in source) {
    const records = await done<{ key: IDBValidKey; value: unknown }[]>(
      (source as RecordsStore).getAllRecords({ query, count, direction }),
    );
    // A record's parts are made when they are looked at.
    return records.map(({ key, value }) => [key, value]);
  }
  if (direction === "next") {
    return await Promise.all([
      done(source.getAllKeys(query, count)),
      done(source.getAll(query, count)),
    ]);
  }
  throw new Error("This browser reads no range backwards in one request.");
}
