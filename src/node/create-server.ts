/**
 * A durable MCP server in Node, by Streamable HTTP.
 *
 * 1. One that dies, because its lease ran out for instance, is followed by the next in this process; the
 *    dead one changes nothing any more.
 * 2. It listens on the loopback unless it is told where else.
 */
import express, { type ErrorRequestHandler } from "express";
import { LocalHost, makeServer, type ToolFile } from "../host/index.ts";
import type { DurableMcpServerOptions } from "../mcp/index.ts";
import type { ServerStore } from "../store/index.ts";
import { World, type WorldSettings } from "../world/index.ts";
import { healthRoutes } from "./health.ts";
import { listen } from "./listen.ts";
import { logToStderr, wordsOf, type Log } from "./log.ts";
import { McpEndpoint, type EndpointLimits } from "./mcp-endpoint.ts";
import { DEFAULT_PORT } from "./port.ts";

/** What a server is made with; all but name, version, store and tools may be left out. */
export interface CreateServerOptions
  extends
    Omit<DurableMcpServerOptions, "store" | "effects" | "onError">,
    Pick<WorldSettings, "seed" | "latencyMs"> {
  readonly name: string;
  readonly version: string;
  /** It stays the caller's to close. */
  readonly store: ServerStore;
  /** Registers the tools. It is called once for each server that is made. */
  readonly register: ToolFile;
  /** `simulated` for what the tool file simulates; `real` unless given. */
  readonly effects?: "real" | "simulated";
  /** 9991 unless given; 0 for any that is free. */
  readonly port?: number;
  /** Where MCP is answered; `/mcp` unless given. */
  readonly path?: string;
  /** An address to listen on; the loopback unless given. Give `allowedHosts` with it. */
  readonly host?: string;
  /** Names of hosts, without ports, that requests may name beside the loopback's own. */
  readonly allowedHosts?: readonly string[];
  readonly limits?: EndpointLimits;
  /** Hears what happens; it is written to standard error as lines of JSON unless given. */
  readonly log?: Log;
}

/** A server that runs. */
export interface RunningServer {
  readonly port: number;
  /** Of its MCP endpoint. */
  readonly url: string;
  /** Names the server that runs now among all that use the store. */
  readonly serverId: string | undefined;
  /** Ends it in order: what is under way is resumed by the next server on the store. */
  close(): Promise<void>;
}

/** How long after a death, or a start that failed, the next server is started, in milliseconds. */
const AGAIN_MS = [100, 5000] as const;

/**
 * Starts a server on a store, and resumes what dead ones have left there.
 *
 * @throws PortTakenError where another program listens on the port
 * @throws InvalidToolError for a tool that could not be listed
 * @throws StoreUnavailableError where the database cannot be reached
 */
export async function createServer(options: CreateServerOptions): Promise<RunningServer> {
  const { name, version, store, register, effects = "real", seed, latencyMs, ...rest } = options;
  const { port = DEFAULT_PORT, path = "/mcp", host: address, allowedHosts, limits, ...more } = rest;
  const { log = logToStderr, ...own } = more;
  const onError = (error: unknown): void =>
    log({ level: "error", event: "error", error: wordsOf(error) });
  let isClosing = false;
  const host = new LocalHost({
    make: (settings) => {
      const world = new World(store.ledger, { effects, seed, clock: own.clock, latencyMs });
      return makeServer({ name, version }, register, {
        ...own,
        ...settings,
        store,
        world,
        onError,
      });
    },
    settings: {},
    onCrash: (server) => {
      log({ level: "error", event: "server died", server });
      void startAgain();
    },
  });
  const startAgain = async (): Promise<void> => {
    const [least, most] = AGAIN_MS;
    for (let ms: number = least; ; ms = Math.min(most, 2 * ms)) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      if (isClosing) return;
      try {
        await host.start();
        if (host.state === "running")
          log({ level: "info", event: "server started", server: host.serverId });
        return;
      } catch (error) {
        onError(error);
      }
    }
  };

  const attach = host.attach.bind(host);
  const endpoint = new McpEndpoint({ ...limits, attach, allowedHosts, log });
  const app = express().disable("x-powered-by");
  healthRoutes(app, {
    // A database that answers no question is none to call tools on.
    isReady: async () => {
      await store.readInvocations({ limit: 1 });
      return host.state === "running";
    },
  });
  app.all(path, endpoint.handle);
  app.use(failed(onError));
  const end = async (): Promise<void> => {
    isClosing = true;
    await host.stop();
    await endpoint.close();
  };
  try {
    await host.start();
    const { port: taken, close } = await listen(app, port, address);
    const url = `http://${address ?? "localhost"}:${taken}${path}`;
    log({ level: "info", event: "listening", url, server: host.serverId });
    return {
      port: taken,
      url,
      get serverId() {
        return host.serverId;
      },
      async close() {
        await end();
        await close();
        log({ level: "info", event: "closed" });
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** What goes wrong in here is for the log, and not for whoever asked. */
function failed(report: (error: unknown) => void): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    report(error);
    if (response.headersSent) next(error);
    else
      response
        .status(500)
        .json({ error: "Something went wrong here: the server's log says what." });
  };
}
