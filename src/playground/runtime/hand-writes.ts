/** What a person writes to maps by hand, past any server. */
import type { MapChange } from "../../store/index.ts";
import type { Entry } from "./entries-file.ts";
import type { Playground } from "./playground.ts";

/** @returns whether it was written; what could not be is reported */
export async function writeByHand(
  playground: Playground,
  map: string,
  change: MapChange,
): Promise<boolean> {
  return await playground.attempt(async () => {
    await playground.store?.applyMutation({ map, at: Date.now(), origin: {}, change });
  });
}

/**
 * Writes many entries by hand, a batch after the other, which an abort ends between two.
 *
 * @param batches made when they are due, so that they need not all be in memory
 * @param onProgress called with how many were written
 */
export async function writeManyByHand(
  playground: Playground,
  map: string,
  batches: Iterable<readonly Entry[]>,
  signal: AbortSignal,
  onProgress: (count: number) => void,
): Promise<boolean> {
  let count = 0;
  for (const entries of batches) {
    if (signal.aborted) return false;
    if (!(await writeByHand(playground, map, { method: "insert", entries }))) return false;
    count += entries.length;
    onProgress(count);
  }
  return true;
}
