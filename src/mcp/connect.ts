/** A client on a server in the same page, over the SDK's in-memory transport. */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  ErrorCode,
  McpError,
  type ClientCapabilities,
  type Implementation,
} from "@modelcontextprotocol/sdk/types.js";
import type { DurableMcpServer } from "./durable-mcp-server.ts";
import type { jsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/types.js";
import { RecordedTransport, type Recorder } from "./recorder.ts";
import type { AttachOptions } from "./server-options.ts";

/** How the client introduces itself, and who is to see its messages. */
export interface ConnectOptions extends Pick<AttachOptions, "ownCallsOnly"> {
  readonly info?: Implementation;
  readonly capabilities?: ClientCapabilities;
  /** Checks what `Client.callTool` is answered; unless given, against the tools' output schemas. */
  readonly jsonSchemaValidator?: jsonSchemaValidator;
  /** Called with every message of the session, in both directions. */
  readonly recorder?: Recorder;
  /** Sets the client's own handlers, before it connects. */
  readonly prepare?: (client: Client) => void;
}

/** A client with an initialized session. */
export interface Connection {
  readonly client: Client;
  readonly sessionId: string;
  readonly protocolVersion: string;
}

/** A way to a server: the client's end of a transport, and what has the server serve the other end. */
export interface Line {
  /** The client's end. */
  readonly transport: Transport;
  /** Has the server serve the other end; resolves with the session's id. */
  readonly attach: (options: Required<AttachOptions>) => Promise<{ readonly sessionId: string }>;
}

/**
 * Connects a new client and initializes its session.
 *
 * @throws Error where the server has crashed or was closed
 */
export async function connect(
  server: DurableMcpServer,
  options: ConnectOptions = {},
): Promise<Connection> {
  const [transport, serverEnd] = InMemoryTransport.createLinkedPair();
  const attach: Line["attach"] = (given) => server.attach(serverEnd, given);
  return await connectOver({ transport, attach }, options);
}

/** The same with a server that is reached by another way. */
export async function connectOver(
  line: Line,
  {
    info = { name: "durable-mcp-playground", version: "0.1.0" },
    capabilities = {},
    ownCallsOnly = false,
    jsonSchemaValidator,
    recorder,
    prepare,
  }: ConnectOptions = {},
): Promise<Connection> {
  const transport = new RecordedTransport(line.transport, recorder);
  const { sessionId } = await line.attach({
    ownCallsOnly,
    // What the client would make of an answer that never comes, without the wait.
    loseResponse: (id) =>
      transport.lose(id, {
        code: ErrorCode.RequestTimeout,
        message: "Request timed out: the response was lost",
      }),
  });
  const client = new Client(info, {
    capabilities,
    // Code that only some clients need is loaded by them.
    jsonSchemaValidator:
      jsonSchemaValidator ?? (await import("./schema-validator.ts")).schemaValidator,
  });
  prepare?.(client);
  await client.connect(transport);
  return { client, sessionId, protocolVersion: transport.protocolVersion };
}

/** Whether an error leaves the client ignorant of what became of its request. */
export function isLost(error: unknown): boolean {
  return error instanceof McpError && LOST.has(error.code);
}

const LOST: ReadonlySet<number> = new Set([ErrorCode.ConnectionClosed, ErrorCode.RequestTimeout]);
