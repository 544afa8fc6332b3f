/** A form that is made from a tool's input schema. Loaded when it is first shown. */
import Form from "@rjsf/core/lib/components/Form.js";
import type { FieldTemplateProps, RJSFSchema, ValidatorType } from "@rjsf/utils";
import { Validator, type Schema } from "@cfworker/json-schema";
import type { ReactElement } from "react";

/** Validates without compiling code, which the page's Content-Security-Policy forbids. */
const validator: ValidatorType = {
  validateFormData: () => ({ errors: [], errorSchema: {} }),
  isValid: (schema, data, root) => {
    const { definitions, $defs } = root;
    const whole = { ...(definitions && { definitions }), ...($defs && { $defs }), ...schema };
    return new Validator(whole as Schema, "2020-12", false).validate(data).valid;
  },
  rawValidation: () => ({ errors: [] }),
};

/** Label above, field, then what the schema says of it. */
function FieldTemplate(props: FieldTemplateProps): ReactElement {
  const { id, label, required, rawDescription, children, displayLabel, hidden } = props;
  if (hidden) return <div hidden>{children}</div>;
  if (!displayLabel) return <>{children}</>;
  return (
    <div className="flex flex-col gap-0.5">
      <label htmlFor={id}>
        {label}
        {required ? <span className="text-bad"> required</span> : null}
      </label>
      {children}
      {rawDescription ? <p className="text-xs text-muted">{rawDescription}</p> : null}
    </div>
  );
}

export interface SchemaFormProps {
  readonly schema: Record<string, unknown>;
  readonly value: Record<string, unknown>;
  readonly onChange: (value: Record<string, unknown>) => void;
}

export default function SchemaForm({ schema, value, onChange }: SchemaFormProps): ReactElement {
  return (
    <Form<Record<string, unknown>, RJSFSchema>
      className="schema-form"
      tagName="div"
      idPrefix="argument"
      schema={schema}
      formData={value}
      validator={validator}
      templates={{ FieldTemplate, TitleFieldTemplate: NoTitle }}
      uiSchema={{ "ui:submitButtonOptions": { norender: true } }}
      noHtml5Validate
      showErrorList={false}
      // A schema's defaults are shown by the server when they are missing; here they would come back when cleared.
      experimental_defaultFormStateBehavior={{ emptyObjectFields: "skipDefaults" }}
      onChange={({ formData }) => onChange(formData ?? {})}
    />
  );
}

function NoTitle(): null {
  return null;
}
