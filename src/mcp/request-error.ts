/** The errors that a server answers requests with. */
import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";

/**
 * A JSON-RPC error. The SDK's own `McpError` puts its code before its message, and the SDK's client
 * does so again with what it receives.
 */
export class RequestError extends Error {
  override name = "RequestError";

  constructor(
    /** One of JSON-RPC's or MCP's codes. */
    readonly code: number,
    message: string,
    readonly data?: unknown,
  ) {
    super(message);
  }

  /** The same error as the SDK's, without the code in its message. */
  static from({ code, message, data }: McpError): RequestError {
    const prefix = `MCP error ${code}: `;
    let text = message;
    while (text.startsWith(prefix)) text = text.slice(prefix.length);
    return new RequestError(code, text, data);
  }
}

/** The answer to a call that somebody else than its client has cancelled. */
export class CancelledError extends RequestError {
  override name = "CancelledError";

  constructor(id: string, meta: Record<string, unknown>) {
    super(ErrorCode.InternalError, `Invocation ${id} was cancelled.`, meta);
  }
}
