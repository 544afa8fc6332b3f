/** An answer as a form and as JSON, kept in step: the text is what is sent. */
import type { ReactElement } from "react";
import { part } from "../../components/part.tsx";
import { parseArguments } from "../../runtime/arguments.ts";
import { ChangedNumbers } from "./changed-numbers.tsx";

const SchemaForm = part(() => import("./schema-form.tsx"), <div className="h-20" />);
const JsonEditor = part(() => import("../../components/json-editor.tsx"), <div className="h-20" />);

export function AnswerFields({
  schema,
  text,
  onText,
  onSubmit,
}: {
  readonly schema: Record<string, unknown>;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onSubmit: () => void;
}): ReactElement {
  const { args, error } = parseArguments(text);
  return (
    <>
      {args ? (
        <SchemaForm
          schema={schema}
          value={args}
          allTheSame="You can answer all the same, and see what the server makes of it."
          onChange={(value) => onText(JSON.stringify(value, null, 2))}
        />
      ) : (
        <p className="rounded bg-warn-soft p-2 text-sm text-warn">
          The form is back once the JSON is right.
        </p>
      )}
      <details>
        <summary className="label">What is answered, as JSON</summary>
        <JsonEditor label="Answer as JSON" text={text} onChange={onText} onSubmit={onSubmit} />
      </details>
      <ChangedNumbers json={text} />
      {error === undefined ? null : (
        <p role="alert" className="text-sm text-bad">
          {error}
        </p>
      )}
    </>
  );
}
