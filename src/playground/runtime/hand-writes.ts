/** What a person writes to maps by hand, past any server. */
import type { DurableStore, MapChange } from "../../store/index.ts";
import type { Entry } from "./entries-file.ts";
import type { StateCell } from "./state-cell.ts";

export class HandWrites {
  constructor(
    private readonly cell: StateCell,
    private readonly store: () => DurableStore | undefined,
  ) {}

  async write(map: string, change: MapChange): Promise<boolean> {
    return await this.cell.attempt(async () => {
      await this.store()?.applyMutation({ map, at: Date.now(), origin: {}, change });
    });
  }

  /**
   * Writes many entries by hand, a batch after the other, which an abort ends between two.
   *
   * @param batches made when they are due, so that they need not all be in memory
   * @param onProgress called with how many were written
   */
  async writeMany(
    map: string,
    batches: Iterable<readonly Entry[]>,
    signal: AbortSignal,
    onProgress: (count: number) => void,
  ): Promise<boolean> {
    let count = 0;
    for (const entries of batches) {
      if (signal.aborted) return false;
      if (!(await this.write(map, { method: "insert", entries }))) return false;
      count += entries.length;
      onProgress(count);
    }
    return true;
  }
}
