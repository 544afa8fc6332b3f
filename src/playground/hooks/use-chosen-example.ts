/**
 * The example that a person chose to run and that has not begun yet. Neither the URL nor the tab's
 * storage keeps it: a link, a reload and the history show the harness, and run nothing.
 */
import { createContext, useContext } from "react";

export type ChosenExample = readonly [name: string | null, choose: (name: string | null) => void];

/** Held above the example that is shown: to choose another one opens it anew. */
export const ChosenExampleContext = createContext<ChosenExample>([null, () => undefined]);

export function useChosenExample(): ChosenExample {
  return useContext(ChosenExampleContext);
}
