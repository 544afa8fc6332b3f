import { createContext, useContext, useSyncExternalStore } from "react";
import type { Playground } from "../runtime/playground.ts";
import type { PlaygroundState } from "../runtime/state.ts";

export const PlaygroundContext = createContext<Playground | undefined>(undefined);

/** The playground of the example that is shown; its methods act. */
export function usePlayground(): Playground {
  const playground = useContext(PlaygroundContext);
  if (!playground) throw new Error("usePlayground is used outside of PlaygroundContext.");
  return playground;
}

/**
 * A part of the playground's snapshot; renders anew when that part is another.
 *
 * @param select gives the same value as long as nothing of it has changed
 */
export function usePlaygroundPart<Part>(select: (state: PlaygroundState) => Part): Part {
  const playground = usePlayground();
  return useSyncExternalStore(playground.subscribePaced, () => select(playground.snapshot()));
}

/** The playground's snapshot; renders anew when it changes. */
export function usePlaygroundState(): PlaygroundState {
  const playground = usePlayground();
  return useSyncExternalStore(playground.subscribePaced, playground.snapshot);
}
