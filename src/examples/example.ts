/** What every example is: a server to start and a client script that runs it end to end. */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { DurableMcpServer, DurableMcpServerOptions } from "../mcp/index.ts";
import type { World } from "../world/index.ts";

export interface ServerParts extends DurableMcpServerOptions {
  readonly world: World;
}

/** One line of a client script's transcript. */
export interface TranscriptLine {
  readonly kind: "heading" | "tool" | "call" | "answer" | "note";
  readonly text: string;
}

export type Print = (line: TranscriptLine) => void;

export interface Example {
  readonly name: string;
  readonly title: string;
  /** What it demonstrates, in one sentence. */
  readonly shows: string;
  readonly createServer: (parts: ServerParts) => DurableMcpServer;
  readonly runClient: (client: Client, print: Print) => Promise<void>;
}
