/** A server in this thread. */
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  connect,
  type AttachOptions,
  type Connection,
  type ConnectOptions,
  type DurableMcpServer,
  type ServerSettings,
} from "../mcp/index.ts";
import type { HostState, ServerHost } from "./server-host.ts";

export interface LocalHostOptions {
  /** Makes the next server, not started. */
  readonly make: (settings: ServerSettings) => Promise<DurableMcpServer>;
  readonly settings: ServerSettings;
  /** A server crashed, named by its id. */
  readonly onCrash: (serverId: string) => void;
}

export class LocalHost implements ServerHost {
  state: HostState = "stopped";
  #server: DurableMcpServer | undefined;
  #settings: ServerSettings;
  /** Aborted where a crash is asked for while the next server is made. */
  #doom = new AbortController();

  constructor(private readonly options: LocalHostOptions) {
    this.#settings = options.settings;
  }

  get serverId(): string | undefined {
    return this.#server?.id;
  }

  get isHanging(): boolean {
    return this.#server?.isHanging ?? false;
  }

  async start(options: { readonly takeOver?: boolean } = {}): Promise<void> {
    if (this.state === "running") return;
    this.state = "starting";
    const { signal } = (this.#doom = new AbortController());
    let server: DurableMcpServer | undefined;
    try {
      server = await this.options.make(this.#settings);
      this.#adopt(server);
      // As they are now: they may have changed while it was made.
      server.configure(this.#settings);
      if (signal.aborted) server.crash();
      await server.start(options);
      // A call that it resumed at once may have crashed it.
      if (server.state === "running") this.state = "running";
    } catch (error) {
      if (server?.state === "crashed") return;
      await server?.close();
      this.state = "stopped";
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.state = "stopped";
    await this.#server?.close();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  crash(): void {
    this.#doom.abort();
    this.#server?.crash();
  }

  configure(settings: ServerSettings): void {
    this.#settings = settings;
    this.#server?.configure(settings);
  }

  async connect(options?: ConnectOptions): Promise<Connection> {
    return await connect(this.#running(), options);
  }

  /**
   * Serves one more client of the running server over `transport`.
   *
   * @throws Error where none is running
   */
  async attach(
    transport: Transport,
    options?: AttachOptions,
  ): Promise<{ readonly sessionId: string }> {
    return await this.#running().attach(transport, options);
  }

  release(): void {
    this.#server?.release();
  }

  async resume(invocation: string): Promise<void> {
    await this.#running().resume(invocation);
  }

  cancel(invocation: string): void {
    this.#server?.cancel(invocation);
  }

  #adopt(server: DurableMcpServer): void {
    this.#server = server;
    server.onCrash = () => {
      if (server === this.#server) this.state = "crashed";
      this.options.onCrash(server.id);
    };
  }

  #running(): DurableMcpServer {
    if (this.#server?.state === "running") return this.#server;
    throw new Error(`The server is ${this.state}: start one first.`);
  }
}
