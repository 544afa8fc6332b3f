import type { ReactElement } from "react";
import { show } from "../format.ts";

/** A value, laid out; long lines are wrapped. */
export function Json({ value }: { readonly value: unknown }): ReactElement {
  return (
    <pre className="rounded bg-raised px-2 py-1 font-mono text-xs break-words whitespace-pre-wrap">
      {show(value)}
    </pre>
  );
}
