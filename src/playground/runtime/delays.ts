import { skippingClock, systemClock, type Clock } from "../../durable/index.ts";
import type { StateCell } from "./state-cell.ts";

/** Delays are as the settings say when they begin. */
export function delaysAsSet(cell: StateCell): Clock {
  return {
    now: () => Date.now(),
    sleep: (ms, signal) => {
      const clock = cell.state.settings.delays === "skip" ? skippingClock : systemClock;
      return clock.sleep(ms, signal);
    },
  };
}
