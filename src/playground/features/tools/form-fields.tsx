/** The form's own fields: what is folded, what is typed as JSON, and the rest of a wide part. */
import PlainNumberField from "@rjsf/core/lib/components/fields/NumberField.js";
import CheckboxesWidget from "@rjsf/core/lib/components/widgets/CheckboxesWidget.js";
import PlainSelectWidget from "@rjsf/core/lib/components/widgets/SelectWidget.js";
import type { FieldProps, WidgetProps } from "@rjsf/utils";
import { useEffect, useEffectEvent, useRef, useState, type ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import { plural, show } from "../../components/format.ts";
import { changedTo } from "../../runtime/number-text.ts";
import { ChangedNumbers } from "./changed-numbers.tsx";

/** What the form gives its fields to act on. */
export interface FormActions {
  /** What the ids of its elements begin with. */
  readonly prefix: string;
  /** @param id the element of the field that stands there now */
  readonly open: (path: string, id: string) => void;
  readonly showMore: (path: string) => void;
}

type Value = Record<string, unknown>;

/** A part that is opened on demand. */
export function FoldedField({
  schema,
  name,
  formData,
  fieldPathId,
  registry,
}: FieldProps<Value>): ReactElement {
  const { path = "" } = schema as { path?: string };
  const { open } = registry.formContext as FormActions;
  return (
    <span className="flex min-w-0 items-center gap-2">
      <Button
        id={fieldPathId.$id}
        aria-label={`Open ${name}`}
        onClick={() => open(path, fieldPathId.$id)}
      >
        Open
      </Button>
      <span className="min-w-0 truncate font-mono text-xs text-muted">
        {formData === undefined ? "nothing yet" : show(formData, 0, 200)}
      </span>
    </span>
  );
}

/** Any value, as it is sent. What is no JSON yet stays as it is typed, and is not sent. */
export function JsonField({
  schema,
  formData,
  fieldPathId,
  onChange,
  required = false,
}: FieldProps<Value>): ReactElement {
  const { problem } = schema as { problem?: string };
  const sent = formData === undefined ? "" : JSON.stringify(formData, null, 2);
  const [typed, setTyped] = useState<string>();
  const error = typed === undefined ? undefined : errorOf(typed);
  // What was changed elsewhere, in the JSON below, takes the place of what was typed here.
  const [own, setOwn] = useState(sent);
  if (own !== sent) {
    setOwn(sent);
    setTyped(undefined);
  }
  const text = typed ?? sent;
  const id = fieldPathId.$id;
  return (
    <>
      <textarea
        id={id}
        className="font-mono"
        rows={Math.min(6, text.split("\n").length)}
        required={required}
        placeholder='JSON: "text", 1, true, null, [ ] or { }'
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? undefined : `${id}-problem`}
        value={text}
        onChange={({ target: { value } }) => {
          setTyped(value);
          if (errorOf(value) !== undefined) return;
          const next = value.trim() === "" ? undefined : (JSON.parse(value) as Value);
          setOwn(next === undefined ? "" : JSON.stringify(next, null, 2));
          onChange(next, fieldPathId.path);
        }}
        onBlur={() => {
          if (error === undefined) setTyped(undefined);
        }}
      />
      {error === undefined ? null : (
        <p id={`${id}-problem`} role="alert" className="text-xs text-bad">
          This is no JSON, and not sent: {error}{" "}
          {sent === "" ? "Nothing is." : "What was right last is."}
        </p>
      )}
      {error === undefined ? <ChangedNumbers json={text} /> : null}
      {problem === undefined ? null : <p className="text-xs text-warn">{problem}</p>}
    </>
  );
}

/** A number; one that is sent as another says so, for it is shown as it is sent. */
export function NumberField(props: FieldProps<Value>): ReactElement {
  const [typed, setTyped] = useState("");
  const { formData } = props;
  const isShown = changedTo(typed) === JSON.stringify(formData);
  return (
    <>
      <span
        className="contents"
        onInput={({ target }) => {
          if (target instanceof HTMLInputElement) setTyped(target.value);
        }}
      >
        <PlainNumberField {...props} />
      </span>
      {isShown ? <ChangedNumbers json={typed} /> : null}
    </>
  );
}

/** One out of some; several are ticked, which needs no key to be held. */
export function SelectWidget(props: WidgetProps): ReactElement {
  return props.multiple === true ? (
    <CheckboxesWidget {...props} />
  ) : (
    <PlainSelectWidget {...props} />
  );
}

function errorOf(text: string): string | undefined {
  if (text.trim() === "") return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Stands where a wide part goes on: the next fields are made as it is scrolled to. */
export function MoreField({ schema, registry }: FieldProps<Value>): ReactElement {
  const { path = "", left = 0 } = schema as { path?: string; left?: number };
  const { showMore } = registry.formContext as FormActions;
  const button = useRef<HTMLButtonElement>(null);
  const reached = useEffectEvent(() => showMore(path));
  useEffect(() => {
    if (!button.current) return;
    const observer = new IntersectionObserver((seen) => {
      if (seen.some(({ isIntersecting }) => isIntersecting)) reached();
    });
    observer.observe(button.current);
    return () => observer.disconnect();
  }, [left]);
  return (
    <Button ref={button} onClick={() => showMore(path)}>
      {plural(left, "more field")}
    </Button>
  );
}
