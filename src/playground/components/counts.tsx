/** The three numbers at the heart of the page; they look the same wherever they stand. */
import type { ReactElement } from "react";

export interface CountsProps {
  /** How often the tool's body was executed. */
  readonly calls: number;
  /** How often a guarded callable was entered. */
  readonly attempts: number;
  /** There may be more: attempts without guards are counted from a recording, which may lack the last. */
  readonly atLeast?: boolean;
  /** How often the outside thing really happened. */
  readonly effects: number;
  /** Some effect happened more than once. */
  readonly duplicated?: boolean;
}

export function Counts({
  calls,
  attempts,
  atLeast = false,
  effects,
  duplicated,
}: CountsProps): ReactElement {
  return (
    <span
      className="text-xs whitespace-nowrap text-muted"
      title="calls: how often the tool's body ran · attempts: how often a guarded step was entered (at least, where guards were off: then only the recording tells) · effects: how often the outside thing really happened"
    >
      calls <Number of={calls} /> · attempts {atLeast ? "at least " : ""}
      <Number of={attempts} /> · effects <Number of={effects} warn={duplicated ?? false} />
    </span>
  );
}

function Number({ of, warn = false }: { readonly of: number; readonly warn?: boolean }) {
  const tone = warn ? "rounded bg-bad-soft px-1 text-bad" : "text-ink";
  return <b className={`font-semibold tabular-nums ${tone}`}>{of}</b>;
}
