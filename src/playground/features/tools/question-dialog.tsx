/** A tool's question to the person at the client (MCP's elicitation). */
import { useRef, useState, type ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import { part } from "../../components/part.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { usePlayground } from "../../hooks/use-playground.ts";
import type { Question } from "../../runtime/questions.ts";

const SchemaForm = part(() => import("./schema-form.tsx"), <div className="h-20" />);

type Content = Record<string, string | number | boolean | string[]>;

export default function QuestionDialog({
  question,
}: {
  readonly question: Question;
}): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  const [content, setContent] = useState<Record<string, unknown>>({});
  const { message, schema, answer } = question;
  const playground = usePlayground();
  const hasFields = Object.keys(schema["properties"] ?? {}).length > 0;
  return (
    <Dialog
      dialog={dialog}
      title="The server asks"
      // Escape neither accepts nor declines.
      onCancel={() => answer({ action: "cancel" })}
    >
      <p className="mt-1">{message}</p>
      {hasFields ? <SchemaForm schema={schema} value={content} onChange={setContent} /> : null}
      <div className="mt-4 flex justify-end gap-2">
        <Button
          tone="danger"
          className="mr-auto"
          title="Kill the server while it waits for the answer."
          onClick={() => playground.crash()}
        >
          Crash the server
        </Button>
        <Button onClick={() => answer({ action: "cancel" })}>Cancel</Button>
        <Button onClick={() => answer({ action: "decline" })}>Decline</Button>
        <Button
          tone="primary"
          onClick={() => answer({ action: "accept", content: content as Content })}
        >
          Accept
        </Button>
      </div>
    </Dialog>
  );
}
