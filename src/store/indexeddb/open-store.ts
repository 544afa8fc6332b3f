/** `DurableStore` over one IndexedDB database: composes the tables' slices. */
import { ChangeFeed, originChannel } from "../change-feed.ts";
import type { InspectableStore } from "../durable-store.ts";
import type { Liveness } from "../liveness.ts";
import type { PastReads } from "../range-at.ts";
import { notifying } from "../notifying.ts";
import type { Connection } from "./connection.ts";
import { openDatabase, type OpenOptions } from "./database.ts";
import { guardTable } from "./guard-table.ts";
import { hitTable } from "./hit-table.ts";
import { journalReads } from "./journal-reads.ts";
import { journalWrites, wipe } from "./journal-writes.ts";
import { makeTables, SCHEMA_VERSION, type PlaygroundDatabase } from "./schema.ts";
import { settingTable, type SettingStore } from "./setting-table.ts";
import { sortedMapTable } from "./sorted-map-table.ts";
import { traceTable } from "./trace-table.ts";
import { webLocksLiveness } from "./web-locks-liveness.ts";

/** A store in the browser, with what a person set. */
export interface IndexedDbStore extends InspectableStore, SettingStore {}

/** Which database, and who is to hear of its connection. */
export interface OpenStoreOptions extends OpenOptions {
  /**
   * How death is known. By default by the browser's Web Locks or, where there are none, by what
   * this connection itself knows: another one's servers are then never taken for dead.
   */
  readonly liveness?: Liveness;
}

/**
 * Opens the database `name`, and makes it where it is not there yet.
 *
 * @throws StoreUnavailableError where the browser keeps IndexedDB from the page
 * @throws StoreVersionError where the database is of a newer version
 */
export async function openStore({
  liveness,
  ...options
}: OpenStoreOptions): Promise<IndexedDbStore> {
  const { name } = options;
  const db = await openCurrent(options);
  const feed = new ChangeFeed(originChannel(name));
  const connection: Connection = { db, executing: new Map() };
  const maps = sortedMapTable(connection);
  const store = {
    name,
    liveness: liveness ?? (await defaultLiveness(name, db)),
    ...journalReads(connection),
    ...journalWrites(connection),
    ...guardTable(connection),
    ...maps,
    ...traceTable(connection),
    ...hitTable(connection),
    ...settingTable(connection, () => feed.emit({ tables: ["settings"] })),
    ...rarelyNeeded(connection, maps),
    wipe: () => wipe(connection, ["settings", "servers"]),
    close() {
      // What is under way is completed.
      db.close();
      return Promise.resolve();
    },
  };
  return notifying(store, feed);
}

type Rare = Pick<InspectableStore, "readWrites" | "readRangeAt" | "trimRecordings">;

/** The past and trimming, which are loaded when they are needed. */
function rarelyNeeded({ db }: Connection, maps: Omit<PastReads, "readWrites">): Rare {
  const readWrites: Rare["readWrites"] = async (query) => {
    const history = await import("./map-history.ts");
    return await history.readWrites(db, query);
  };
  return {
    readWrites,
    async readRangeAt(query, moment) {
      const { readRangeAt } = await import("../range-at.ts");
      return await readRangeAt({ ...maps, readWrites }, query, moment);
    },
    async trimRecordings(trimming) {
      const { trimRecordings } = await import("./recordings.ts");
      return await trimRecordings(db, trimming);
    },
  };
}

/** The code for older versions is loaded where there is one. */
async function openCurrent(options: OpenOptions): Promise<PlaygroundDatabase> {
  try {
    return await openDatabase(options, SCHEMA_VERSION, async (db, oldVersion) => {
      if (oldVersion === 0) makeTables(db);
      else if (oldVersion < SCHEMA_VERSION) await Promise.reject(new OlderVersion());
    });
  } catch (error) {
    if (!(error instanceof OlderVersion)) throw error;
    const { upgradeFrom } = await import("./upgrade.ts");
    return await openDatabase(options, SCHEMA_VERSION, (db, oldVersion, _newVersion, tx) =>
      upgradeFrom(db, oldVersion, tx),
    );
  }
}

/** Nothing is changed until the code that brings it to this version is there. */
class OlderVersion extends Error {}

async function defaultLiveness(name: string, db: PlaygroundDatabase): Promise<Liveness> {
  // Absent in Node 20, and where a page is served neither over HTTPS nor from this machine.
  const manager = (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks;
  if (manager) return webLocksLiveness(manager, name);
  const { registeredLiveness } = await import("./registered-liveness.ts");
  return registeredLiveness(db);
}
