/** Starts the PostgreSQL that a project's tests run on. */
import type { TestProject } from "vitest/node";
import { findPostgres } from "./find-postgres.ts";
import { startPostgres } from "./postgres-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Absent where no project has one. */
    readonly postgresUrl?: string;
  }
}

/** @returns ends it */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const bin = findPostgres();
  if (!bin) throw new Error("There is no PostgreSQL on this machine.");
  const { POSTGRES_ISOLATION: isolation } = project.config.env;
  const settings =
    typeof isolation === "string" ? { default_transaction_isolation: isolation } : {};
  const server = await startPostgres(bin, settings);
  project.provide("postgresUrl", server.url);
  return () => server.remove();
}
