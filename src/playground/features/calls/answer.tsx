/** A tool's answer: its structured content, checked against the tool's output schema, and its other content. */
import { CallToolResultSchema, type CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { CircleCheck, CircleDashed, CircleX } from "lucide-react";
import type { ReactElement } from "react";
import { canonicalJson } from "../../../store/index.ts";
import { Value } from "../../components/json.tsx";
import { show } from "../../components/format.ts";
import { usePlaygroundState } from "../../hooks/use-playground.ts";
import { problemsOf } from "../../runtime/schema-problems.ts";

export default function Answer({
  label,
  tool,
  response,
}: {
  /** Tells this answer from others on the page. */
  readonly label: string;
  readonly tool: string;
  /** A `CallToolResult`, or what came in its place. */
  readonly response: unknown;
}): ReactElement {
  const { data: result } = CallToolResultSchema.safeParse(response);
  // A protocol error has neither, and the SDK's schema would make empty content of it.
  const isResult =
    typeof response === "object" &&
    response !== null &&
    ("content" in response || "structuredContent" in response);
  if (!result || !isResult) return <Value label={label} value={response} />;
  const { structuredContent, isError } = result;
  const text = textOf(result);
  // Most tools repeat their structured content as text, for clients that know no other.
  const isRepeated = structuredContent !== undefined && isSame(text, structuredContent);
  return (
    <div className="flex flex-col gap-1">
      {structuredContent === undefined ? null : (
        <>
          <Conformance tool={tool} content={structuredContent} />
          <Value label={label} value={structuredContent} />
        </>
      )}
      {text === "" || isRepeated ? null : (
        <div className={isError ? "text-bad" : ""}>
          <Value label={`${label}, text content`} value={text} />
        </div>
      )}
      {isRepeated ? <p className="text-xs text-muted">Its text content says the same.</p> : null}
    </div>
  );
}

/** Whether the structured content is what the tool promises. */
function Conformance({
  tool: name,
  content,
}: {
  readonly tool: string;
  readonly content: unknown;
}): ReactElement {
  const { tools } = usePlaygroundState();
  const tool = tools.find((each) => each.name === name);
  if (!tool?.outputSchema) {
    return (
      <p className="flex items-center gap-1 text-xs text-muted">
        <CircleDashed size={12} aria-hidden />
        {tool
          ? "Structured content; the tool declares no output schema."
          : "Structured content; its tool is not listed, so its schema is not known."}
      </p>
    );
  }
  const problems = problemsOf(tool.outputSchema, content);
  if (problems.length === 0) {
    return (
      <p className="flex items-center gap-1 text-xs text-good">
        <CircleCheck size={12} aria-hidden />
        Structured content; it fits the tool’s output schema.
      </p>
    );
  }
  return (
    <div className="text-xs text-bad">
      <p className="flex items-center gap-1">
        <CircleX size={12} aria-hidden />
        Structured content; it does not fit the tool’s output schema:
      </p>
      <ul className="list-disc pl-6">
        {problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
    </div>
  );
}

function textOf({ content }: CallToolResult): string {
  return content.map((part) => (part.type === "text" ? part.text : show(part))).join("\n");
}

function isSame(text: string, value: unknown): boolean {
  try {
    return canonicalJson(JSON.parse(text)) === canonicalJson(value);
  } catch {
    return false; // A text of its own.
  }
}
