/**
 * A durable MCP server in Node, by Streamable HTTP.
 *
 * 1. One that dies, because its lease ran out for instance, is followed by the next in this process; the
 *    dead one changes nothing any more.
 * 2. It listens on the loopback unless it is told where else.
 */
import { LocalHost, makeServer, type ToolFile } from "../host/index.ts";
import type { DurableMcpServerOptions } from "../mcp/index.ts";
import type { ServerStore } from "../store/index.ts";
import { World, type WorldSettings } from "../world/index.ts";
import { Keeper } from "./keeper.ts";
import { logToStderr, wordsOf, type Log } from "./log.ts";
import type { EndpointLimits } from "./mcp-endpoint.ts";
import { serveHost, type RunningServer } from "./serve-host.ts";

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

/**
 * Starts a server on a store, and resumes what dead ones have left there.
 *
 * @throws PortTakenError where another program listens on the port
 * @throws InvalidToolError for a tool that could not be listed
 * @throws StoreUnavailableError where the database cannot be reached
 */
export async function createServer(options: CreateServerOptions): Promise<RunningServer> {
  const { name, version, store, register, effects = "real", seed, latencyMs, ...rest } = options;
  const { port, path, host: address, allowedHosts, limits, log = logToStderr, ...own } = rest;
  const onError = (error: unknown): void =>
    log({ level: "error", event: "error", error: wordsOf(error) });
  const keeper = new Keeper(
    (onCrash) =>
      new LocalHost({
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
        onCrash,
      }),
    log,
  );
  return await serveHost({ keeper, store, port, path, address, allowedHosts, limits, log });
}
