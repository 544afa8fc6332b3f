/**
 * A server at the other end of messages: in a worker of its own origin, or a process.
 *
 * 1. Nothing is believed that arrives: what can be called is listed, what is taken is checked.
 * 2. A crash ends the ports first, so that nothing of the server reaches the store any more, and then
 *    what it runs in, whatever that is doing.
 * 3. Faults strike, and calls pause, on the host's side.
 */
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { HostSettings, HostState, ServerHost } from "../host/index.ts";
import type { AttachOptions, Connection, ConnectOptions } from "../mcp/index.ts";
import { deferred, within, type InspectableStore } from "../store/index.ts";
import type { Simulated } from "../world/index.ts";
import { idSchema, simulatedSchema } from "./checks.ts";
import { hostCalls } from "./host-calls.ts";
import type { Life, OpenLife } from "./life.ts";
import type { HostCalls, PlainSettings, ServerCalls } from "./messages.ts";
import { SILENT_MS, watchLife } from "./watch-life.ts";

export interface RemoteHostOptions {
  /** Opens what the next server runs in. */
  readonly open: OpenLife;
  /** Where faults are counted. */
  readonly store: InspectableStore;
  readonly settings: HostSettings;
  /** How long a server may take to be made, in milliseconds; ten seconds unless given. */
  readonly makeMs?: number;
  /** The host's state is another, or whether a call hangs. */
  readonly onChange?: () => void;
  /** The server that was made last runs. */
  readonly onRunning?: () => void;
  /** A server crashed, named by its id. */
  readonly onCrash: (serverId: string) => void;
  readonly onError: (error: Error) => void;
  /** The server has not answered for so long, in milliseconds; 0 when it answers again. */
  readonly onSilence?: (ms: number) => void;
}

/** How long a file may take to register its tools, in milliseconds, unless it is said otherwise. */
const MAKE_MS = 10_000;
/** How long a server that has crashed of itself may write what it recorded, in milliseconds. */
const FLUSH_MS = 1000;

export class RemoteHost implements ServerHost {
  #state: HostState = "stopped";
  #isHanging = false;
  #life: Life | undefined;
  /** A crash was asked for while the next server is made. */
  #doom = new AbortController();
  /** It was made, and waits to be started. */
  #next: Life | undefined;
  /** It has crashed of itself, and writes what it recorded. */
  #dying: Life | undefined;
  #serverId: string | undefined;
  #settings: HostSettings;

  constructor(private readonly options: RemoteHostOptions) {
    this.#settings = options.settings;
  }

  get state(): HostState {
    return this.#state;
  }

  get isHanging(): boolean {
    return this.#isHanging;
  }

  get serverId(): string | undefined {
    return this.#serverId;
  }

  async prepare(): Promise<void> {
    const next = await this.#make();
    this.#next?.end();
    this.#next = next;
  }

