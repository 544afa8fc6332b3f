/**
 * One client's session: an `McpServer` of the SDK's with all tools registered, whose `tools/call`
 * handler is wrapped. The wrapper stands around the SDK's handler, for the SDK turns whatever a
 * tool's callback throws into an `isError` result.
 */
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type {
  AnySchema,
  SchemaOutput,
  ShapeOutput,
  ZodRawShapeCompat,
} from "@modelcontextprotocol/sdk/server/zod-compat.js";
import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import {
  CallToolRequestSchema,
  type CallToolRequest,
  type CallToolResult,
  type Implementation,
  type ServerNotification,
  type ServerRequest,
  type ToolAnnotations,
} from "@modelcontextprotocol/sdk/types.js";
import type { DurableContext } from "../durable/index.ts";
import { unchecked } from "./unchecked.ts";

/** A tool's schema: a record of zod types, as the SDK takes it, or a zod object. */
export type ToolSchema = ZodRawShapeCompat | AnySchema;

/** The arguments of a tool, as its input schema gives them. */
export type ToolArgs<Input extends ToolSchema | undefined> = Input extends ZodRawShapeCompat
  ? ShapeOutput<Input>
  : Input extends AnySchema
    ? SchemaOutput<Input>
    : Record<string, never>;

/** The body of a tool. What it throws becomes an `isError` result. */
export type ToolHandler<Input extends ToolSchema | undefined = ToolSchema> = (
  args: ToolArgs<Input>,
  context: DurableContext,
) => CallToolResult | Promise<CallToolResult>;

/** What a client is told of a tool; see MCP's tools/list. */
export interface ToolConfig<Input extends ToolSchema | undefined, Output extends ToolSchema> {
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema?: Input;
  readonly outputSchema?: Output;
  readonly annotations?: ToolAnnotations;
}

/** A tool as it was registered, its types forgotten; the SDK validates the arguments before it is called. */
export interface Tool {
  readonly name: string;
  readonly config: ToolConfig<ToolSchema | undefined, ToolSchema>;
  readonly handler: (
    args: unknown,
    context: DurableContext,
  ) => CallToolResult | Promise<CallToolResult>;
}

export type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;
export type CallHandler = (request: CallToolRequest, extra: Extra) => Promise<CallToolResult>;

export class Session {
  readonly mcp: McpServer;
  /** A client is connected. */
  isOpen = false;
  #call: CallHandler | undefined;

  /**
   * @param around wraps the SDK's own `tools/call` handler
   * @param body runs a tool's body, its arguments validated
   * @param loseResponse makes the client believe that its request timed out
   */
  constructor(
    info: Implementation,
    around: (inner: CallHandler) => CallHandler,
    private readonly body: (tool: Tool, args: unknown, extra: Extra) => Promise<CallToolResult>,
    readonly loseResponse: (requestId: string | number) => void,
  ) {
    this.mcp = new McpServer(info, {
      capabilities: { logging: {} },
      // For questions that are asked past a call's context, which nobody can.
      jsonSchemaValidator: unchecked,
    });
    const { server } = this.mcp;
    // The SDK overlooks the cancellation of a request whose id is 0: of a session's first question.
    Object.assign(server, { _requestMessageId: 1 });
    const setRequestHandler = server.setRequestHandler.bind(server);
    server.setRequestHandler = (schema, handler) => {
      if ((schema as unknown) !== CallToolRequestSchema) return setRequestHandler(schema, handler);
      const wrapped = around(handler as unknown as CallHandler);
      this.#call = wrapped;
      setRequestHandler(schema, wrapped as unknown as typeof handler);
    };
  }

  register(tool: Tool): void {
    const { inputSchema, ...config } = tool.config;
    if (inputSchema) {
      const run = (args: unknown, extra: Extra): Promise<CallToolResult> =>
        this.body(tool, args, extra);
      // A raw shape and a schema object are both taken; the SDK's types want to know which.
      const shape = inputSchema as ZodRawShapeCompat;
      this.mcp.registerTool(tool.name, { ...config, inputSchema: shape }, run);
    } else {
      this.mcp.registerTool(tool.name, config, (extra) => this.body(tool, {}, extra));
    }
  }

  /** Calls a tool as a request would, without a client. */
  async call(request: CallToolRequest, extra: Extra): Promise<CallToolResult> {
    if (!this.#call) throw new Error("No tool is registered.");
    return await this.#call(request, extra);
  }
}
