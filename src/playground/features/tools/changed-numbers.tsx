/** Tells of numbers in a JSON text that are sent as others. */
import { useMemo, type ReactElement } from "react";
import { changedNumbers, changedWords } from "../../runtime/number-text.ts";

export function ChangedNumbers({ json }: { readonly json: string }): ReactElement {
  const changed = useMemo(() => changedNumbers(json), [json]);
  return (
    <div role="status" className="text-xs text-warn empty:hidden">
      {changed.length === 0 ? null : (
        <ul aria-label="Numbers that are sent as others">
          {changed.map((number) => (
            <li key={number.written} className="wrap-anywhere">
              {changedWords(number)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
