/**
 * A server's life behind one interface, wherever it runs: in this thread, a worker or a process.
 *
 * 1. A host lives longer than its servers: each start makes a new one, which goes on from the same store.
 * 2. One thing at a time: `start`, `stop` and `restart` are not called while one of them is under way.
 * 3. A crash is reported at once, wherever it comes from; nothing of the dead server is reported afterwards.
 */
import type { Simulated, SimulationChange } from "../world/index.ts";
import type { Connection, ConnectOptions, ServerSettings } from "../mcp/index.ts";

export type HostState = "stopped" | "starting" | "running" | "crashed";

/** What is set for a server and, where it has a world of its own, for that. */
export interface HostSettings extends ServerSettings {
  /** How long a simulated service takes to answer, in milliseconds. */
  readonly latencyMs?: number;
  /** What of its world's simulations is changed, by the names of effects. */
  readonly simulations?: Readonly<Record<string, SimulationChange>>;
  /** `skip`: retry delays and latencies take no time. */
  readonly delays?: "real" | "skip";
}

export interface ServerHost {
  /** Its server is others' too: who leaves it, or could not join it, leaves it running. */
  readonly isShared?: true;
  readonly state: HostState;
  /** Names the newest server among all that use the store; `undefined` before the first. */
  readonly serverId: string | undefined;
  /** Whether a call hangs because of a fault. */
  readonly isHanging: boolean;

  /**
   * Makes a server and starts it, unless one is running. Resolves also where it crashed meanwhile, as
   * `state` tells.
   *
   * @param options `takeOver`: a person says that whoever else is registered on the store is dead
   * @throws ServerRefusedError where another server may live, and its death could not be known
   */
  start(options?: { readonly takeOver?: boolean }): Promise<void>;
  /**
   * Makes the next server while this one runs; the next `start` takes it. Absent where that cannot fail.
   *
   * @throws what keeps it from being made
   */
  prepare?(): Promise<void>;
  /** Stops the server in order, if there is one. */
  stop(): Promise<void>;
  restart(): Promise<void>;
  /** Empties what its servers keep while none runs. Absent where that is kept by who has the host. */
  wipe?(): Promise<void>;
  /** The server dies, wherever it stands. */
  crash(): void;
  /** Changes settings, of the running server and of every later one. */
  configure(settings: HostSettings): void;

  /**
   * Connects a new client to the running server.
   *
   * @throws Error where none is running
   */
  connect(options?: ConnectOptions): Promise<Connection>;

  /** What the running server's own world simulates. Absent where it has none of its own. */
  simulated?(): Promise<readonly Simulated[]>;

  /** Lets every call go on that hangs because of a fault. */
  release(): void;
  /** Resumes one interrupted invocation, also one that is held, and waits for its end. */
  resume(invocation: string): Promise<void>;
  /** Cancels whatever executes the invocation in the server. */
  cancel(invocation: string): void;
}
