/** Milliseconds since 1970: the number that is sent, and the moment that it is. */
import { asNumber, type WidgetProps } from "@rjsf/utils";
import type { ReactElement } from "react";

const MINUTE = 60_000;

/** A moment as a `datetime-local` field takes it, to the millisecond. */
function localTime(ms: number): string {
  const moment = new Date(ms);
  if (Number.isNaN(moment.getTime())) return "";
  return new Date(ms - moment.getTimezoneOffset() * MINUTE).toISOString().slice(0, -1);
}

export function UnixMsField({ id, name, value, required, onChange }: WidgetProps): ReactElement {
  return (
    <span className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)] gap-1">
      <input
        id={id}
        inputMode="numeric"
        required={required}
        value={typeof value === "number" || typeof value === "string" ? String(value) : ""}
        onChange={({ target }) =>
          onChange(target.value === "" ? undefined : asNumber(target.value))
        }
      />
      <input
        type="datetime-local"
        step={0.001}
        aria-label={`${name}, as a date and time here`}
        value={typeof value === "number" ? localTime(value) : ""}
        onChange={({ target }) =>
          // Without a zone it is read as the time here.
          onChange(target.value === "" ? undefined : Date.parse(target.value))
        }
      />
    </span>
  );
}
