/** A form that is made from a tool's input schema. Loaded when it is first shown. */
import Form from "@rjsf/core/lib/components/Form.js";
import TextareaWidget from "@rjsf/core/lib/components/widgets/TextareaWidget.js";
import {
  titleId,
  type DescriptionFieldProps,
  type FieldTemplateProps,
  type IconButtonProps,
  type RJSFSchema,
  type TitleFieldProps,
  type ValidatorType,
} from "@rjsf/utils";
import {
  useEffect,
  useEffectEvent,
  useId,
  useMemo,
  useRef,
  useState,
  type ReactElement,
} from "react";
import { Button } from "../../components/button.tsx";
import { visible } from "../../components/visible.ts";
import {
  AS_JSON,
  FIELDS_AT_ONCE,
  FOLDED,
  formSchema,
  MORE,
  type FormView,
} from "../../runtime/form-schema.ts";
import { problemsOf } from "../../runtime/schema-problems.ts";
import {
  FoldedField,
  JsonField,
  MoreField,
  NumberField,
  SelectWidget,
  type FormActions,
} from "./form-fields.tsx";
import { UnixMsField } from "./unix-ms-field.tsx";

/** Validates without compiling code, which the page's Content-Security-Policy forbids. */
const validator: ValidatorType = {
  validateFormData: () => ({ errors: [], errorSchema: {} }),
  isValid: (schema, data) => {
    // A field that is not filled in yet is `undefined`, which JSON, and so a schema, does not know.
    const json = JSON.stringify(data) as string | undefined;
    if (json === undefined) return false;
    // The form's own fields are named by `$id`, of which a validator takes each once.
    const plain: unknown = JSON.parse(
      JSON.stringify(schema, (name, value: unknown) => (name === "$id" ? undefined : value)),
    );
    return problemsOf(plain as Record<string, unknown>, JSON.parse(json)).length === 0;
  },
  rawValidation: () => ({ errors: [] }),
};

/** Label above, field, then what the schema says of it. */
function FieldTemplate(props: FieldTemplateProps): ReactElement {
  const { id, label, required, rawDescription, children, displayLabel, hidden, registry } = props;
  const { schema } = props;
  // A property that the schema does not name has its name beside it, to change or to remove.
  const Wrap = registry.templates.WrapIfAdditionalTemplate;
  if (hidden) return <div hidden>{children}</div>;
  if (schema.$id === MORE) return <>{children}</>;
  if (!displayLabel) return <Wrap {...props}>{children}</Wrap>;
  return (
    <Wrap {...props}>
      <div className="flex flex-col gap-0.5">
        <label htmlFor={id}>
          {visible(label)}
          {required ? <Required /> : null}
        </label>
        {children}
        {rawDescription ? <Description text={rawDescription} /> : null}
      </div>
    </Wrap>
  );
}

/** Its lines are kept; a long one does not push the form away. */
function Description({ text }: { readonly text: string }): ReactElement {
  return (
    <p className="max-h-24 overflow-auto text-xs whitespace-pre-wrap text-muted wrap-anywhere">
      {visible(text)}
    </p>
  );
}

function Required(): ReactElement {
  return (
    <>
      <span className="text-bad" title="required" aria-hidden>
        {" *"}
      </span>
      <span className="sr-only"> required</span>
    </>
  );
}

/** The whole form has no title; what is nested in it has. */
function TitleFieldTemplate({
  id,
  title,
  required,
  registry,
}: TitleFieldProps): ReactElement | null {
  if (id === titleId((registry.formContext as FormActions).prefix)) return null;
  return (
    <legend className="label px-1">
      {visible(title)}
      {required ? <Required /> : null}
    </legend>
  );
}

/** A button with words, where the form's own have icons of a font that is not here. */
function button(text: string) {
  return function FormButton({ onClick, disabled = false }: IconButtonProps): ReactElement {
    return (
      <Button className="self-start" disabled={disabled} onClick={onClick}>
        {text}
      </Button>
    );
  };
}

