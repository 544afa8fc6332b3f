/** PGlite in memory: one for each of the files of tests, which is emptied after each of its databases. */
import type { Engine } from "../store/contract/engine.ts";
import { PgliteDatabase } from "../store/postgres/index.ts";

export function pgliteEngine(): Engine {
  let opening: Promise<PgliteDatabase> | undefined;
  const open = (): Promise<PgliteDatabase> => (opening ??= PgliteDatabase.open());
  return {
    openStore: async (_name, liveness) => (await open()).store(liveness),
    openLedger: async () => (await open()).ledger(),
    remove: async () => (await open()).empty(),
  };
}
