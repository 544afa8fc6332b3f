/** The databases of an example, or of a sweep's run: its store and its ledger. */
import type { Clock } from "../../durable/index.ts";
import type { Ledger } from "../../store/index.ts";
import {
  databaseNames,
  openLedger,
  openStore,
  type IndexedDbStore,
  type OpenOptions,
} from "../../store/indexeddb/index.ts";
import { World } from "../../world/index.ts";
import { readSettings } from "./settings-desk.ts";

export interface DatabasesOptions extends OpenOptions {
  readonly clock: Clock;
  /** It is not made where it is not there. */
  readonly mustBeThere: boolean;
}

export interface Databases {
  readonly store: IndexedDbStore;
  readonly world: World;
  /** What a person has set, as it was kept. */
  readonly settings: unknown;
}

/** Opens both, or neither. */
export async function openDatabases({
  name,
  mustBeThere,
  clock,
  ...events
}: DatabasesOptions): Promise<Databases> {
  if (mustBeThere && !(await databaseNames()).includes(name)) {
    throw new Error("This run of Explore is gone: runs are deleted when Explore is left.");
  }
  const store = await openStore({ name, ...events });
  let ledger: Ledger | undefined;
  try {
    ledger = await openLedger({ name: `${name}-ledger`, ...events });
    return { store, world: new World(ledger, { clock }), settings: await readSettings(store) };
  } catch (error) {
    await store.close();
    await ledger?.close();
    throw error;
  }
}
