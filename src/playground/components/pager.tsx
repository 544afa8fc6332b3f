import type { ReactElement } from "react";
import type { Pages } from "./use-page.ts";
import { Button } from "./button.tsx";

/** Goes through the pages of a list; absent where everything is on one. */
export function Pager<Key>({
  label,
  page: { goTo },
  first,
  last,
  hasNewer,
  hasOlder,
}: {
  /** What the list holds, in the plural. */
  readonly label: string;
  readonly page: Pages<Key>;
  /** The keys of the rows that are shown. */
  readonly first: Key | undefined;
  readonly last: Key | undefined;
  readonly hasNewer: boolean;
  readonly hasOlder: boolean;
}): ReactElement | null {
  if (!hasNewer && !hasOlder) return null;
  return (
    <nav aria-label={`Pages of ${label}`} className="flex flex-wrap items-center gap-1 px-3 py-1.5">
      <Button disabled={!hasNewer} onClick={() => goTo({})}>
        Newest
      </Button>
      <Button
        disabled={!hasNewer || first === undefined}
        onClick={() => goTo(first === undefined ? {} : { after: first })}
      >
        Newer
      </Button>
      <Button
        disabled={!hasOlder || last === undefined}
        onClick={() => goTo(last === undefined ? {} : { before: last })}
      >
        Older
      </Button>
    </nav>
  );
}
