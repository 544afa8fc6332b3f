/**
 * Reads records with their keys: in one request where the browser can (`getAllRecords`, three times
 * as fast as a cursor); otherwise in two or, backwards, by a cursor. Never more than it returns.
 */
import type { Direction, Page } from "../durable-store.ts";

export interface FoundRecord<Value> {
  readonly primaryKey: IDBValidKey;
  readonly value: Value;
}

/** What IndexedDB takes as a count. */
const MOST = 2 ** 32 - 1;

/** At most `limit` records of a range, in the direction; `undefined` is the whole table or index. */
export async function readRecords<Value>(
  source: IDBObjectStore | IDBIndex,
  query: IDBKeyRange | IDBValidKey | undefined,
  direction: Direction,
  limit: number,
): Promise<FoundRecord<Value>[]> {
  const count = Math.min(limit, MOST);
  if ("getAllRecords" in source) {
    const options = { query, count, direction: direction === "ascending" ? "next" : "prev" };
    return await settled((source as RecordsSource).getAllRecords(options));
  }
  if (direction === "descending") return await readByCursor(source, query, limit);
  const [keys, values] = await Promise.all([
    settled<IDBValidKey[]>(source.getAllKeys(query, count)),
    settled<Value[]>(source.getAll(query, count)),
  ]);
  return values.flatMap((value, index) => {
    const primaryKey = keys[index];
    return primaryKey === undefined ? [] : [{ primaryKey, value }];
  });
}

function readByCursor<Value>(
  source: IDBObjectStore | IDBIndex,
  query: IDBKeyRange | IDBValidKey | undefined,
  limit: number,
): Promise<FoundRecord<Value>[]> {
  return new Promise((resolve, reject) => {
    const found: FoundRecord<Value>[] = [];
    const request = source.openCursor(query, "prev");
    request.onerror = () => reject(failure(request));
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor) found.push({ primaryKey: cursor.primaryKey, value: cursor.value as Value });
      if (cursor && found.length < limit) cursor.continue();
      else resolve(found);
    };
  });
}

/** `getAllRecords`, which TypeScript's library does not know yet. */
interface RecordsSource {
  getAllRecords(options: {
    query: IDBKeyRange | IDBValidKey | undefined;
    count: number;
    direction: string;
  }): IDBRequest;
}

/** What a request comes to. */
export function settled<T>(request: IDBRequest): Promise<T> {
  const result = new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result as T);
    request.onerror = () => reject(failure(request));
  });
  // Where the transaction is aborted before anyone has waited for it, the transaction's error tells.
  result.catch(() => undefined);
  return result;
}

/** IndexedDB sets the error before it fires the event. */
function failure(request: IDBRequest): Error {
  return request.error ?? new Error("The request failed without an error.");
}

/** How many records are read at once while those that match are looked for. */
const CHUNK = 500;

/**
 * A page of a table or an index, the greatest key first.
 *
 * @param keyOf the key of a record in `source`, to go on from
 * @param select of the records that were read, those that are meant; by default all are
 */
export async function readPage<Value, Key extends IDBValidKey>(
  source: IDBObjectStore | IDBIndex,
  { limit, before, after }: Page<Key>,
  keyOf: (value: Value) => Key,
  select?: (values: readonly Value[]) => Promise<readonly Value[]>,
): Promise<Value[]> {
  const upwards = after !== undefined;
  const found: Value[] = [];
  let from = upwards ? after : before;
  while (found.length < limit) {
    const range =
      from === undefined
        ? undefined
        : upwards
          ? IDBKeyRange.lowerBound(from, true)
          : IDBKeyRange.upperBound(from, true);
    const count = select ? CHUNK : limit;
    const chunk = await readRecords<Value>(
      source,
      range,
      upwards ? "ascending" : "descending",
      count,
    );
    const values = chunk.map(({ value }) => value);
    found.push(...(select ? await select(values) : values));
    const last = values.at(-1);
    if (last === undefined || values.length < count) break;
    from = keyOf(last);
  }
  const page = found.slice(0, limit);
  return upwards ? page.reverse() : page;
}
