/** The requests that a client waits for: each is told of when it is answered, and is answered when its server dies. */
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  CallToolRequestSchema,
  CancelledNotificationSchema,
  ErrorCode,
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCErrorResponse,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type JSONRPCResultResponse,
  type RequestId,
} from "@modelcontextprotocol/sdk/types.js";
import { EXECUTION, INVOCATION_ID } from "../mcp/index.ts";
import type { Log } from "./log.ts";

interface Waiting {
  /** Absent where it is no call. */
  readonly tool: string | undefined;
  /** As the client named it. */
  readonly invocation: string | undefined;
  /** By the monotonic clock. */
  readonly begun: number;
}

export class WatchedCalls {
  readonly #waiting = new Map<RequestId, Waiting>();

  /** @param transport is attached to a server already */
  constructor(
    private readonly transport: Transport,
    private readonly log: Log,
  ) {
    const { onmessage } = transport;
    transport.onmessage = (message, extra) => {
      if (isJSONRPCRequest(message)) this.#waiting.set(message.id, waitingOf(message));
      else this.#forgetCancelled(message);
      onmessage?.(message, extra);
    };
    const send = transport.send.bind(transport);
    transport.send = async (message, options) => {
      if (isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) this.#tell(message);
      await send(message, options);
    };
  }

  /** Answers what is left: its server is dead. What it had begun goes on in the next, and may have an answer there. */
  async abandon(): Promise<void> {
    // A client that is gone meanwhile cannot be told.
    await Promise.allSettled(
      [...this.#waiting].map(([id, { tool, invocation }]) => {
        const how =
          invocation === undefined
            ? "What it had begun is resumed by the next server; a call made again is a new one."
            : `Ask again in a new session, with _meta["${INVOCATION_ID}"]: "${invocation}".`;
        const message = `The server died ${tool === undefined ? "meanwhile" : `while it was at ${tool}`}. ${how}`;
        return this.transport.send(
          { jsonrpc: "2.0", id, error: { code: ErrorCode.ConnectionClosed, message } },
          { relatedRequestId: id },
        );
      }),
    );
  }

  /** Who has cancelled a request is not answered. */
  #forgetCancelled(message: JSONRPCMessage): void {
    const { data } = CancelledNotificationSchema.safeParse(message);
    if (data?.params.requestId !== undefined) this.#waiting.delete(data.params.requestId);
  }

  #tell(answer: JSONRPCResultResponse | JSONRPCErrorResponse): void {
    const waiting = answer.id === undefined ? undefined : this.#waiting.get(answer.id);
    if (answer.id === undefined || !waiting) return;
    this.#waiting.delete(answer.id);
    const { tool, begun } = waiting;
    if (tool === undefined) return;
    const ms = Math.round(performance.now() - begun);
    this.log({ level: "info", event: "call", tool, ms, ...outcomeOf(answer) });
  }
}

function waitingOf(request: JSONRPCRequest): Waiting {
  const { data: call } = CallToolRequestSchema.safeParse(request);
  const invocation = call?.params._meta?.[INVOCATION_ID];
  return {
    tool: call?.params.name,
    invocation: typeof invocation === "string" ? invocation : undefined,
    begun: performance.now(),
  };
}

/** How it ended, and by which ids its journal knows it. */
function outcomeOf(
  answer: JSONRPCResultResponse | JSONRPCErrorResponse,
): Record<string, string | number> {
  if ("error" in answer) return { outcome: "error", code: answer.error.code };
  const { _meta: meta = {}, isError } = answer.result;
  const { [INVOCATION_ID]: invocation, [EXECUTION]: execution } = meta;
  return {
    outcome: isError === true ? "failed" : "completed",
    ...(typeof invocation === "string" ? { invocation } : {}),
    ...(typeof execution === "number" ? { execution } : {}),
  };
}
