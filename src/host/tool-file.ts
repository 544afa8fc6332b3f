/** A server's tools as one function: what every example is, and a file of one's own (docs/spec.md, 6). */
import type { Implementation } from "@modelcontextprotocol/sdk/types.js";
import { DurableMcpServer, type DurableMcpServerOptions } from "../mcp/index.ts";
import type { World } from "../world/index.ts";

/**
 * Registers tools with a server, and with the world what stands in for the services that they reach
 * where effects are simulated. It is called once for each server, before that starts.
 */
export type ToolFile = (server: DurableMcpServer, world: World) => void | Promise<void>;

/** What a server is made with; its effects are the world's. */
export interface ServerParts extends Omit<DurableMcpServerOptions, "effects"> {
  readonly world: World;
}

/**
 * Makes a server with the tools of a file; it is not started.
 *
 * @throws InvalidToolError for a tool that could not be listed, and whatever the file throws
 */
export async function makeServer(
  info: Implementation,
  register: ToolFile,
  { world, ...options }: ServerParts,
): Promise<DurableMcpServer> {
  const server = new DurableMcpServer(info, { ...options, effects: world });
  await register(server, world);
  return server;
}
