/** Keeps a server running: where one has died, the next is started. */
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { ServerHost } from "../host/index.ts";
import { wordsOf, type Log } from "./log.ts";

/** A host whose clients come by transports of their own. */
export interface KeptHost extends ServerHost {
  attach(transport: Transport): Promise<unknown>;
}

/** How long after a death, or a start that failed, the next server is started, in milliseconds. */
const AGAIN_MS = [100, 5000] as const;

export class Keeper<Host extends KeptHost = KeptHost> {
  readonly host: Host;
  /** Somebody wants a server to run. */
  #isWanted = false;
  /** One ran: where none can be started now, it is tried again. */
  #hasRun = false;
  #isClosed = false;
  /** One thing after the other. */
  #order: Promise<unknown> = Promise.resolve();

  /** @param make is told what to call when a server has died */
  constructor(
    make: (onCrash: (server: string) => void) => Host,
    private readonly log: Log,
  ) {
    this.host = make((server) => {
      log({ level: "error", event: "server died", server });
      void this.#startAgain();
    });
  }

  /** Starts a server, unless one runs. */
  async start(options?: { readonly takeOver?: boolean }): Promise<void> {
    await this.#run(() => this.host.start(options));
  }

  /** Stops the server in order, until one is asked for again. */
  stop(): Promise<void> {
    this.#isWanted = false;
    return this.#inOrder(() => this.host.stop());
  }

  async restart(): Promise<void> {
    await this.#run(() => this.host.restart());
  }

  /** Does the work while no server runs, and starts the next. */
  async whileStopped(work: () => Promise<void>): Promise<void> {
    await this.#run(async () => {
      await this.host.stop();
      try {
        await work();
      } finally {
        await this.host.start();
      }
    });
  }

  /** Stops the server in order, and starts none any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    // One that is being started is not waited for.
    if (this.host.state === "starting") this.host.crash();
    await this.stop();
  }

  async #startAgain(): Promise<void> {
    const { host, log } = this;
    const isRunning = (): boolean => host.state === "running";
    const [least, most] = AGAIN_MS;
    for (let ms: number = least; ; ms = Math.min(most, 2 * ms)) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      if (!this.#isWanted || isRunning()) return;
      try {
        await this.#inOrder(async () => {
          if (this.#isWanted && !this.#isClosed) await host.start();
        });
        if (isRunning()) log({ level: "info", event: "server started", server: host.serverId });
        return;
      } catch (error) {
        log({ level: "error", event: "error", error: wordsOf(error) });
      }
    }
  }

  /** What is to end with a server that runs. */
  async #run(work: () => Promise<void>): Promise<void> {
    const refuse = (): void => {
      if (this.#isClosed) throw new Error("The server is ending.");
    };
    refuse();
    this.#isWanted = true;
    try {
      await this.#inOrder(async () => {
        refuse();
        await work();
      });
      this.#hasRun = true;
    } catch (error) {
      if (this.#hasRun && this.host.state !== "running") void this.#startAgain();
      throw error;
    }
  }

  #inOrder(work: () => Promise<void>): Promise<void> {
    const done = this.#order.then(work);
    this.#order = done.catch(() => undefined);
    return done;
  }
}
