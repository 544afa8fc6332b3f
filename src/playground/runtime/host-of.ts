/** Where a server of the page runs: an example's beside the page, a person's own apart from it. */
import type { Clock } from "../../durable/index.ts";
import { serverOf, type Example } from "../../examples/index.ts";
import { LocalHost, type HostSettings, type ServerHost } from "../../host/index.ts";
import type { IndexedDbStore } from "../../store/indexeddb/index.ts";
import type { World } from "../../world/index.ts";
import { ownServers } from "./own-servers.ts";
import { asError, type StateCell } from "./state-cell.ts";

export interface HostParts {
  readonly example: Example;
  readonly store: IndexedDbStore;
  readonly world: World;
  readonly clock: Clock;
  readonly settings: HostSettings;
  readonly cell: StateCell;
  readonly onCrash: (serverId: string, host: ServerHost) => void;
}

export async function hostOf(parts: HostParts): Promise<ServerHost> {
  const { example, store, world, clock, settings, cell, onCrash } = parts;
  if (ownServers.named(example.name)) {
    const { ownHost } = await import("./own-host.ts");
    return ownHost(parts);
  }
  const host = new LocalHost({
    settings,
    make: (settings) =>
      serverOf(example, {
        store,
        world,
        clock,
        ...settings,
        onError: (error) => cell.log("error", asError(error).message),
      }),
    onCrash: (id) => onCrash(id, host),
  });
  return host;
}
