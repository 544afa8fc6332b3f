/** Which databases are of sweeps' runs, by their names. */

const SCRATCH =
  /^explore-([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})-[\w-]+$/;

/** The sweep's id, a UUIDv7; `undefined` for any other database. */
export function sweepOf(database: string): string | undefined {
  return SCRATCH.exec(database)?.[1];
}

/** Whether a name, which may come from a link, is of a sweep's run: opened as one, its ledger would be changed. */
export function isRun(name: string): boolean {
  return sweepOf(name) !== undefined && !name.endsWith("-ledger");
}
