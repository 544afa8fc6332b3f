/** Listens on this machine's loopback, and elsewhere only where it is told to. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** `localhost` is either of them, as the system and the program like. */
const LOOPBACK = ["127.0.0.1", "::1"] as const;

/** What a machine answers that has no such address. */
const ABSENT = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT"]);

/** How long an answer under way may still take once the end was asked for, in milliseconds. */
const GRACE_MS = 1000;

/** Another program listens on the port. */
export class PortTakenError extends Error {
  override readonly name = "PortTakenError";

  constructor(readonly port: number) {
    super(`Port ${port} is taken.`);
  }
}

export interface Listening {
  readonly port: number;
  /** One for each address. */
  readonly servers: readonly Server[];
  /** Answers what is under way, and takes nothing more. */
  readonly close: () => Promise<void>;
}

/** How long a request may take to arrive, in milliseconds; answers may take any time. */
const ARRIVAL_MS = 30_000;

/**
 * @param port 0 for any that is free
 * @param host an address of this machine, or a name of one; its loopback unless given
 * @throws PortTakenError where another program listens there
 */
export async function listen(
  handler: RequestListener,
  port: number,
  host?: string,
): Promise<Listening> {
  const servers: Server[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(servers.map(closed));
  };
  let taken = port;
  try {
    for (const address of host === undefined ? LOOPBACK : [host]) {
      const http = createServer({ requestTimeout: ARRIVAL_MS }, handler);
      const server = await listening(http, taken, address);
      if (!server) continue;
      servers.push(server);
      taken = (server.address() as AddressInfo).port;
    }
  } catch (error) {
    await close();
    throw codeOf(error) === "EADDRINUSE" ? new PortTakenError(taken) : error;
  }
  if (servers.length === 0) {
    throw new Error(`This machine has no address ${host ?? LOOPBACK.join(" or ")} to listen on.`);
  }
  return { port: taken, servers, close };
}

/** `undefined` where the machine does not have the address. */
function listening(server: Server, port: number, host: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      if (ABSENT.has(codeOf(error) ?? "")) resolve(undefined);
      else reject(error);
    });
    server.listen({ port, host }, () => resolve(server));
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    // A connection that is kept alive would hold the end back.
    setTimeout(() => server.closeAllConnections(), GRACE_MS).unref();
  });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
