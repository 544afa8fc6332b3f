/** What the contract needs of an engine, and what its tests are written with. */
import { afterEach, beforeEach } from "vitest";
import type {
  GuardKind,
  GuardRecord,
  InspectableStore,
  InvocationRecord,
  Ledger,
  Liveness,
  MapChange,
  MutationRequest,
} from "../index.ts";

/** An engine as tests open it. */
export interface Engine {
  /** A connection to the database `name`, which is made where it is not there yet. */
  openStore(name: string, liveness?: Liveness): Promise<InspectableStore>;
  openLedger(name: string): Promise<Ledger>;
  /** Deletes the database and its ledger, when all connections are closed. */
  remove(name: string): Promise<void>;
  /** Transactions run side by side: who marks the dead waits for what they write alone, and not for what nothing rests on. */
  readonly isSideBySide?: boolean;
}

export interface Bench {
  /** The first connection. */
  readonly store: InspectableStore;
  connect(): Promise<InspectableStore>;
  openLedger(): Promise<Ledger>;
}

/** Gives each test of a suite a database of its own. */
export function useEngine(engine: Engine): Bench {
  let name: string;
  let store: InspectableStore;
  let opened: { close(): Promise<void> }[];
  const keep = async <T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> => {
    const connection = await opening;
    opened.push(connection);
    return connection;
  };
  const connect = (): Promise<InspectableStore> => keep(engine.openStore(name));
  beforeEach(async () => {
    opened = [];
    name = `contract-${crypto.randomUUID()}`;
    store = await connect();
  });
  afterEach(async () => {
    for (const connection of opened) await connection.close();
    await engine.remove(name);
  });
  return {
    get store() {
      return store;
    },
    connect,
    openLedger: () => keep(engine.openLedger(name)),
  };
}

/** Begins an execution of the invocation `id`, or a further one. */
export async function begin(
  store: InspectableStore,
  id: string,
  owner = "o",
  guards: "on" | "off" = "on",
): Promise<InvocationRecord> {
  const about = { id, tool: "t", args: {}, as: "client", guards, at: 0 } as const;
  const outcome = await store.beginExecution({ ...about, owner });
  if (!outcome.begun) throw new Error(outcome.reason);
  return outcome.invocation;
}

export const refOf = ({ seq, last }: InvocationRecord) => ({
  invocationSeq: seq,
  execution: last.number,
});

export async function claim(
  store: InspectableStore,
  invocation: InvocationRecord,
  alias: string,
  kind: GuardKind = "atMostOnce",
): Promise<GuardRecord> {
  const about = { invocation: invocation.id, ...refOf(invocation), alias, at: 0 } as const;
  return (await store.claimGuard({ ...about, kind })).record;
}

export function insert(...keys: readonly string[]): MapChange {
  return { method: "insert", entries: keys.map((key) => [key, new Uint8Array([1])]) };
}

/** A mutation by hand. */
export function byHand(change: MapChange, map = "m"): MutationRequest {
  return { map, at: 0, origin: {}, change };
}

export async function keysOf(store: InspectableStore, map = "m"): Promise<string[]> {
  const entries = await store.readRange({ map, direction: "ascending", limit: 99 });
  return entries.map(({ key }) => key);
}
