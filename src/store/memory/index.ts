/** The engine of tests and sweeps: nothing outlives the process. */
export { MemoryDatabase } from "./database.ts";
export { openMemoryLedger } from "./ledger.ts";
export { openMemory, type OpenMemoryOptions } from "./open-memory.ts";
