/** What every example is: the tools of a server, and a client script that runs it end to end. */
import { makeServer, type ServerParts, type ToolFile } from "../host/index.ts";
import type { DurableMcpServer } from "../mcp/index.ts";
import type { ClientScript } from "./client-script.ts";

export interface Example {
  readonly name: string;
  readonly title: string;
  /** What it demonstrates, in one sentence. */
  readonly shows: string;
  /** Its code, which is loaded when it is needed. */
  readonly load: () => Promise<ExampleCode>;
}

export interface ExampleCode {
  readonly default: ToolFile;
  readonly runClient: (script: ClientScript) => Promise<void>;
}

/** Makes the example's server; it is not started. */
export async function serverOf(
  { name, load }: Example,
  parts: ServerParts,
): Promise<DurableMcpServer> {
  const { default: register } = await load();
  return await makeServer({ name, version: "1.0.0" }, register, parts);
}
