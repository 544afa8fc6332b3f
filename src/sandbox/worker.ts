/**
 * The worker's side: a server of a person's own, whose store, ledger, faults and clients are reached by
 * messages. It is built as one script, to which the tool file is added as a function.
 *
 * 1. Nothing here is trusted by the page: the tool file runs in the same realm, and may change it.
 */
import { clockThat, type FaultInjector } from "../durable/index.ts";
import { makeServer, type ToolFile } from "../host/index.ts";
import type { DurableMcpServer } from "../mcp/index.ts";
import { overriding } from "../store/index.ts";
import {
  Caller,
  connectLedger,
  connectStore,
  methodOf,
  methodsOf,
  respond,
  type Port,
} from "../store/remote/index.ts";
import { World, type Simulated } from "../world/index.ts";
import { functionNamed } from "./exported.ts";
import { SessionLine } from "./line.ts";
import {
  CLIENT_CALLS,
  PAGE_CALLS,
  SCRIPT_CALLS,
  SERVER_CALLS,
  type ClientCalls,
  type ClientInit,
  type Init,
  type OwnScript,
  type PageCalls,
  type SandboxSettings,
  type ScriptCalls,
  type ServerCalls,
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

class SandboxServer implements ServerCalls {
  #server: DurableMcpServer | undefined;
  #settings: SandboxSettings = {};
  readonly #line: SessionLine;
  readonly #page: PageCalls;
  readonly #clock = clockThat(() => this.#settings.delays === "skip");
  #world: World | undefined;

  constructor(
    private readonly file: OwnModule,
    private readonly init: Init,
    private readonly ports: { readonly store: Port; readonly ledger: Port },
    line: Port,
    page: Port,
  ) {
    this.#line = new SessionLine(line);
    const caller = new Caller({ port: page, methods: PAGE_CALLS });
    this.#page = methodsOf(caller, PAGE_CALLS) as unknown as PageCalls;
  }

  async make(settings: SandboxSettings): Promise<string> {
    const write = "export default (server, world) => { … }";
    const register = exportOf(this.file, [this.init.export], write) as ToolFile;
    this.#settings = settings;
    const [far, ledger] = await Promise.all([
      connectStore(this.ports.store),
      connectLedger(this.ports.ledger),
    ]);
    const recording = new Set<Promise<unknown>>();
    const appendTrace: typeof far.appendTrace = (...args) => {
      const written = far.appendTrace(...args).finally(() => recording.delete(written));
      recording.add(written);
      return written;
    };
    const store = overriding(far, { appendTrace });
    const world = new World(ledger, { clock: this.#clock, latencyMs: settings.latencyMs });
    world.changes = settings.simulations ?? {};
    this.#world = world;
    const made = await makeServer({ name: this.init.name, version: "1.0.0" }, register, {
      store,
      world,
      clock: this.#clock,
      ...serverSettings(settings),
      faults: faultsOf(this.#page),
      onError: (error) => void this.#page.report(textOf(error)),
    });
    made.onCrash = () => {
      this.#line.silence();
      void this.#page.crashed();
      // What it recorded is on its way by then.
      setTimeout(() => void Promise.allSettled(recording).then(() => this.#page.flushed()));
    };
    this.#server = made;
    return made.id;
  }

  async start(options: { readonly takeOver?: boolean }): Promise<void> {
    await this.#made.start(options);
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  async configure(settings: SandboxSettings): Promise<void> {
    await Promise.resolve();
    this.#settings = settings;
    if (this.#world) {
      this.#world.latencyMs = settings.latencyMs ?? 0;
      this.#world.changes = settings.simulations ?? {};
    }
    this.#server?.configure(serverSettings(settings));
  }

  async attach(session: number, options: { readonly ownCallsOnly?: boolean }): Promise<string> {
    const transport = this.#line.open(session);
    const { sessionId } = await this.#made.attach(transport, {
      ...options,
      loseResponse: (id) => transport.tellLost(id),
    });
    return sessionId;
  }

  async release(): Promise<void> {
    await Promise.resolve();
    this.#server?.release();
  }

  async resume(invocation: string): Promise<void> {
    await this.#made.resume(invocation);
  }

  async cancel(invocation: string): Promise<void> {
    await Promise.resolve();
    this.#server?.cancel(invocation);
  }

  async simulated(): Promise<readonly Simulated[]> {
    await Promise.resolve();
    return this.#world?.simulated() ?? [];
  }

  async ping(): Promise<boolean> {
    await Promise.resolve();
    return this.#server?.isHanging ?? false;
  }

  get #made(): DurableMcpServer {
    if (!this.#server) throw new Error("No server was made.");
    return this.#server;
  }
}

function serverSettings({
  latencyMs: _,
  delays: __,
  simulations: ___,
  ...settings
}: SandboxSettings) {
  return settings;
}

/** The faults of the page, which counts them in its store. */
function faultsOf(page: PageCalls): FaultInjector {
  /** The executions that have passed a point. */
  const known = new WeakSet<AbortSignal>();
  return {
    async pause(passing, signal, paused) {
      if (!known.has(signal)) {
        known.add(signal);
        const ended = (): void => void page.ended(passing.invocation, passing.execution);
        signal.addEventListener("abort", ended, { once: true });
      }
      const pause = await page.pause(passing);
      if (pause === undefined) return undefined;
      paused();
      return await page.decided(pause);
    },
    strike: async (point, detail) => await page.strike(point, detail),
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
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
    const [store, ledger, server, page, line] = ports;
    if (!store || !ledger || !server || !page || !line) return;
    const own = new SandboxServer(file, data, { store, ledger }, line, page);
    respond({
      port: server,
      name: "server",
      methods: SERVER_CALLS,
      find: (name) => methodOf(own, name),
    });
  };
}

// Nested workers would outlive a policy that forbids everything else.
Reflect.deleteProperty(self, "Worker");
Reflect.set(self, "runFile", run);