  async start(options: { readonly takeOver?: boolean } = {}): Promise<void> {
    if (this.state === "running") return;
    this.#become("starting");
    const { signal } = (this.#doom = new AbortController());
    this.#life?.end();
    const prepared = this.#next;
    this.#next = undefined;
    try {
      const life = prepared ?? (await this.#make());
      // Until then it may write what it recorded.
      this.#dying?.end();
      this.#life = life;
      this.#serverId = life.id;
      if (signal.aborted) {
        this.crash();
        return;
      }
      // As they are now: they may have changed while it was made.
      await life.server.configure(this.#plainSettings);
      if (this.#hasDied(life)) return;
      await life.server.start(options);
      if (this.#hasDied(life)) return;
      this.#become("running");
      this.options.onRunning?.();
      watchLife(life, {
        isOver: () => this.#life !== life,
        onHanging: (isHanging) => this.#hang(isHanging),
        onSilence: this.options.onSilence,
        // Its ports were ended, by the host or by its own death.
        onGone: (error) => this.#hasFailed(life, error),
      });
    } catch (error) {
      if (this.state === "crashed") return;
      this.#life?.end();
      this.#life = undefined;
      this.#become("stopped");
      throw error;
    }
  }

  async stop(): Promise<void> {
    const life = this.#life;
    // What was prepared is for the next start.
    this.#become("stopped");
    this.#life = undefined;
    if (!life) return;
    // One that does not answer is not waited for.
    life.isSound = false;
    const closed = life.server.close().then(
      () => {
        life.isSound = true;
      },
      () => undefined,
    );
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, SILENT_MS))]);
    life.end();
  }

  async restart(): Promise<void> {
    await this.prepare();
    await this.stop();
    await this.start();
  }

  crash(): void {
    this.#dying?.end();
    this.#next?.end();
    this.#next = undefined;
    const life = this.#life;
    if (!life) {
      // It dies when it is made.
      this.#doom.abort();
      return;
    }
    life.end();
    this.#hasCrashed(life);
  }

  configure(settings: HostSettings): void {
    this.#settings = settings;
    this.#notify((server) => server.configure(this.#plainSettings));
  }

  async connect(options?: ConnectOptions): Promise<Connection> {
    const { server, line } = this.#running();
    return await line.connect((session, how) => server.attach(session, how), options);
  }

  /**
   * Serves one more client over `transport`, whose messages are passed on.
   *
   * @throws Error where no server runs
   */
  async attach(
    transport: Transport,
    { ownCallsOnly = false, loseResponse = () => undefined }: AttachOptions = {},
  ): Promise<{ readonly sessionId: string }> {
    const { server, line } = this.#running();
    const { session, transport: far } = line.begin(loseResponse);
    const report = (error: unknown): void => this.options.onError(error as Error);
    // Either end's end is the other's.
    transport.onclose = () => void far.close();
    far.onclose = () => void transport.close().catch(report);
    transport.onmessage = (message) => void far.send(message).catch(report);
    far.onpass = (message, options) => void transport.send(message, options).catch(report);
    const sessionId = idSchema.parse(await server.attach(session, { ownCallsOnly }));
    await transport.start();
    return { sessionId };
  }

  async simulated(): Promise<readonly Simulated[]> {
    return simulatedSchema.parse(await this.#running().server.simulated());
  }

  release(): void {
    this.#hang(false);
    this.#notify((server) => server.release());
  }

  async resume(invocation: string): Promise<void> {
    await this.#running().server.resume(invocation);
  }

  cancel(invocation: string): void {
    this.#notify((server) => server.cancel(invocation));
  }

  get #plainSettings(): PlainSettings {
    const { faults: _, ...plain } = this.#settings;
    return plain;
  }

  #become(state: HostState): void {
    this.#state = state;
    this.options.onChange?.();
  }

  #hang(isHanging: boolean): void {
    if (this.#isHanging === isHanging) return;
    this.#isHanging = isHanging;
    this.options.onChange?.();
  }

  #hasCrashed(life: Life): void {
    this.#life = undefined;
    this.#become("crashed");
    this.#hang(false);
    if (life.id !== undefined) this.options.onCrash(life.id);
  }

  /** It is ended for what it did, and so is what it ran in. */
  #hasFailed(life: Life, error: Error): void {
    life.isSound = false;
    life.end();
    if (this.#next === life) this.#next = undefined;
    if (this.#life !== life) return;
    this.#hasCrashed(life);
    this.options.onError(error);
  }

  #hasDied(life: Life): boolean {
    return this.#life !== life;
  }

  #running(): Life {
    if (this.#life && this.state === "running") return this.#life;
    throw new Error(`The server is ${this.state}: start one first.`);
  }

  /** Tells the server something, if there is one; what it makes of it is reported. */
  #notify(what: (server: ServerCalls) => Promise<void>): void {
    const life = this.#life;
    if (!life) return;
    what(life.server).catch((error: unknown) => {
      if (this.#life === life) this.options.onError(error as Error);
    });
  }

  /** Opens what it runs in and has it make the server; what keeps it from that leaves nothing running. */
  async #make(): Promise<Life> {
    const failed = deferred<never>();
    failed.promise.catch(() => undefined);
    const life = await this.options.open({
      calls: (life) => this.#hostCalls(life),
      onError: (life, error) => {
        if (this.#life === life) this.options.onError(error);
      },
      onFailed: (life, error) => {
        failed.reject(error);
        this.#hasFailed(life, error);
      },
    });
    const { makeMs = MAKE_MS } = this.options;
    const words = `The file did not return within ${makeMs / 1000} s: it may loop without end.`;
    try {
      const made = life.server.make(this.#plainSettings);
      life.id = idSchema.parse(await within(makeMs, words, [made, failed.promise]));
      return life;
    } catch (error) {
      life.end();
      throw error;
    }
  }

  #hostCalls(life: Life): HostCalls {
    return hostCalls(life, {
      store: this.options.store,
      faults: () => this.#settings.faults,
      onHang: () => {
        this.#hang(true);
      },
      onCrashed: () => {
        if (this.#life !== life) return;
        this.#dying = life;
        life.endAllButStore();
        this.#hasCrashed(life);
        setTimeout(life.end, FLUSH_MS);
      },
      onFlushed: () => {
        if (this.#dying === life) life.end();
      },
      onReport: (message) => {
        if (this.#life === life) this.options.onError(new Error(message));
      },
    });
  }
}
