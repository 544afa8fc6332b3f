/** The engine in SQL: PostgreSQL, and PGlite embedded. */
export { LeaseLostError } from "./leases.ts";
export { PgliteDatabase, type OpenPgliteOptions } from "./pglite.ts";
export { PostgresDatabase, type OpenPostgresOptions } from "./postgres.ts";
export { openPglite, openPostgres } from "./open.ts";
