/** The hosts of a person's own server. Loaded when one is opened. */
import type { OpenHost } from "../../explore/index.ts";
import type { ClientScript } from "../../examples/index.ts";
import type { ServerHost } from "../../host/index.ts";
import {
  FramePool,
  runClientScript,
  SandboxHost,
  type ToolFileState,
} from "../../sandbox/index.ts";
import { compile } from "./compile.ts";
import type { HostParts } from "./host-of.ts";
import { ownServers, type OwnServer } from "./own-servers.ts";

const url = `${import.meta.env.BASE_URL}sandbox.html`;

export function ownHost({ example, store, world, settings, cell, onCrash }: HostParts): ServerHost {
  const { name } = example;
  let newest = "";
  const host: SandboxHost = new SandboxHost({
    ...fileOf(name),
    code: () => {
      const { file, code } = named(name);
      const next = ownServers.takeNext(name) ?? code;
      newest = file?.code ?? next;
      return compiled(next, file);
    },
    onRunning: () => {
      cell.set({ runs: newest });
      // Where the browser keeps no more, it is told.
      void cell.attempt(() => ownServers.change(name, { ran: newest }));
    },
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
 * Of the cases of a sweep: each has the code as it ran last.
 *
 * @throws CompileError where that is no TypeScript
 */
export function ownCases(name: string): OpenHost {
  const { code: written, ran = written, file: onDisk } = named(name);
  const code = compiled(ran, onDisk);
  const file = fileOf(name);
  const frames = new FramePool(url);
  return (parts) =>
    // What a call reports beside its answer is for the page's own server.
    new SandboxHost({
      ...file,
      code: () => code,
      ...parts,
      onError: () => undefined,
      frames,
    });
}

/**
 * Runs its client script, as it is written now.
 *
 * @throws CompileError where that is no TypeScript
 * @throws Error what else ended it early
 */
export async function runOwnClient(name: string, script: ClientScript): Promise<void> {
  const { client, file, export: exported = "default" } = named(name);
  const exports = [exported, "runClient"];
  await runClientScript({ code: file ? clientOf(file) : compile(client), exports, script, url });
}

/** @throws Error what keeps it from being run */
function clientOf({ client, name }: ToolFileState): string {
  if (client?.code !== undefined) return client.code;
  throw new Error(
    client?.error ??
      `There is no client script. Write a file client.ts beside ${name}, that has: export async function runClient(script) { … }`,
  );
}

function fileOf(name: string): { readonly name: string; readonly export?: string } {
  const { export: exported } = named(name);
  return exported === undefined ? { name } : { name, export: exported };
}

/** @throws Error what keeps it from being run */
function compiled(code: string, file: OwnServer["file"]): string {
  if (!file) return compile(code);
  if (file.code === undefined) throw new Error(file.error);
  return file.code;
}

function named(id: string): OwnServer {
  const own = ownServers.named(id);
  if (own === undefined)
    throw new Error(
      "There is no such server any more: it was deleted, or its file does not export it.",
    );
  return own;
}
