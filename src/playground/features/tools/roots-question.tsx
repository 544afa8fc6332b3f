/** The client's roots, as the person names them; kept for the tab. */
import type { ReactElement } from "react";
import { recall, remember } from "../../browser/session-memory.ts";
import { Button } from "../../components/button.tsx";
import type { Question } from "../../runtime/question.ts";
import { WrittenAnswer } from "./written-answer.tsx";

/** MCP's `ListRootsResult`. */
const SCHEMA = {
  type: "object",
  properties: {
    roots: {
      type: "array",
      title: "Roots",
      description: "Folders and files that the server may work with.",
      items: {
        type: "object",
        title: "Root",
        properties: {
          uri: { type: "string", pattern: "^file://", description: "Begins with file://." },
          name: { type: "string" },
        },
        required: ["uri"],
      },
    },
  },
  required: ["roots"],
};

const NAME = "roots";
const FIRST = JSON.stringify({ roots: [{ uri: "file:///project", name: "project" }] }, null, 2);

export function RootsQuestion({
  onAnswer,
  onRefuse,
}: {
  readonly onAnswer: Question["answer"];
  readonly onRefuse: Question["refuse"];
}): ReactElement {
  return (
    <WrittenAnswer
      schema={SCHEMA}
      first={() => recall(NAME) ?? FIRST}
      onSend={(roots, text) => {
        remember(NAME, text);
        onAnswer(roots);
      }}
    >
      <Button onClick={onRefuse}>Refuse</Button>
    </WrittenAnswer>
  );
}
