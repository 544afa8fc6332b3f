/**
 * PGlite: PostgreSQL in this process, where no server is wanted; in memory, or in a folder that one
 * process opens at a time.
 */
import type { PGlite, Transaction } from "@electric-sql/pglite";
import type { InspectableStore } from "../durable-store.ts";
import { StoreUnavailableError } from "../errors.ts";
import type { Ledger } from "../ledger.ts";
import type { Liveness } from "../liveness.ts";
import { localLiveness } from "../local-liveness.ts";
import { LocalChannels } from "../local-channels.ts";
import { sqlLedger } from "./ledger.ts";
import { emptyTables, migrate } from "./schema.ts";
import type { Sql, SqlDatabase } from "./sql.ts";
import { sqlStore } from "./store.ts";

export interface OpenPgliteOptions {
  /** A folder, which is made where it is not there yet; without one the data is gone with the process. */
  readonly directory?: string;
  /** A dump of another database, to begin with: that is quicker than to make one. */
  readonly template?: Blob;
}

/** One database, and the connections of this process to it. */
export class PgliteDatabase {
  readonly liveness: Liveness = localLiveness();
  readonly #channels = new LocalChannels();

  private constructor(
    private readonly pglite: PGlite,
    private readonly sql: SqlDatabase,
    readonly name: string,
    private readonly free: () => Promise<void>,
  ) {}

  /** @throws StoreUnavailableError where the folder cannot be opened, or another process has it */
  static async open({ directory, template }: OpenPgliteOptions = {}): Promise<PgliteDatabase> {
    const free = directory === undefined ? () => Promise.resolve() : await lock(directory);
    try {
      const pglite = await create(directory, template);
      const sql = driver(pglite);
      await migrate(sql);
      return new PgliteDatabase(pglite, sql, directory ?? "pglite", free);
    } catch (error) {
      await free();
      throw error;
    }
  }

  /** One more connection. */
  store(liveness: Liveness = this.liveness): InspectableStore {
    return sqlStore({
      name: this.name,
      sql: this.sql,
      channel: this.#channels.open("store"),
      liveness,
      release: () => Promise.resolve(),
    });
  }

  ledger(): Ledger {
    return sqlLedger(this.sql, this.#channels.open("ledger"), () => Promise.resolve());
  }

  /** Deletes everything, and counts from 1 again: for tests. */
  async empty(): Promise<void> {
    await emptyTables(this.sql);
  }

  /** All of it, as a `template` of others. */
  async dump(): Promise<Blob> {
    return await this.pglite.dumpDataDir("none");
  }

  /** Closes it, when its connections are closed. */
  async close(): Promise<void> {
    await this.pglite.close();
    await this.free();
  }
}

/** Makes the folder where it is not there. */
async function lock(directory: string): Promise<() => Promise<void>> {
  const { mkdir } = await import("node:fs/promises");
  const { lockFolder } = await import("./folder-lock.ts");
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    throw cannotBeOpened(directory, error);
  }
  return await lockFolder(directory);
}

async function create(directory?: string, template?: Blob): Promise<PGlite> {
  const { PGlite } = await import("@electric-sql/pglite");
  try {
    return await PGlite.create(directory, template ? { loadDataDir: template } : {});
  } catch (error) {
    throw cannotBeOpened(directory ?? "memory", error);
  }
}

function cannotBeOpened(directory: string, error: unknown): StoreUnavailableError {
  const why = error instanceof Error ? error.message : String(error);
  return new StoreUnavailableError(
    `The database in ${directory} cannot be opened: ${why}. Name a folder that this user may write to, ` +
      `and that holds such a database or nothing.`,
    { cause: error },
  );
}

/** A PGlite as the slices use it. */
export function driver(pglite: PGlite): SqlDatabase {
  const on = (target: Pick<PGlite | Transaction, "query">): Sql => ({
    async query<Row>(text: string, params: readonly unknown[] = []) {
      return (await target.query<Row>(text, [...params])).rows;
    },
  });
  return {
    ...on(pglite),
    transaction: (body) => pglite.transaction((tx) => body(on(tx))),
  };
}
