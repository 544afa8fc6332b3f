/** The host of a person's own server. Loaded when one is opened. */
import type { HostSettings, ServerHost } from "../../host/index.ts";
import { SandboxHost } from "../../sandbox/index.ts";
import type { InspectableStore } from "../../store/index.ts";
import type { World } from "../../world/index.ts";
import { compile } from "./compile.ts";
import { ownServers } from "./own-servers.ts";
import type { StateCell } from "./state-cell.ts";

export interface OwnHostOptions {
  readonly id: string;
  readonly store: InspectableStore;
  readonly world: World;
  readonly settings: HostSettings;
  readonly cell: StateCell;
  readonly onCrash: (serverId: string, host: ServerHost) => void;
}

export function ownHost({ id, store, world, settings, cell, onCrash }: OwnHostOptions): ServerHost {
  let newest = "";
  const host: SandboxHost = new SandboxHost({
    name: id,
    code: () => {
      const code = ownServers.named(id)?.code;
      if (code === undefined) throw new Error("This server was deleted.");
      newest = code;
      return compile(code);
    },
    onRunning: () => cell.set({ runs: newest }),
    store,
    world,
    settings,
    onCrash: (serverId) => onCrash(serverId, host),
    onError: ({ message }) => cell.log("error", message),
    onSilence: (silent) => cell.set({ silent }),
    url: `${import.meta.env.BASE_URL}sandbox.html`,
  });
  return host;
}
