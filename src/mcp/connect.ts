/** A client on a server in the same page, over the SDK's in-memory transport. */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import {
  ErrorCode,
  type ClientCapabilities,
  type Implementation,
} from "@modelcontextprotocol/sdk/types.js";
import { CfWorkerJsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/cfworker";
import type { DurableMcpServer } from "./durable-mcp-server.ts";
import { record, type Recorder } from "./recorder.ts";

export interface ConnectOptions {
  readonly info?: Implementation;
  readonly capabilities?: ClientCapabilities;
  /** Told of every message of the session, in both directions. */
  readonly recorder?: Recorder;
  /** Sets the client's own handlers, before it connects. */
  readonly prepare?: (client: Client) => void;
}

export interface Connection {
  readonly client: Client;
  readonly sessionId: string;
  readonly protocolVersion: string;
}

/**
 * Connects a new client and initializes its session.
 *
 * @throws Error where the server has crashed or was closed
 */
export async function connect(
  server: DurableMcpServer,
  {
    info = { name: "durable-mcp-playground", version: "0.1.0" },
    capabilities = {},
    recorder,
    prepare,
  }: ConnectOptions = {},
): Promise<Connection> {
  const [clientEnd, serverEnd] = InMemoryTransport.createLinkedPair();
  const { sessionId } = await server.attach(serverEnd, (id) => {
    // What the client would make of an answer that never comes, without the wait.
    const error = {
      code: ErrorCode.RequestTimeout,
      message: "Request timed out: the response was lost",
    };
    clientEnd.onmessage?.({ jsonrpc: "2.0", id, error });
  });
  let protocolVersion = "";
  const transport = Object.assign(clientEnd, {
    setProtocolVersion: (version: string) => {
      protocolVersion = version;
    },
  });
  if (recorder) record(transport, recorder);
  const client = new Client(info, {
    capabilities,
    jsonSchemaValidator: new CfWorkerJsonSchemaValidator(),
  });
  prepare?.(client);
  await client.connect(transport);
  return { client, sessionId, protocolVersion };
}
