/** A tool's question to the person at the client (MCP's elicitation). */
import { lazy, Suspense, useEffect, useId, useRef, useState, type ReactElement } from "react";
import { Button } from "../components/button.tsx";
import { usePlayground } from "../hooks/use-playground.ts";
import type { Question } from "../runtime/questions.ts";

const SchemaForm = lazy(() => import("./schema-form.tsx"));

type Content = Record<string, string | number | boolean | string[]>;

export default function QuestionDialog({
  question,
}: {
  readonly question: Question;
}): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const [content, setContent] = useState<Record<string, unknown>>({});
  const { message, schema, answer } = question;
  const playground = usePlayground();
  useEffect(() => dialog.current?.showModal(), []);
  const hasFields = Object.keys(schema["properties"] ?? {}).length > 0;
  return (
    <dialog
      ref={dialog}
      aria-labelledby={title}
      className="w-md max-w-full rounded-md border border-line bg-panel p-4"
      // Escape neither accepts nor declines.
      onCancel={() => answer({ action: "cancel" })}
    >
      <h2 id={title} className="text-lg font-semibold">
        The server asks
      </h2>
      <p className="mt-1">{message}</p>
      {hasFields ? (
        <Suspense fallback={<div className="h-20" />}>
          <SchemaForm schema={schema} value={content} onChange={setContent} />
        </Suspense>
      ) : null}
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
    </dialog>
  );
}
