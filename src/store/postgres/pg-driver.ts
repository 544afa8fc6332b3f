/**
 * `pg` as the slices use it.
 *
 * 1. What meets another transaction, or loses its connection, is run again; see `Connection` for what
 *    had been committed before.
 * 2. While the server cannot be reached, everything waits for it, for a bounded time.
 */
import type pg from "pg";
import { StoreClosedError } from "../errors.ts";
import { remedyOf, toStoreError } from "./pg-errors.ts";
import type { Sql, SqlDatabase } from "./sql.ts";

export interface PgDriverOptions {
  readonly pool: pg.Pool;
  /** Names the database in errors. */
  readonly where: string;
  /** For how long a server that cannot be reached is waited for, in milliseconds. */
  readonly patienceMs: number;
}

/** Between two tries, in milliseconds: doubled each time, up to the last. */
const CONFLICT_DELAYS = [1, 100] as const;
const LOST_DELAYS = [20, 500] as const;

export class PgDriver implements SqlDatabase {
  #isClosed = false;

  constructor(private readonly options: PgDriverOptions) {}

  async query<Row>(text: string, params: readonly unknown[] = []): Promise<Row[]> {
    const { pool } = this.options;
    return await this.#persist(() => this.#run<Row>(pool, text, params));
  }

  async transaction<T>(body: (sql: Sql) => Promise<T>): Promise<T> {
    return await this.#persist(() => this.#once(body));
  }

  /** What waits for a lost server ends. */
  close(): void {
    this.#isClosed = true;
  }

  async #once<T>(body: (sql: Sql) => Promise<T>): Promise<T> {
    const client = await this.options.pool.connect();
    let failure: Error | undefined;
    try {
      await client.query("BEGIN");
      const value = await body({
        query: (text, params = []) => this.#run(client, text, params),
      });
      await client.query("COMMIT");
      return value;
    } catch (error) {
      if (remedyOf(error) === "reconnect") failure = error as Error;
      // A connection that cannot even roll back is of no use any more.
      else {
        await client.query("ROLLBACK").catch((error: unknown) => {
          failure = error as Error;
        });
      }
      throw error;
    } finally {
      client.release(failure);
    }
  }

  async #run<Row>(
    target: pg.Pool | pg.PoolClient,
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    // What has no parameters is run rarely.
    const name = values.length > 0 ? nameOf(text) : undefined;
    const { rows } = await target.query({ text, values: [...values], ...(name && { name }) });
    return rows as Row[];
  }

  async #persist<T>(work: () => Promise<T>): Promise<T> {
    const { where, patienceMs } = this.options;
    const begun = performance.now();
    for (let tries = 0; ; tries++) {
      try {
        return await work();
      } catch (error) {
        const remedy = remedyOf(error);
        const isPatient = performance.now() - begun < patienceMs;
        if (remedy === "none" || !isPatient) throw toStoreError(error, where);
        if (this.#isClosed) {
          throw new StoreClosedError(
            "The store was closed while its database could not be reached.",
            {
              cause: error,
            },
          );
        }
        const [least, most] = remedy === "again" ? CONFLICT_DELAYS : LOST_DELAYS;
        const ms = Math.min(most, least * 2 ** tries) * (0.5 + Math.random());
        await new Promise((resolve) => setTimeout(resolve, ms));
      }
    }
  }
}

/** Statements that the server prepares once for each connection, by their text. */
const names = new Map<string, string>();

function nameOf(text: string): string {
  const name = names.get(text) ?? `durable_${names.size}`;
  names.set(text, name);
  return name;
}
