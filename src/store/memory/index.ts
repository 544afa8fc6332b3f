/** The engine of tests and sweeps: nothing is kept when the process ends. */
export { MemoryDatabase } from "./database.ts";
export { openMemoryLedger } from "./ledger.ts";
export { openMemory, type OpenMemoryOptions } from "./open-memory.ts";
