/** An answer that a person writes, as a form and as JSON, kept in step. */
import { useState, type ReactElement, type ReactNode } from "react";
import { Button } from "../../components/button.tsx";
import { part } from "../../components/part.tsx";
import { parseArguments } from "../../runtime/arguments.ts";
import { ChangedNumbers } from "./changed-numbers.tsx";
import { FormOfText } from "./form-of-text.tsx";

const JsonEditor = part(() => import("../../components/json-editor.tsx"), <div className="h-20" />);

export function WrittenAnswer({
  schema,
  first,
  send = "Answer",
  onSend,
  children,
}: {
  /** One without properties has no fields: there is nothing to write. */
  readonly schema: Record<string, unknown>;
  /** What stands there at first, as JSON. */
  readonly first: () => string;
  /** What the button that sends it is called. */
  readonly send?: string;
  /** @param text the answer as it is written */
  readonly onSend: (answer: Record<string, unknown>, text: string) => void;
  /** What can be done in its place. */
  readonly children: ReactNode;
}): ReactElement {
  const [text, setText] = useState(first);
  const { args: answer, error } = parseArguments(text);
  const submit = (): void => {
    if (answer) onSend(answer, text);
  };
  const hasFields = Object.keys(schema["properties"] ?? {}).length > 0;
  return (
    <>
      {hasFields ? (
        <>
          <FormOfText
            schema={schema}
            text={text}
            allTheSame="You can answer all the same, and see what the server makes of it."
            onText={setText}
          />
          <details>
            <summary className="label">What is answered, as JSON</summary>
            <JsonEditor label="Answer as JSON" text={text} onChange={setText} onSubmit={submit} />
          </details>
          <ChangedNumbers json={text} />
          {error === undefined ? null : (
            <p role="alert" className="text-sm text-bad">
              {error}
            </p>
          )}
        </>
      ) : null}
      <div className="flex justify-end gap-2">
        {children}
        <Button tone="primary" disabled={!answer} onClick={submit}>
          {send}
        </Button>
      </div>
    </>
  );
}
