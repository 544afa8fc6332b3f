/** Where calls pause, as it is set: at points of a person's choice, and beside them at every one. */
import type { Settings } from "../../host/index.ts";

export type Breakpoint = Settings["breakpoints"][number];

const EVERY = "every point";

export interface Pausing {
  readonly chosen: readonly Breakpoint[];
  readonly isEvery: boolean;
  /** The same with every point switched the other way: what was chosen stays. */
  readonly switched: Breakpoint[];
}

export function pausingOf(breakpoints: readonly Breakpoint[]): Pausing {
  const chosen = breakpoints.filter(({ point }) => point !== EVERY);
  const isEvery = chosen.length < breakpoints.length;
  return { chosen, isEvery, switched: isEvery ? chosen : [...chosen, { point: EVERY }] };
}
