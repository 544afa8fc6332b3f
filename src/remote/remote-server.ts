/** The far side of a host: makes one server, whose faults, clients and, as a rule, store are reached by messages. */
import { clockThat, type FaultInjector } from "../durable/index.ts";
import { makeServer, type ToolFile } from "../host/index.ts";
import type { DurableMcpServer } from "../mcp/index.ts";
import { overriding, trackedTrace, type InspectableStore, type Ledger } from "../store/index.ts";
import {
  Caller,
  connectLedger,
  connectStore,
  methodOf,
  methodsOf,
  respond,
  type Port,
} from "../store/remote/index.ts";
import { World, type Simulated, type WorldSettings } from "../world/index.ts";
import { SessionLine } from "./line.ts";
import {
  HOST_CALLS,
  SERVER_CALLS,
  type HostCalls,
  type PlainSettings,
  type PortName,
  type ServerCalls,
} from "./messages.ts";

export interface RemoteServerOptions extends Pick<WorldSettings, "effects"> {
  /** Of the server, for its clients. */
  readonly name: string;
  /** Finds what registers the tools; it may throw what is wrong with it. */
  readonly load: () => ToolFile | Promise<ToolFile>;
  readonly ports: Readonly<Record<PortName, Port>>;
  /** Opens a database of its own; what the host serves is used unless given. */
  readonly open?: () => Promise<{ readonly store: InspectableStore; readonly ledger: Ledger }>;
}

/** Makes a server when its host asks for it. */
export function serveRemote(options: RemoteServerOptions): void {
  const own = new RemoteServer(options);
  respond({
    port: options.ports.server,
    name: "server",
    methods: SERVER_CALLS,
    find: (name) => methodOf(own, name),
  });
}

class RemoteServer implements ServerCalls {
  #server: DurableMcpServer | undefined;
  #settings: PlainSettings = {};
  readonly #line: SessionLine;
  readonly #host: HostCalls;
  readonly #clock = clockThat(() => this.#settings.delays === "skip");
  #world: World | undefined;

  constructor(private readonly options: RemoteServerOptions) {
    const { line, host } = options.ports;
    this.#line = new SessionLine(line);
    const caller = new Caller({ port: host, methods: HOST_CALLS });
    this.#host = methodsOf(caller, HOST_CALLS) as unknown as HostCalls;
  }

  async make(settings: PlainSettings): Promise<string> {
    const { name, load, open = () => this.#connect(), effects } = this.options;
    const register = await load();
    this.#settings = settings;
    const { store: far, ledger } = await open();
    const { appendTrace, written } = trackedTrace(far);
    const store = overriding(far, { appendTrace });
    const world = new World(ledger, { clock: this.#clock, latencyMs: settings.latencyMs, effects });
    world.changes = settings.simulations ?? {};
    this.#world = world;
    const made = await makeServer({ name, version: "1.0.0" }, register, {
      store,
      world,
      clock: this.#clock,
      ...serverSettings(settings),
      faults: faultsOf(this.#host),
      onError: (error) => void this.#host.report(textOf(error)),
    });
    made.onCrash = () => {
      this.#line.silence();
      void this.#host.crashed();
      // What it recorded is on its way by then.
      setTimeout(() => void written().then(() => this.#host.flushed()));
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

  async configure(settings: PlainSettings): Promise<void> {
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

  async #connect() {
    const { store, ledger } = this.options.ports;
    const [far, farLedger] = await Promise.all([connectStore(store), connectLedger(ledger)]);
    return { store: far, ledger: farLedger };
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
}: PlainSettings) {
  return settings;
}

/** The faults of the host, which counts them in its store. */
function faultsOf(host: HostCalls): FaultInjector {
  /** The executions that have passed a point. */
  const known = new WeakSet<AbortSignal>();
  return {
    async pause(passing, signal, paused) {
      if (!known.has(signal)) {
        known.add(signal);
        const ended = (): void => void host.ended(passing.invocation, passing.execution);
        signal.addEventListener("abort", ended, { once: true });
      }
      const pause = await host.pause(passing);
      if (pause === undefined) return undefined;
      paused();
      return await host.decided(pause);
    },
    strike: async (point, detail) => await host.strike(point, detail),
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
