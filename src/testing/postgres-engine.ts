/** A real PostgreSQL: a schema for each worker of tests, which is emptied after each of its databases. */
import { inject } from "vitest";
import type { Engine } from "../store/contract/engine.ts";
import type { PostgresDatabase } from "../store/postgres/index.ts";

/** @param options of `PostgresDatabase.open` */
export function postgresEngine(options: { readonly listen?: boolean } = {}): Engine {
  let opening: Promise<PostgresDatabase> | undefined;
  const open = (): Promise<PostgresDatabase> => (opening ??= openDatabase(options));
  return {
    openStore: async (_name, liveness) => await (await open()).store(liveness),
    openLedger: async () => await (await open()).ledger(),
    remove: async () => await (await open()).empty(),
    isSideBySide: true,
  };
}

async function openDatabase(options: { readonly listen?: boolean }): Promise<PostgresDatabase> {
  const url = inject("postgresUrl");
  if (url === undefined) throw new Error("This project has no PostgreSQL.");
  const { PostgresDatabase } = await import("../store/postgres/index.ts");
  const schema = `test_${crypto.randomUUID().replaceAll("-", "")}`;
  return await PostgresDatabase.open({ url, schema, leaseMs: 60_000, ...options });
}
