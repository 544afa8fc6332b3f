/**
 * The worker's side: a server of a person's own, whose store, ledger, faults and clients are reached by
 * messages. It is built as one script, to which the tool file is added as a function.
 *
 * 1. Nothing here is trusted by the page: the tool file runs in the same realm, and may change it.
 */
import type { ToolFile } from "../host/index.ts";
import { serveRemote } from "../remote/index.ts";
import { Caller, methodOf, methodsOf, respond, type Port } from "../store/remote/index.ts";
import { functionNamed } from "./exported.ts";
import {
  CLIENT_CALLS,
  SCRIPT_CALLS,
  type ClientCalls,
  type ClientInit,
  type Init,
  type OwnScript,
  type ScriptCalls,
} from "./messages.ts";
import { MODULES } from "./modules.ts";

/** The tool file or the client script, as CommonJS. */
type OwnModule = (
  module: { exports: Record<string, unknown> },
  exports: Record<string, unknown>,
  require: (name: string) => unknown,
) => void;

function requireModule(name: string): unknown {
  if (Object.hasOwn(MODULES, name)) return MODULES[name];
  throw new Error(
    `"${name}" cannot be imported here. A tool in the page imports ${Object.keys(MODULES).join(", ")}.`,
  );
}

/**
 * Evaluates the file, which exports a function by one of the names; what it throws is told by who asks.
 *
 * @param write how that is written
 */
function exportOf(file: OwnModule, exported: readonly string[], write: string): unknown {
  const module = { exports: {} as Record<string, unknown> };
  file(module, module.exports, requireModule);
  return functionNamed(module.exports, exported, write);
}

/** Runs the client script when the page asks for it. */
function clientOf(file: OwnModule, { exports }: ClientInit, port: Port): ClientCalls {
  const caller = new Caller({ port, methods: SCRIPT_CALLS });
  const page = methodsOf(caller, SCRIPT_CALLS) as unknown as ScriptCalls;
  /** What the script asked for and did not wait for is done before it has ended. */
  const asked = new Set<Promise<unknown>>();
  const ask = <T>(answer: Promise<T>): Promise<T> => {
    const settled = answer.catch(() => undefined).finally(() => asked.delete(settled));
    asked.add(settled);
    return answer;
  };
  const print = (line: Promise<void>): void => {
    // The page takes every line, unless it is gone.
    ask(line).catch(() => undefined);
  };
  const script: OwnScript = {
    heading: (text: unknown) => print(page.heading(String(text))),
    note: (text: unknown) => print(page.note(String(text))),
    listTools: () => ask(page.listTools()),
    call: (...args) => ask(page.call(...args)),
  };
  return {
    run: async () => {
      const write = "export async function runClient(script) { … }";
      const run = exportOf(file, exports, write) as (script: OwnScript) => Promise<void>;
      await run(script);
      while (asked.size > 0) await Promise.all(asked);
    },
  };
}

/** Called by what is added to this script. */
function run(file: OwnModule): void {
  self.onmessage = ({ data, ports }: MessageEvent<Init | ClientInit>) => {
    if ("exports" in data) {
      const [client, script] = ports;
      if (!client || !script) return;
      const calls = clientOf(file, data, script);
      const find = (name: string) => methodOf(calls, name);
      respond({ port: client, name: "client", methods: CLIENT_CALLS, find });
      return;
    }
    const [store, ledger, server, host, line] = ports;
    if (!store || !ledger || !server || !host || !line) return;
    const write = "export default (server, world) => { … }";
    serveRemote({
      name: data.name,
      load: () => exportOf(file, [data.export], write) as ToolFile,
      ports: { store, ledger, server, host, line },
    });
  };
}

// Nested workers would outlive a policy that forbids everything else.
Reflect.deleteProperty(self, "Worker");
Reflect.set(self, "runFile", run);
