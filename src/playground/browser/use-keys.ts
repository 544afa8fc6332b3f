/** Whether a key alone acts: a person's choice, for every example and tab. */
import { useSyncExternalStore } from "react";

const KEY = "keys";
const listeners = new Set<() => void>();
/** Where the browser keeps nothing, it lasts until the reload. */
let chosen: boolean | undefined;

function read(): boolean {
  try {
    return (localStorage.getItem(KEY) ?? (chosen === false ? "off" : "on")) !== "off";
  } catch {
    return chosen ?? true; // Blocked site data.
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // Of another tab.
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

function set(on: boolean): void {
  chosen = on;
  try {
    localStorage.setItem(KEY, on ? "on" : "off");
  } catch {
    // Blocked site data: see above.
  }
  for (const listener of listeners) listener();
}

export function useKeys(): [on: boolean, set: (on: boolean) => void] {
  return [useSyncExternalStore(subscribe, read), set];
}
