/** Tells of numbers in a JSON text that are sent as others. */
import type { ReactElement } from "react";
import { changedNumbers, changedWords } from "../../runtime/number-text.ts";

export function ChangedNumbers({ json }: { readonly json: string }): ReactElement | null {
  const changed = changedNumbers(json);
  if (changed.length === 0) return null;
  return (
    <ul role="status" aria-label="Numbers that are sent as others" className="text-xs text-warn">
      {changed.map((number) => (
        <li key={number.written} className="wrap-anywhere">
          {changedWords(number)}
        </li>
      ))}
    </ul>
  );
}
