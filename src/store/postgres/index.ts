/** The engine in SQL: PGlite embedded. */
export { PgliteDatabase, type OpenPgliteOptions } from "./pglite.ts";
