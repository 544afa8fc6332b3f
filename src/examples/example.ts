/** What every example is: a server to start and a client script that runs it end to end. */
import type { DurableMcpServer, DurableMcpServerOptions } from "../mcp/index.ts";
import type { World } from "../world/index.ts";
import type { ClientScript } from "./client-script.ts";

export interface ServerParts extends DurableMcpServerOptions {
  readonly world: World;
}

export interface Example {
  readonly name: string;
  readonly title: string;
  /** What it demonstrates, in one sentence. */
  readonly shows: string;
  /** Its code, which is loaded when it is needed. */
  readonly load: () => Promise<ExampleCode>;
}

export interface ExampleCode {
  readonly createServer: (parts: ServerParts) => DurableMcpServer;
  readonly runClient: (script: ClientScript) => Promise<void>;
}
