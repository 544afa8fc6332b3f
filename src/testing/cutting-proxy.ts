/**
 * A proxy in front of a PostgreSQL that cuts a connection before or after a commit: before, the server never hears of
 * it; after, the client never hears that it was done.
 */
import { createServer, connect, type AddressInfo, type Socket } from "node:net";

/** Where a connection is cut. */
export type Cut = "before" | "after";

export interface CuttingProxy {
  /** Of the database behind it. */
  readonly url: string;
  /** How many connections were cut. */
  readonly cuts: number;
  /** Cuts the connection whose next commit comes first. */
  cutNext(where: Cut): void;
  close(): Promise<void>;
}

/** A statement is sent whole once for each connection, and from then on by its name alone. */
const NAMES = /durable_\d+/g;
/** The change feed's, which come at any time: they are not what is cut. */
const OF_FEED = /(durable_\d+)\0INSERT INTO feed/;

export async function cuttingProxy(url: string): Promise<CuttingProxy> {
  const { port, hostname } = new URL(url);
  let next: Cut | undefined;
  let cuts = 0;
  const sockets = new Set<Socket>();
  const ofFeed = new Set<string>();
  /** Whether what a client sends commits: COMMIT itself, or a statement of its own. */
  const commits = (bytes: Buffer): boolean => {
    const text = bytes.toString("latin1");
    const [, feed] = OF_FEED.exec(text) ?? [];
    if (feed !== undefined) ofFeed.add(feed);
    const names = text.match(NAMES) ?? [];
    return text.includes("COMMIT") || names.some((name) => !ofFeed.has(name));
  };
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    const both = [client, upstream];
    let isLast = false;
    const cut = (): void => {
      cuts++;
      for (const socket of both) socket.destroy();
    };
    for (const socket of both) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        for (const other of both) other.destroy();
      });
    }
    client.on("data", (bytes) => {
      if (commits(bytes) && next) {
        const where = next;
        next = undefined;
        if (where === "before") {
          cut();
          return;
        }
        isLast = true;
      }
      upstream.write(bytes);
    });
    upstream.on("data", (bytes) => {
      // It was done, and nobody hears of it. What only says that a statement was understood is passed on.
      if (isLast && isDone(bytes)) cut();
      else client.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const here = new URL(url);
  here.port = String((server.address() as AddressInfo).port);
  return {
    url: here.href,
    get cuts() {
      return cuts;
    },
    cutNext(where) {
      next = where;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Whether the server says that it is ready for the next query, and so has committed: its last message is `Z`. */
function isDone(bytes: Buffer): boolean {
  const READY = "Z".charCodeAt(0);
  return bytes.length >= 6 && bytes[bytes.length - 6] === READY;
}
