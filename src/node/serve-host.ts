/** A host behind HTTP: its MCP endpoint, its health, and what else is answered beside them. */
import express, { type ErrorRequestHandler, type Express } from "express";
import type { Server } from "node:http";
import type { ServerStore } from "../store/index.ts";
import { healthRoutes } from "./health.ts";
import type { Keeper } from "./keeper.ts";
import { listen } from "./listen.ts";
import { wordsOf, type Log } from "./log.ts";
import { McpEndpoint, type EndpointLimits } from "./mcp-endpoint.ts";
import { DEFAULT_PORT } from "./port.ts";

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

/** What is answered beside the endpoint. */
export interface Beside {
  readonly addRoutes: (app: Express) => void;
  /** It listens. */
  readonly attach: (servers: readonly Server[]) => void;
  readonly close: () => void;
}

export interface ServeHostOptions {
  readonly keeper: Keeper;
  readonly store: ServerStore;
  readonly port?: number | undefined;
  readonly path?: string | undefined;
  /** The loopback unless given. */
  readonly address?: string | undefined;
  readonly allowedHosts?: readonly string[] | undefined;
  readonly limits?: EndpointLimits | undefined;
  readonly log: Log;
  readonly beside?: Beside;
}

/** Starts the host's server, and listens. What keeps it from either leaves nothing running. */
export async function serveHost(options: ServeHostOptions): Promise<RunningServer> {
  const { keeper, store, port = DEFAULT_PORT, path = "/mcp", address, log, beside } = options;
  const { host } = keeper;
  const endpoint = new McpEndpoint({
    ...options.limits,
    attach: (transport) => host.attach(transport),
    allowedHosts: options.allowedHosts,
    log,
  });
  const app = express().disable("x-powered-by");
  healthRoutes(app, {
    // A database that answers no question is none to call tools on.
    isReady: async () => {
      await store.readInvocations({ limit: 1 });
      return host.state === "running";
    },
  });
  app.all(path, endpoint.handle);
  beside?.addRoutes(app);
  app.use(failed((error) => log({ level: "error", event: "error", error: wordsOf(error) })));
  const end = async (): Promise<void> => {
    beside?.close();
    await keeper.close();
    await endpoint.close();
  };
  try {
    await keeper.start();
    const listening = await listen(app, port, address);
    const url = `http://${address ?? "localhost"}:${listening.port}${path}`;
    beside?.attach(listening.servers);
    log({ level: "info", event: "listening", url, server: host.serverId });
    return {
      port: listening.port,
      url,
      get serverId() {
        return host.serverId;
      },
      async close() {
        await end();
        await listening.close();
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
