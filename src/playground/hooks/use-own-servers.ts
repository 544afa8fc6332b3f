import { useSyncExternalStore } from "react";
import { ownServers, type OwnServer } from "../runtime/own-servers.ts";

/** The servers of a file that the page was opened on, and those that a person has written, in the order in which they were begun. */
export function useOwnServers(): readonly OwnServer[] {
  return useSyncExternalStore(ownServers.subscribe, ownServers.list);
}
