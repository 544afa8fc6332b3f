/** What the client scripts of the examples share. */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { CallToolResultSchema, type CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { INVOCATION_ID } from "../mcp/index.ts";
import type { Print } from "./example.ts";

export async function listTools(client: Client, print: Print): Promise<void> {
  print({ kind: "heading", text: "Tools" });
  const { tools } = await client.listTools();
  for (const { name, description = "" } of tools) {
    print({ kind: "tool", text: `${name}: ${description}` });
  }
}

/** Calls a tool, as a new invocation or as a retry of `invocation`, and prints both sides. */
export async function callTool(
  client: Client,
  print: Print,
  name: string,
  args: Record<string, unknown>,
  invocation?: string,
): Promise<CallToolResult & { invocation: string }> {
  const how = invocation === undefined ? "" : " (retry)";
  print({ kind: "call", text: `${name}(${JSON.stringify(args)})${how}` });
  const _meta = invocation === undefined ? {} : { [INVOCATION_ID]: invocation };
  const result = await client.request(
    { method: "tools/call", params: { name, arguments: args, _meta } },
    CallToolResultSchema,
  );
  const text = JSON.stringify(result.structuredContent ?? result.content);
  print({ kind: "answer", text: result.isError ? `error: ${text}` : text });
  return { ...result, invocation: String(result._meta?.[INVOCATION_ID]) };
}
