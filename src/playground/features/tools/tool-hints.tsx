/** What a tool says of itself beside its description: MCP's annotations, which are hints. */
import type { ToolAnnotations } from "@modelcontextprotocol/sdk/types.js";
import type { ReactElement } from "react";

export default function ToolHints({
  annotations,
}: {
  readonly annotations: ToolAnnotations;
}): ReactElement | null {
  const hints = hintsOf(annotations);
  if (hints.length === 0) return null;
  return (
    <span
      className="absolute top-0 right-0 max-w-4/5 truncate text-xs text-muted"
      title="The tool’s own word; nothing checks it."
    >
      <span className="sr-only">By its own word: </span>
      {hints.join(" · ")}
    </span>
  );
}

function hintsOf(annotations: ToolAnnotations): string[] {
  const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = annotations;
  // MCP: they mean something only where it writes.
  const writes = readOnlyHint !== true;
  const hints: (readonly [boolean | undefined, string, string])[] = [
    [readOnlyHint, "only reads", "writes"],
    [writes ? destructiveHint : undefined, "destructive", "only adds"],
    [writes ? idempotentHint : undefined, "idempotent", "not idempotent"],
    [openWorldHint, "acts outside", "closed world"],
  ];
  return hints.flatMap(([hint, yes, no]) => (hint === undefined ? [] : [hint ? yes : no]));
}
