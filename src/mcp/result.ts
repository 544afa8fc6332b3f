import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";

/** A result of structured content, with the same as text for clients that know no better. */
export function structured(content: Record<string, unknown>): CallToolResult {
  return {
    content: [{ type: "text", text: JSON.stringify(content) }],
    structuredContent: content,
  };
}
