/** Queries on the store and the ledger, read again when the change feed says so. */
import {
  keepPreviousData,
  useQuery,
  useQueryClient,
  type QueryClient,
  type UseQueryResult,
} from "@tanstack/react-query";
import { useEffect } from "react";
import type { DurableStore, StoreChange, Table } from "../../store/index.ts";
import type { World } from "../../world/index.ts";
import type { Playground } from "../runtime/playground.ts";
import { usePlayground, usePlaygroundState } from "./use-playground.ts";

/** Changes within one frame are answered by one reading. */
const COALESCE_MS = 16;

export interface Source {
  readonly store: DurableStore;
  readonly world: World;
}

/**
 * Reads the store, and again whenever one of `tables` changes, in this tab or another.
 *
 * @param name what is read, with its parameters; equal names share a reading
 * @param options.keepPrevious shows the last reading while one of other parameters is under way
 */
export function useLiveQuery<T>(
  tables: readonly Table[],
  name: readonly unknown[],
  read: (source: Source) => Promise<T>,
  { keepPrevious = false } = {},
): UseQueryResult<T> {
  const playground = usePlayground();
  const { phase, opened } = usePlaygroundState();
  const { store, world } = playground;
  return useQuery({
    queryKey: [playground.example.name, [...tables], opened, ...name],
    queryFn: () => {
      if (!store || !world) throw new Error("The database is not open.");
      return read({ store, world });
    },
    enabled: phase === "ready" && store !== undefined && world !== undefined,
    ...(keepPrevious ? { placeholderData: keepPreviousData } : {}),
  });
}

/** Passes the change feed on to the queries; once for a page. */
export function useChangeFeed(playground: Playground): void {
  const client = useQueryClient();
  const { phase } = usePlaygroundState();
  useEffect(() => {
    const { store, world } = playground;
    if (phase !== "ready" || !store || !world) return;
    const invalidate = invalidator(client, playground.example.name);
    const ends = [store.subscribe(invalidate), world.ledger.subscribe(invalidate)];
    return () => {
      for (const end of ends) end();
    };
  }, [client, playground, phase]);
}

/** Reads again what has changed; while that is under way, further changes wait for the next round. */
function invalidator(client: QueryClient, example: string): (change: StoreChange) => void {
  const changed = new Set<Table>();
  let isRunning = false;
  const run = async (): Promise<void> => {
    isRunning = true;
    while (changed.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, COALESCE_MS));
      const now = new Set(changed);
      changed.clear();
      await client.invalidateQueries({
        predicate: ({ queryKey: [of, tables] }) =>
          of === example && (tables as Table[]).some((table) => now.has(table)),
      });
    }
    isRunning = false;
  };
  return ({ tables }) => {
    for (const table of tables) changed.add(table);
    if (!isRunning) void run();
  };
}
