/** The server asks for a model's answer (MCP's sampling): the person writes it. */
import type { CreateMessageRequestParams } from "@modelcontextprotocol/sdk/types.js";
import type { ReactElement, ReactNode } from "react";
import { Button } from "../../components/button.tsx";
import { ContentPart } from "../../components/content-part.tsx";
import { Json } from "../../components/json.tsx";
import type { Question } from "../../runtime/question.ts";
import { WrittenAnswer } from "./written-answer.tsx";

const content = (type: string, properties: object): object => ({
  type: "object",
  properties: { type: { const: type }, ...properties },
  required: ["type", ...Object.keys(properties)],
});
const bytes = { data: { type: "string", description: "Base64." }, mimeType: { type: "string" } };

/** MCP's `CreateMessageResult`. */
const SCHEMA = {
  type: "object",
  properties: {
    content: {
      title: "Content",
      anyOf: [
        content("text", { text: { type: "string", format: "multiline" } }),
        content("image", bytes),
        content("audio", bytes),
        content("tool_use", {
          id: { type: "string" },
          name: { type: "string" },
          input: { type: "object" },
        }),
        { type: "array", title: "several of them", items: { type: "object" } },
      ],
    },
    model: { type: "string", description: "Which model is said to have answered." },
    stopReason: {
      type: "string",
      examples: ["endTurn", "stopSequence", "maxTokens", "toolUse"],
    },
    role: { const: "assistant" },
  },
  required: ["role", "content", "model"],
};

const FIRST = {
  content: { type: "text", text: "" },
  model: "a person at the playground",
  stopReason: "endTurn",
  role: "assistant",
};

export function SamplingQuestion({
  params,
  onAnswer,
  onRefuse,
}: {
  readonly params: CreateMessageRequestParams;
  readonly onAnswer: Question["answer"];
  readonly onRefuse: Question["refuse"];
}): ReactElement {
  const { messages, systemPrompt, ...settings } = params;
  return (
    <>
      <ol aria-label="Messages to the model" className="flex max-h-72 flex-col gap-2 overflow-auto">
        {systemPrompt === undefined ? null : (
          <Message from="system">
            <ContentPart label="System prompt" part={{ type: "text", text: systemPrompt }} />
          </Message>
        )}
        {messages.map(({ role, content: parts }, index) => (
          <Message key={index} from={role}>
            {[parts]
              .flat()
              .map((each, place) =>
                each.type === "tool_use" || each.type === "tool_result" ? (
                  <Json key={place} value={each} />
                ) : (
                  <ContentPart
                    key={place}
                    label={`Message ${index + 1}, content ${place + 1}`}
                    part={each}
                  />
                ),
              )}
          </Message>
        ))}
      </ol>
      <details>
        <summary className="label">What else it asks for</summary>
        <Json value={settings} />
      </details>
      <WrittenAnswer
        schema={SCHEMA}
        first={() => JSON.stringify(FIRST, null, 2)}
        onSend={(answer) => onAnswer(answer)}
      >
        <Button onClick={onRefuse}>Refuse</Button>
      </WrittenAnswer>
    </>
  );
}

function Message({
  from,
  children,
}: {
  readonly from: string;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <li>
      <span className="label">{from}</span>
      {children}
    </li>
  );
}
