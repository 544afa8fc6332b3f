/** PGlite in memory: one for each worker of tests, which is emptied after each of its databases. */
import { inject } from "vitest";
import type { Engine } from "../store/contract/engine.ts";
import { PgliteDatabase } from "../store/postgres/index.ts";

export function pgliteEngine(): Engine {
  let opening: Promise<PgliteDatabase> | undefined;
  const open = (): Promise<PgliteDatabase> => (opening ??= openDatabase());
  return {
    openStore: async (_name, liveness) => (await open()).store(liveness),
    openLedger: async () => (await open()).ledger(),
    remove: async () => (await open()).empty(),
  };
}

/** From the template, where the project has one; see `pglite-template.ts`. */
async function openDatabase(): Promise<PgliteDatabase> {
  const file = inject("pgliteTemplate");
  if (file === undefined) return await PgliteDatabase.open();
  const { openAsBlob } = await import("node:fs");
  return await PgliteDatabase.open({ template: await openAsBlob(file) });
}
