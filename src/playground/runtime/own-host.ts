/** The hosts of a person's own server. Loaded when one is opened. */
import type { OpenHost } from "../../explore/index.ts";
import type { ServerHost } from "../../host/index.ts";
import { FramePool, SandboxHost } from "../../sandbox/index.ts";
import { compile } from "./compile.ts";
import type { HostParts } from "./host-of.ts";
import { ownServers } from "./own-servers.ts";

const url = `${import.meta.env.BASE_URL}sandbox.html`;

export function ownHost({ example, store, world, settings, cell, onCrash }: HostParts): ServerHost {
  const { name } = example;
  let newest = "";
  const host: SandboxHost = new SandboxHost({
    name,
    code: () => {
      newest = codeOf(name);
      return compile(newest);
    },
    onRunning: () => cell.set({ runs: newest }),
    store,
    world,
    settings,
    onCrash: (serverId) => onCrash(serverId, host),
    onError: ({ message }) => cell.log("error", message),
    onSilence: (silent) => cell.set({ silent }),
    url,
  });
  return host;
}

/**
 * Of the cases of a sweep: each has the code as it is now.
 *
 * @throws CompileError where that is no TypeScript
 */
export function ownCases(name: string): OpenHost {
  const code = compile(codeOf(name));
  const frames = new FramePool(url);
  return (parts) =>
    // What a call reports beside its answer is for the page's own server.
    new SandboxHost({ name, code: () => code, ...parts, onError: () => undefined, frames });
}

function codeOf(id: string): string {
  const code = ownServers.named(id)?.code;
  if (code === undefined) throw new Error("This server was deleted.");
  return code;
}
