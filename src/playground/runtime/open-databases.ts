/** The databases of an example, or of a sweep's run: its store and its ledger. */
import type { Clock } from "../../durable/index.ts";
import {
  databaseNames,
  openStore,
  type IndexedDbStore,
  type OpenOptions,
} from "../../store/indexeddb/index.ts";
import { openWorld, type World } from "../../world/index.ts";
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
  let world: World | undefined;
  try {
    world = await openWorld({ name: `${name}-ledger`, ...events, clock });
    return { store, world, settings: await readSettings(store) };
  } catch (error) {
    await store.close();
    await world?.ledger.close();
    throw error;
  }
}
