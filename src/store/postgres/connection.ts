/**
 * What the slices of one store share.
 *
 * 1. Whatever writes has an id, its operation's, which what it writes carries. The answer to a commit
 *    can be lost with the connection; run again, it finds its own id, and knows that it was done.
 * 2. What is common is written by one statement, which is one journey to the server; where that writes
 *    nothing, a transaction looks why.
 */
import type { WriteOptions } from "../durable-store.ts";
import { StoreClosedError } from "../errors.ts";
import type { Sql, SqlDatabase } from "./sql.ts";

export class Connection implements Sql {
  #isClosed = false;

  /** @param release gives the database back */
  constructor(
    private readonly sql: SqlDatabase,
    private readonly release: () => Promise<void>,
  ) {}

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.release();
  }

  async query<Row>(text: string, params?: readonly unknown[]): Promise<Row[]> {
    this.#refuseClosed();
    return await this.sql.query<Row>(text, params);
  }

  /** A transaction that changes nothing where its signal is aborted before it commits. */
  async write<T>(body: (sql: Sql) => Promise<T>, { signal }: WriteOptions = {}): Promise<T> {
    this.#refuseClosed();
    signal?.throwIfAborted();
    return await this.sql.transaction(async (sql) => {
      signal?.throwIfAborted();
      const value = await body(sql);
      signal?.throwIfAborted();
      return value;
    });
  }

  /** The first row that one writing statement returns; `undefined` where it wrote nothing. */
  async writeOne<Row>(
    text: string,
    params: readonly unknown[],
    { signal }: WriteOptions = {},
  ): Promise<Row | undefined> {
    signal?.throwIfAborted();
    const [row] = await this.query<Row>(text, params);
    return row;
  }

  #refuseClosed(): void {
    if (this.#isClosed) {
      throw new StoreClosedError("The connection to the database is closed. Open the store anew.");
    }
  }
}

/** An operation's id. */
export function newOperation(): string {
  return crypto.randomUUID();
}
