/** Writes many entries by hand, with progress, and until it is stopped. */
import { useState } from "react";
import { SortedMap } from "../../../durable/index.ts";
import type { Entry } from "../../runtime/entries-file.ts";
import { useMapRange } from "../../hooks/use-location.ts";
import { usePlayground } from "../../hooks/use-playground.ts";
import { writeManyByHand } from "../../runtime/hand-writes.ts";

export interface ManyWrites {
  /** How many were written, while it is under way. */
  readonly written: number | undefined;
  /**
   * Writes, then shows the map. Resolves with whether everything was written.
   *
   * @throws InvalidKeyError for a map's name that cannot be one, before anything is written
   */
  readonly write: (map: string, batches: Iterable<readonly Entry[]>) => Promise<boolean>;
  readonly stop: () => void;
}

export function useManyWrites(): ManyWrites {
  const playground = usePlayground();
  const [, setRange] = useMapRange();
  const [running, setRunning] = useState<AbortController>();
  const [count, setCount] = useState(0);
  return {
    written: running && count,
    write: async (map, batches) => {
      SortedMap.ref(map);
      const abort = new AbortController();
      setRunning(abort);
      try {
        return await writeManyByHand(playground, map, batches, abort.signal, setCount);
      } finally {
        setRunning(undefined);
        void setRange({ map, moment: null });
      }
    },
    stop: () => running?.abort(),
  };
}
