/** A client of a server by HTTP, connected anew when the server died or restarts. */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import {
  StreamableHTTPClientTransport,
  StreamableHTTPError,
} from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { isLost } from "../mcp/index.ts";

/** How long a server may take to come back, and between two looks, in milliseconds. */
const PATIENCE_MS = 30_000;
const LOOK_MS = 250;

export class UrlClient {
  #client: Client | undefined;

  /** @param make a client that is not connected */
  constructor(
    private readonly url: URL,
    private readonly make: () => Client,
  ) {}

  /**
   * A client that is connected.
   *
   * @throws Error where nobody answers for long
   */
  readonly connect = async (): Promise<Client> => {
    if (this.#client) return this.#client;
    const begun = performance.now();
    for (;;) {
      const client = this.make();
      try {
        await client.connect(new StreamableHTTPClientTransport(this.url));
        this.#client = client;
        return client;
      } catch (error) {
        await client.close();
        if (!isUnreachable(error)) throw error;
        if (performance.now() - begun > PATIENCE_MS) {
          throw new Error(
            `No server answers at ${this.url.href}: start one with “npm run serve -- <example>”.`,
            { cause: error },
          );
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    }
  };

  /** Whether an error leaves it open what became of a call; the next one is made on another connection then. */
  readonly isLost = (error: unknown): boolean => {
    if (!isLost(error) && !isUnreachable(error)) return false;
    this.#client?.close().catch(() => undefined);
    this.#client = undefined;
    return true;
  };

  /** Ends its session. */
  async close(): Promise<void> {
    const client = this.#client;
    const transport = client?.transport;
    // A server that is gone has no session to end.
    if (transport instanceof StreamableHTTPClientTransport) {
      await transport.terminateSession().catch(() => undefined);
    }
    await client?.close();
  }
}

/** Nobody listens, or who listens has no server to call, or knows nothing of the session. */
function isUnreachable(error: unknown): boolean {
  if (error instanceof StreamableHTTPError) return error.code === 404 || error.code === 503;
  return error instanceof TypeError && error.message === "fetch failed";
}
