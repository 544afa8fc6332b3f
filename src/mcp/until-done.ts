import { systemClock, type Fence } from "../durable/index.ts";
import { StoreClosedError } from "../store/index.ts";

const PAUSE_MS = 1000;

/**
 * What must be done though it failed: tries again each second, until it has succeeded, the fence is cut
 * or the store is closed. Never rejects.
 */
export async function untilDone(
  fence: Fence,
  onError: (error: unknown) => void,
  work: () => Promise<unknown>,
): Promise<void> {
  for (;;) {
    await fence.run((signal) => systemClock.sleep(PAUSE_MS, signal));
    try {
      await work();
      return;
    } catch (error) {
      onError(error);
      if (error instanceof StoreClosedError) return;
    }
  }
}
