/** What the slices of one store share. */
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

  #refuseClosed(): void {
    if (this.#isClosed) {
      throw new StoreClosedError("The connection to the database is closed. Open the store anew.");
    }
  }
}
