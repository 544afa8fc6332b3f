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
  start(options?: { readonly takeOver?: boolean }): Promise<void> {
    this.#isWanted = true;
    return this.#inOrder(() => this.host.start(options));
  }

  /** Stops the server in order, until one is asked for again. */
  stop(): Promise<void> {
    this.#isWanted = false;
    return this.#inOrder(() => this.host.stop());
  }

  restart(): Promise<void> {
    this.#isWanted = true;
    return this.#inOrder(() => this.host.restart());
  }

  async #startAgain(): Promise<void> {
    const { host, log } = this;
    const [least, most] = AGAIN_MS;
    for (let ms: number = least; ; ms = Math.min(most, 2 * ms)) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      if (!this.#isWanted) return;
      try {
        await this.#inOrder(() => host.start());
        if (host.state === "running")
          log({ level: "info", event: "server started", server: host.serverId });
        return;
      } catch (error) {
        log({ level: "error", event: "error", error: wordsOf(error) });
      }
    }
  }

  #inOrder(work: () => Promise<void>): Promise<void> {
    const done = this.#order.then(work);
    this.#order = done.catch(() => undefined);
    return done;
  }
}
