/** What the slices of one connection share. */
import type { Page, WriteOptions } from "../durable-store.ts";
import { StoreClosedError } from "../errors.ts";
import type { MemoryDatabase } from "./database.ts";

export class Connection {
  #isClosed = false;

  constructor(readonly db: MemoryDatabase) {}

  close(): Promise<void> {
    this.#isClosed = true;
    return Promise.resolve();
  }

  /**
   * Runs a transaction: at once and to its end, so that none comes between. It checks before it
   * changes, and what it gives back is a copy.
   */
  run<T>(transaction: (db: MemoryDatabase) => T, { signal }: WriteOptions = {}): Promise<T> {
    try {
      if (this.#isClosed)
        throw new StoreClosedError("The store in memory is closed. Open it anew.");
      signal?.throwIfAborted();
      return Promise.resolve(structuredClone(transaction(this.db)));
    } catch (error) {
      return Promise.reject(error);
    }
  }
}

/** A page of a list that ascends by `keyOf`; it is given the greatest first. */
export function pageOf<T, Key>(
  ascending: readonly T[],
  { limit, before, after }: Page<Key>,
  compare: (item: T, key: Key) => number,
): T[] {
  if (after !== undefined) {
    return ascending
      .filter((item) => compare(item, after) > 0)
      .slice(0, limit)
      .reverse();
  }
  const below = before === undefined ? ascending : ascending.filter((i) => compare(i, before) < 0);
  return below.slice(-limit).reverse();
}
