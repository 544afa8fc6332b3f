/** Queries on the store and the ledger, read again when the change feed says so. */
import {
  keepPreviousData,
  useQuery,
  useQueryClient,
  type QueryClient,
  type UseQueryResult,
} from "@tanstack/react-query";
import { useEffect } from "react";
import type { InspectableStore, StoreChange, Table } from "../../store/index.ts";
import type { World } from "../../world/index.ts";
import type { Playground } from "../runtime/playground.ts";
import { usePlayground, usePlaygroundPart } from "./use-playground.ts";

/** Changes within one frame are answered by one reading; where a reading takes longer, it pauses as long. */
const COALESCE_MS = 16;

export interface Source {
  readonly store: InspectableStore;
  readonly world: World;
}

export interface LiveOptions {
  /** Shows the last reading while one of other parameters is under way. */
  readonly keepPrevious?: boolean;
  /** What is read is the same object as before where it has not changed: it is not compared. */
  readonly isStable?: boolean;
  /** Only this map of all, or this invocation of all, is read: a change of others is passed over. */
  readonly map?: string | undefined;
  readonly invocation?: string | undefined;
}

/** What a query is to be read again for. */
interface Watched extends Pick<LiveOptions, "map" | "invocation"> {
  readonly tables: readonly Table[];
}

/**
 * Reads the store, and again whenever one of `tables` changes, in this tab or another.
 *
 * @param name what is read, with its parameters; equal names share a reading
 */
export function useLiveQuery<T>(
  tables: readonly Table[],
  name: readonly unknown[],
  read: (source: Source) => Promise<T>,
  { keepPrevious = false, isStable = false, map, invocation }: LiveOptions = {},
): UseQueryResult<T> {
  const playground = usePlayground();
  const phase = usePlaygroundPart((state) => state.phase);
  const opened = usePlaygroundPart((state) => state.opened);
  const { store, world } = playground;
  return useQuery({
    queryKey: [playground.database, { tables, map, invocation } satisfies Watched, opened, ...name],
    queryFn: () => {
      if (!store || !world) throw new Error("The database is not open.");
      return read({ store, world });
    },
    enabled: phase === "ready" && store !== undefined && world !== undefined,
    ...(isStable ? { structuralSharing: false } : {}),
    ...(keepPrevious ? { placeholderData: keepPreviousData } : {}),
  });
}

/** Passes the change feed on to the queries; once for a page. */
export function useChangeFeed(playground: Playground): void {
  const client = useQueryClient();
  const phase = usePlaygroundPart((state) => state.phase);
  useEffect(() => {
    const { store, world } = playground;
    if (phase !== "ready" || !store || !world) return;
    const invalidate = invalidator(client, playground.database);
    const ends = [store.subscribe(invalidate), world.ledger.subscribe(invalidate)];
    return () => {
      for (const end of ends) end();
    };
  }, [client, playground, phase]);
}

/** Reads again what has changed; while that is under way, further changes wait for the next round. */
function invalidator(client: QueryClient, database: string): (change: StoreChange) => void {
  /** The changes that are waiting, each once. */
  const changed = new Map<string, StoreChange>();
  let isRunning = false;
  let tookMs = 0;
  const run = async (): Promise<void> => {
    isRunning = true;
    while (changed.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, Math.max(COALESCE_MS, tookMs)));
      const begun = performance.now();
      const changes = [...changed.values()];
      changed.clear();
      await client.invalidateQueries({
        predicate: ({ queryKey: [of, watched] }) =>
          of === database && changes.some((change) => concerns(change, watched as Watched)),
      });
      tookMs = performance.now() - begun;
    }
    isRunning = false;
  };
  return (change) => {
    const { tables, map = "", invocation = "" } = change;
    changed.set([tables.join(), map, invocation].join("\n"), change);
    if (!isRunning) void run();
  };
}

function concerns(change: StoreChange, watched: Watched): boolean {
  return watched.tables.some(
    (table) =>
      change.tables.includes(table) &&
      (table === "maps"
        ? isSame(change.map, watched.map)
        : isSame(change.invocation, watched.invocation)),
  );
}

/** What is not named is any. */
function isSame(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}