const templates = {
  FieldTemplate,
  DescriptionFieldTemplate: ({ description }: DescriptionFieldProps): ReactElement | null =>
    typeof description === "string" ? <Description text={description} /> : null,
  TitleFieldTemplate,
  ButtonTemplates: {
    AddButton: button("Add"),
    RemoveButton: button("Remove"),
    CopyButton: button("Copy"),
    MoveUpButton: button("Up"),
    MoveDownButton: button("Down"),
    ClearButton: button("Clear"),
  },
};

/** By the `$id` that the form's schema names. */
const fields = { NumberField, [FOLDED]: FoldedField, [AS_JSON]: JsonField, [MORE]: MoreField };
/** By the format that a schema names, and in place of one of the library's. */
const widgets = { "unix-ms": UnixMsField, multiline: TextareaWidget, SelectWidget };

const CLOSED: FormView = { open: new Set(), shown: new Map() };

export interface SchemaFormProps {
  readonly schema: Record<string, unknown>;
  readonly value: Record<string, unknown>;
  /** The first field shall have the focus. */
  readonly isEditing?: boolean;
  readonly onFocused?: () => void;
  /** What can be done though the schema has something against the value. */
  readonly allTheSame?: string;
  readonly onChange: (value: Record<string, unknown>) => void;
}

export default function SchemaForm({
  schema,
  value,
  isEditing = false,
  onFocused,
  allTheSame = "You can call all the same, and see how the server refuses.",
  onChange,
}: SchemaFormProps): ReactElement {
  const problems = problemsOf(schema, value);
  const [view, setView] = useState<FormView>(CLOSED);
  const shown = useMemo(() => formSchema(schema, view), [schema, view]);
  const root = useRef<HTMLDivElement>(null);
  /** The element of what was opened last, which gets the focus. */
  const opened = useRef<string>(undefined);
  // Two forms may stand in the page: a tool's, and a question's before it.
  const prefix = useId();
  const actions: FormActions = {
    prefix,
    open: (path, id) => {
      opened.current = id;
      setView((before) => ({ ...before, open: new Set([...before.open, path]) }));
    },
    showMore: (path) =>
      setView((before) => {
        const count = (before.shown.get(path) ?? FIELDS_AT_ONCE) + FIELDS_AT_ONCE;
        return { ...before, shown: new Map([...before.shown, [path, count]]) };
      }),
  };
  useEffect(() => {
    if (opened.current === undefined) return;
    const id = CSS.escape(opened.current);
    opened.current = undefined;
    const controls = ":is(input, select, textarea, button)";
    root.current
      ?.querySelector<HTMLElement>(
        `[id="${id}"] ${controls}, [id^="${id}_"]${controls}, [id="${id}"]${controls}`,
      )
      ?.focus();
  }, [view.open]);
  const focused = useEffectEvent(() => onFocused?.());
  useEffect(() => {
    if (!isEditing) return;
    root.current?.querySelector<HTMLElement>("input, select, textarea")?.focus();
    focused();
  }, [isEditing]);
  return (
    <div ref={root} className="flex flex-col gap-3">
      <Form<Record<string, unknown>, RJSFSchema>
        className="schema-form"
        tagName="div"
        idPrefix={prefix}
        schema={shown.schema}
        formData={value}
        validator={validator}
        templates={templates}
        widgets={widgets}
        fields={fields}
        formContext={actions}
        uiSchema={{ "ui:submitButtonOptions": { norender: true } }}
        noHtml5Validate
        showErrorList={false}
        // A schema's defaults are filled in by the server; here they would come back when cleared.
        experimental_defaultFormStateBehavior={{ emptyObjectFields: "skipDefaults" }}
        // As JSON: a field that was cleared is `undefined`, which no schema knows.
        onChange={({ formData }) =>
          onChange(JSON.parse(JSON.stringify(formData ?? {})) as Record<string, unknown>)
        }
      />
      {shown.leftOut.length === 0 ? null : (
        <p className="text-xs text-muted">
          What the schema says by {shown.leftOut.join(", ")} has no field here: what it is about is
          typed as JSON below.
        </p>
      )}
      {problems.length === 0 ? null : (
        <ul
          aria-label="What the schema says"
          className="rounded bg-warn-soft p-2 text-sm text-warn"
        >
          {problems.map((problem) => (
            <li key={problem}>{visible(problem)}</li>
          ))}
          <li className="text-muted">{allTheSame}</li>
        </ul>
      )}
    </div>
  );
}
