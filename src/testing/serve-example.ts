/** An example's server on a lab's store. */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { exampleNamed, type Example } from "../examples/index.ts";
import { uuidv7Lower, type DurableMcpServer, type ServerSettings } from "../index.ts";
import type { Lab } from "./lab.ts";

let ids = 0;

export async function serveExample(
  lab: Lab,
  name: string,
  options: ServerSettings = {},
): Promise<{ example: Example; server: DurableMcpServer; client: Client }> {
  const example = exampleNamed(name);
  if (!example) throw new Error(`There is no example ${name}.`);
  const { default: register } = await example.load();
  // Ids a millisecond apart: what is told by time does not hang on how quick the machine is.
  const newId = (): string => uuidv7Lower(1_700_000_000_000 + ids++);
  const served = await lab.serve((server) => void register(server, lab.world), {
    ...options,
    newId,
  });
  return { example, ...served };
}
