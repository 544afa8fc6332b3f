/** The host of a person's own server. Loaded when one is opened. */
import type { ServerHost } from "../../host/index.ts";
import { SandboxHost } from "../../sandbox/index.ts";
import { compile } from "./compile.ts";
import type { HostParts } from "./host-of.ts";
import { ownServers } from "./own-servers.ts";

export function ownHost({ example, store, world, settings, cell, onCrash }: HostParts): ServerHost {
  const { name: id } = example;
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
