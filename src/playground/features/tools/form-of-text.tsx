/** The form of a JSON text that is being typed: the text is what is sent, and the form is back once it is right. */
import type { ReactElement } from "react";
import { part } from "../../components/part.tsx";
import { parseArguments } from "../../runtime/arguments.ts";
import type { SchemaFormProps } from "./schema-form.tsx";

const SchemaForm = part(() => import("./schema-form.tsx"), <div className="h-40" />);

export function FormOfText({
  text,
  onText,
  ...form
}: Omit<SchemaFormProps, "value" | "onChange"> & {
  readonly text: string;
  readonly onText: (text: string) => void;
}): ReactElement {
  const { args } = parseArguments(text);
  return args ? (
    <SchemaForm
      {...form}
      value={args}
      onChange={(value) => onText(JSON.stringify(value, null, 2))}
    />
  ) : (
    <p className="rounded bg-warn-soft p-2 text-sm text-warn">
      The form is back once the JSON is right.
    </p>
  );
}
