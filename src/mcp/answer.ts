/** What a tool answers, checked before it is journalled as completed: against MCP, and against JSON. */
import {
  AudioContentSchema,
  CallToolResultSchema,
  EmbeddedResourceSchema,
  ImageContentSchema,
  ResourceLinkSchema,
  TextContentSchema,
  type CallToolResult,
} from "@modelcontextprotocol/sdk/types.js";
import { copyJson, NotJsonError } from "../store/index.ts";

/** A tool's answer that is no result of MCP's; the message says which part is wrong. */
export class InvalidAnswerError extends Error {
  override name = "InvalidAnswerError";
}

const PARTS = {
  text: TextContentSchema,
  image: ImageContentSchema,
  audio: AudioContentSchema,
  resource_link: ResourceLinkSchema,
  resource: EmbeddedResourceSchema,
} as const;

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * A copy of the answer that the tool cannot change any more.
 *
 * @throws InvalidAnswerError for what is no result of a tool, or what JSON cannot carry
 */
export function checkAnswer(tool: string, answer: unknown): CallToolResult {
  const refuse = (what: string): never => {
    throw new InvalidAnswerError(`The answer of the tool "${tool}" cannot be sent: ${what}`);
  };
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) {
    const given = answer === null ? "null" : Array.isArray(answer) ? "an array" : typeof answer;
    return refuse(
      `it is ${given}. A tool answers { content: [{ type: "text", text: "…" }] }, or with ` +
        `structured({ … }).`,
    );
  }
  let copy: Record<string, unknown>;
  try {
    copy = copyJson(answer, "answer") as Record<string, unknown>;
  } catch (error) {
    if (error instanceof NotJsonError) return refuse(error.message);
    throw error;
  }
  const { content = [] } = copy;
  if (!Array.isArray(content)) return refuse(`answer.content is ${typeof content}, not an array.`);
  for (const [index, part] of content.entries()) {
    const problem = problemOfPart(part);
    if (problem !== undefined) refuse(`answer.content[${index}]${problem}`);
  }
  const whole = { ...copy, content };
  const { success, error } = CallToolResultSchema.safeParse(whole);
  return success ? whole : refuse(`answer${explain(error.issues)}`);
}

function problemOfPart(part: unknown): string | undefined {
  const types = Object.keys(PARTS).join(", ");
  if (typeof part !== "object" || part === null || Array.isArray(part)) {
    return ` is no object with a type: one of ${types}.`;
  }
  const { type, data } = part as Record<string, unknown>;
  if (type === undefined) return ` has no type: one of ${types}.`;
  if (typeof type !== "string" || !Object.hasOwn(PARTS, type)) {
    return `.type is ${JSON.stringify(type)}; it must be one of ${types}.`;
  }
  if (typeof data === "string" && data.startsWith("data:")) {
    return `.data is a data URL; it must be its base64 alone, without "${data.slice(0, data.indexOf(",") + 1).slice(0, 40)}".`;
  }
  const { success, error } = PARTS[type as keyof typeof PARTS].safeParse(part);
  return success ? undefined : explain(error.issues);
}

function explain(issues: readonly Issue[]): string {
  const [first] = issues;
  if (!first) return " is no result of a tool.";
  const path = first.path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("");
  return `${path}: ${first.message}.`;
}
