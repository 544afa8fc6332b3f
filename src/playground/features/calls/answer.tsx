/** A tool's answer: its structured content, checked against the tool's output schema, and its other content. */
import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { CircleCheck, CircleDashed, CircleX } from "lucide-react";
import type { ReactElement } from "react";
import { canonicalJson } from "../../../store/index.ts";
import { Value } from "../../components/json.tsx";
import { usePlaygroundState } from "../../hooks/use-playground.ts";
import { changedNumbers } from "../../runtime/number-text.ts";
import { check } from "../../runtime/schema-problems.ts";
import { ContentPart, Word, type Part } from "../../components/content-part.tsx";

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
  const { structuredContent, isError, content } = result;
  // Most tools repeat their structured content as text, for clients that know no other.
  const [first] = content;
  const isRepeated =
    structuredContent !== undefined &&
    content.length === 1 &&
    first?.type === "text" &&
    isSame(first.text, structuredContent);
  return (
    <div className="flex flex-col gap-1">
      {structuredContent === undefined ? null : (
        <>
          <Conformance tool={tool} content={structuredContent} />
          <Value label={label} value={structuredContent} />
        </>
      )}
      {isRepeated
        ? null
        : content.map((part, index) => (
            <div key={index} className={isError ? "text-bad" : ""}>
              <ContentPart label={nameOf(label, part, content, index)} part={part} />
            </div>
          ))}
      {content.length === 0 && structuredContent === undefined ? (
        <Word>The answer is empty: it has neither content nor structured content.</Word>
      ) : null}
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
  const { problems, leftOut } = check(tool.outputSchema, content);
  if (problems.length === 0) {
    return (
      <div className="text-xs">
        <p className="flex items-center gap-1 text-good">
          <CircleCheck size={12} aria-hidden />
          Structured content; it fits the tool’s output schema
          {leftOut.length === 0 ? "." : ", as far as it can be checked here:"}
        </p>
        {leftOut.map((what) => (
          <p key={what} className="text-muted">
            {what}
          </p>
        ))}
      </div>
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

function nameOf(label: string, { type }: Part, all: readonly Part[], index: number): string {
  const number = all.length > 1 ? ` ${index + 1}` : "";
  return `${label}, ${type.replace("_", " ")} content${number}`;
}

function isSame(text: string, value: unknown): boolean {
  // One that is read as another number says something else.
  if (changedNumbers(text).length > 0) return false;
  try {
    return canonicalJson(JSON.parse(text)) === canonicalJson(value);
  } catch {
    return false; // A text of its own.
  }
}
