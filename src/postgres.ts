/** The engines of servers: PostgreSQL, and PGlite in a folder. */
export {
  LeaseLostError,
  openPglite,
  openPostgres,
  type OpenPgliteOptions,
  type OpenPostgresOptions,
} from "./store/postgres/index.ts";
export { InvalidAddressError, type ServerStore } from "./store/index.ts";
