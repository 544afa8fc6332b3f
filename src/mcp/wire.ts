/** What is looked at in a client's messages before the SDK reads them. */
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  ErrorCode,
  isJSONRPCRequest,
  type JSONRPCMessage,
} from "@modelcontextprotocol/sdk/types.js";
import { copyJson, NotJsonError } from "../store/index.ts";

/**
 * Copies the arguments of calls, so that nothing is shared with a client in the same page, and
 * refuses those that JSON would change. A member named `__proto__`, at any depth, is refused here,
 * for the SDK's parser drops it without a word.
 */
export function copyingArguments(transport: Transport): void {
  const { onmessage } = transport;
  if (!onmessage) throw new Error("The transport is not connected.");
  transport.onmessage = (message, extra) => {
    const checked = check(message);
    if (!("error" in checked) || !isJSONRPCRequest(message)) {
      onmessage(checked as typeof message, extra);
      return;
    }
    // A client that has left meanwhile needs no answer.
    transport.send(checked).catch(() => undefined);
  };
}

function check(message: JSONRPCMessage): JSONRPCMessage {
  if (!isJSONRPCRequest(message) || message.method !== "tools/call") return message;
  const { id, params = {} } = message;
  try {
    const copied = copyJson(params["arguments"] ?? {}, "arguments");
    return { ...message, params: { ...params, arguments: copied } };
  } catch (error) {
    if (!(error instanceof NotJsonError)) throw error;
    const { message } = error;
    return { jsonrpc: "2.0", id, error: { code: ErrorCode.InvalidParams, message } };
  }
}
