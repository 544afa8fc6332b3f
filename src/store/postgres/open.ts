/** A store as a server in Node opens it: with the ledger of what its tools did, in one database. */
import type { InspectableStore } from "../durable-store.ts";
import type { Ledger, ServerStore } from "../ledger.ts";
import { PgliteDatabase, type OpenPgliteOptions } from "./pglite.ts";
import { PostgresDatabase, type OpenPostgresOptions } from "./postgres.ts";

/**
 * Opens a store on a PostgreSQL, and brings its tables to this version. Several servers may open it at a time.
 *
 * @throws InvalidAddressError for an address or a name of a schema that is none
 * @throws RangeError for a lease of less than a second
 * @throws StoreUnavailableError where the server cannot be reached, or does not let this user in
 * @throws StoreVersionError where the database is of a newer version
 */
export async function openPostgres(options: OpenPostgresOptions): Promise<ServerStore> {
  const database = await PostgresDatabase.open(options);
  return withLedger(await database.store(), await database.ledger(), database);
}

/**
 * Opens a store in a folder, by PostgreSQL within this process (PGlite). One process at a time can have it.
 *
 * @throws StoreUnavailableError where another process has the folder, or it cannot be opened
 * @throws StoreVersionError where the database is of a newer version
 */
export async function openPglite(options: OpenPgliteOptions): Promise<ServerStore> {
  const database = await PgliteDatabase.open(options);
  return withLedger(database.store(), database.ledger(), database);
}

function withLedger(
  store: InspectableStore,
  ledger: Ledger,
  database: { close(): Promise<void> },
): ServerStore {
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await Promise.all([store.close(), ledger.close()]);
    await database.close();
  };
  return { ...store, ledger, close: () => (closed ??= close()) };
}
