/** Durable MCP servers, and clients of them in the same page. */
export {
  connect,
  connectOver,
  isLost,
  type Connection,
  type ConnectOptions,
  type Line,
} from "./connect.ts";
export { DurableMcpServer } from "./durable-mcp-server.ts";
export type {
  AttachOptions,
  DurableMcpServerOptions,
  ServerSettings,
  ServerState,
} from "./server-options.ts";
export type { RecordedMessage, Recorder } from "./recorder.ts";
export { MAP_TEMPLATE, mapUri } from "./map-resources.ts";
export { EXECUTION, INVOCATION_ID } from "./meta.ts";
export { structured } from "./result.ts";
export type { ToolArgs, ToolConfig, ToolHandler, ToolSchema } from "./session.ts";
export { InvalidAnswerError } from "./answer.ts";
export { RequestError } from "./request-error.ts";
export { InvalidToolError } from "./tool-check.ts";
export { unchecked } from "./unchecked.ts";
