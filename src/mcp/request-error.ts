/** The errors that a server answers requests with. */
import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";
import { serializeError } from "../durable/index.ts";
import { copyJson } from "../store/index.ts";

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

/** A retry that asks for something else than the first call. */
export function otherRequest(id: string): RequestError {
  return new RequestError(
    ErrorCode.InvalidParams,
    `Invocation ${id} was called with another tool or other arguments. A retry repeats the call ` +
      `as it was; leave the id out to start a new invocation.`,
  );
}

export function wiped(id: string): RequestError {
  return new RequestError(
    ErrorCode.InternalError,
    `Everything was wiped while invocation ${id} was under way. Call the tool anew.`,
  );
}

export function takenOver(id: string, meta: Record<string, unknown>): RequestError {
  return new RequestError(
    ErrorCode.InternalError,
    `Another server has taken invocation ${id} over, and what came of it here was not kept. ` +
      `Call again with the same id to retry it.`,
    meta,
  );
}

/** An error whose data, which a tool has made, can be sent; what JSON cannot carry is left out, and said so. */
export function withJsonData({ code, message, data }: RequestError): {
  readonly code: number;
  readonly message: string;
  readonly data?: object | undefined;
} {
  try {
    const copied = typeof data === "object" ? (copyJson(data, "data") as object) : undefined;
    return { code, message, data: copied };
  } catch (error) {
    return { code, message: `${message} (without its data: ${serializeError(error).message})` };
  }
}

/** What was thrown as an `Error` that has a message, as the SDK needs it. */
export function asError(thrown: unknown): Error {
  const { name, message } = serializeError(thrown);
  if (thrown instanceof Error && name === thrown.name && message === thrown.message) return thrown;
  const error = new Error(message, { cause: thrown });
  error.name = name;
  return error;
}
