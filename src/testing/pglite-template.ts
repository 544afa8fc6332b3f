/** Makes the database that each worker of tests begins with: to make one takes seconds, to load it one. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { PgliteDatabase } from "../store/postgres/index.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The file of the dump; absent where each makes its own. */
    readonly pgliteTemplate?: string;
  }
}

/** @returns removes it */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "pglite-template-"));
  const file = join(folder, "template.tar");
  const database = await PgliteDatabase.open();
  await writeFile(file, new Uint8Array(await (await database.dump()).arrayBuffer()));
  await database.close();
  project.provide("pgliteTemplate", file);
  return () => rm(folder, { recursive: true });
}
