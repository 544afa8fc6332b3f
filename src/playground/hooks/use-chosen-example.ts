/**
 * The example that a person chose to run and that has not begun yet, and where the person came from.
 * Neither the URL nor the tab's storage keeps it: a link, a reload and the history show the harness, and
 * run nothing.
 */
import { createContext, useContext } from "react";

/** Where a person was before examples were run. */
export interface CameFrom {
  readonly example: string;
  readonly call: string | null;
  readonly tool: string | null;
}

export interface HarnessVisit {
  readonly chosen: string | null;
  readonly cameFrom: CameFrom | null;
}

export type ChosenExample = readonly [
  visit: HarnessVisit,
  change: (change: Partial<HarnessVisit>) => void,
];

/** Held above the example that is shown: to choose another one opens it anew. */
export const ChosenExampleContext = createContext<ChosenExample>([
  { chosen: null, cameFrom: null },
  () => undefined,
]);

export function useChosenExample(): ChosenExample {
  return useContext(ChosenExampleContext);
}
