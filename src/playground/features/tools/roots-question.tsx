/** The client's roots, as the person names them; kept for the tab. */
import { useState, type ReactElement } from "react";
import { recall, remember } from "../../browser/session-memory.ts";
import { Button } from "../../components/button.tsx";
import { parseArguments } from "../../runtime/arguments.ts";
import type { Question } from "../../runtime/questions.ts";
import { AnswerFields } from "./answer-fields.tsx";

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
  const [text, setText] = useState(() => recall(NAME) ?? FIRST);
  const { args: roots } = parseArguments(text);
  const answer = (): void => {
    if (!roots) return;
    remember(NAME, text);
    onAnswer(roots);
  };
  return (
    <>
      <AnswerFields schema={SCHEMA} text={text} onText={setText} onSubmit={answer} />
      <div className="flex justify-end gap-2">
        <Button onClick={onRefuse}>Refuse</Button>
        <Button tone="primary" disabled={!roots} onClick={answer}>
          Answer
        </Button>
      </div>
    </>
  );
}
