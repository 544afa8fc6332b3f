import { useState } from "react";
import { recall, remember } from "./session-memory.ts";

/** State that a reload of this tab keeps. */
export function useStoredState(name: string, initial: string): [string, (value: string) => void] {
  const [value, setValue] = useState(() => recall(name) ?? initial);
  return [
    value,
    (next) => {
      remember(name, next);
      setValue(next);
    },
  ];
}
