/** What is wrong in the code, in words; the code may be run all the same. */
import type { ReactElement } from "react";

const MOST = 20;

export interface ShownProblem {
  /** Where it is another file. */
  readonly file?: string | undefined;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export function Problems({
  problems,
  isTyped = true,
}: {
  /** Absent until it is known. */
  readonly problems: readonly ShownProblem[] | undefined;
  /** The types were checked, too. */
  readonly isTyped?: boolean | undefined;
}): ReactElement {
  return (
    <div role="status" aria-label="Problems" className="border-y border-line px-3 py-1 text-xs">
      {isTyped ? null : (
        <p className="text-warn">
          The types are not checked: the compiler could not be loaded. It is tried again as you
          type.
        </p>
      )}
      {problems === undefined ? (
        <span className="text-muted">Being checked…</span>
      ) : problems.length === 0 ? (
        <span className="text-muted">No problem found.</span>
      ) : (
        <ul className="max-h-24 overflow-auto">
          {problems.slice(0, MOST).map(({ file, line, column, message }) => (
            <li
              key={`${file ?? ""} ${line}:${column} ${message}`}
              className="whitespace-pre-wrap text-bad"
            >
              {file === undefined ? "Line" : `${file}, line`} {line}, column {column}: {message}
            </li>
          ))}
          {problems.length > MOST ? (
            <li className="text-muted">And {problems.length - MOST} more.</li>
          ) : null}
        </ul>
      )}
    </div>
  );
}
