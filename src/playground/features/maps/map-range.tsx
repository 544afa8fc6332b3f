/** A live range of one map, or as it was at an earlier moment; paged in both directions. */
import { useCallback, useDeferredValue, useState, type ReactElement } from "react";
import { arrowKeys } from "../../components/arrow-keys.ts";
import {
  InvalidKeyError,
  InvalidRangeError,
  rangeBounds,
  type RangeRequest,
} from "../../../durable/index.ts";
import type {
  InspectableStore,
  KeyBound,
  KeyBounds,
  MapEntry,
  WriteHeader,
} from "../../../store/index.ts";
import { Button } from "../../components/button.tsx";
import { Empty, Notice, Waiting } from "../../components/panel.tsx";
import { plural } from "../../components/format.ts";
import { useLiveQuery } from "../../hooks/use-live-query.ts";
import { useMapRange, usePlace } from "../../hooks/use-location.ts";
import type { EntryDraft } from "./entry-dialog.tsx";
import { Entry, LIT_MS, type View } from "./map-entry.tsx";

/** How many rows the page lays out at once. */
const MOST_ROWS = 500;
/** Where more rows than these were just written, none is lit: all would flicker, and the page with them. */
const MOST_LIT = 30;

export interface MapRangeProps {
  readonly map: string;
  readonly view: View;
  readonly onEdit: (draft: EntryDraft) => void;
}

export function MapRange(props: MapRangeProps): ReactElement {
  const [{ start, end, prefix, reverse, limit: typed, moment }] = useMapRange();
  const limit = Number(typed);
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= MOST_ROWS)) {
    return (
      <Notice tone="warn" title="This range cannot be read.">
        The limit is a whole number from 1 to {MOST_ROWS}, not “{typed}”.
      </Notice>
    );
  }
  const request: RangeRequest = {
    startKey: start ?? undefined,
    endKey: end ?? undefined,
    prefix: prefix ?? undefined,
    limit,
  };
  // Another range begins with its first page.
  const key = JSON.stringify([props.map, request, reverse, moment]);
  return <Pages key={key} {...props} request={request} reverse={reverse} moment={moment} />;
}

/** Where a page begins: right after a key in the range's direction, or right before one. */
interface Position {
  readonly side: "after" | "before";
  readonly key: string;
}

function Pages({
  map,
  view,
  onEdit,
  request,
  reverse,
  moment,
}: MapRangeProps & {
  readonly request: RangeRequest;
  readonly reverse: boolean;
  readonly moment: number | null;
}): ReactElement {
  const { limit } = request;
  const [, setPlace] = usePlace();
  const openCall = useCallback((call: string): void => void setPlace({ call }), [setPlace]);
  const [position, setPosition] = useState<Position>();
  const { data: read, error } = useLiveQuery(
    ["maps"],
    ["range", map, request, reverse, moment, position],
    async ({ store }) => {
      const direction = reverse ? "descending" : "ascending";
      const bounds = rangeBounds(direction, request);
      const entries = bounds
        ? await readMapPage(store, map, direction, bounds, position, limit + 1, moment)
        : [];
      const ids = [...new Set(entries.map(({ write }) => write))];
      const writes = await store.readWriteHeaders(ids);
      return { entries, writes: new Map(writes.map((write) => [write.seq, write])) };
    },
    { keepPrevious: true, map },
  );
  // Where hundreds of rows change at once, what a person does meanwhile comes first.
  const data = useDeferredValue(read);
  if (error instanceof InvalidRangeError || error instanceof InvalidKeyError) {
    return (
      <Notice tone="warn" title="This range cannot be read.">
        {error.message}
      </Notice>
    );
  }
  if (!data || error) return <Waiting error={error} />;
  const isFull = data.entries.length > limit;
  const isBefore = position?.side === "before";
  const entries = isBefore ? data.entries.slice(-limit) : data.entries.slice(0, limit);
  const hasPrevious = isBefore ? isFull : position !== undefined;
  const hasNext = isBefore || isFull;
  const [first, last] = [entries[0], entries.at(-1)];
  const lights = countNews(entries, data.writes) <= MOST_LIT;
  return (
    <>
      {entries.length === 0 ? (
        <Empty>
          No entry of “{map}” is in this range{moment === null ? "" : " at that moment"}.
        </Empty>
      ) : (
        <ul ref={arrowKeys} aria-label={`Entries of ${map}`} className="@container">
          {entries.map((entry) => (
            <Entry
              key={entry.key}
              {...{ map, entry, view, lights, onEdit, openCall }}
              write={data.writes.get(entry.write)}
              isPast={moment !== null}
            />
          ))}
        </ul>
      )}
      {hasPrevious || hasNext ? (
        <nav aria-label="Pages of the range" className="flex flex-wrap gap-1 px-3 py-1.5">
          <Button disabled={!hasPrevious} onClick={() => setPosition(undefined)}>
            First
          </Button>
          <Button
            disabled={!hasPrevious || !first}
            onClick={() => first && setPosition({ side: "before", key: first.key })}
          >
            Previous
          </Button>
          <Button
            disabled={!hasNext || !last}
            onClick={() => last && setPosition({ side: "after", key: last.key })}
          >
            Next
          </Button>
          <span className="self-center text-xs text-muted">
            {plural(entries.length, "row")}
            {hasNext ? ", and more after them" : ", the last"}
          </span>
        </nav>
      ) : (
        <p className="px-3 py-1 text-xs text-muted">
          Everything in the range: {plural(entries.length, "row")}.
        </p>
      )}
    </>
  );
}

/** How many entries were written about when the newest of them was. */
function countNews(entries: readonly MapEntry[], writes: ReadonlyMap<number, WriteHeader>): number {
  const times = entries.map(({ write }) => writes.get(write)?.at ?? 0);
  const newest = times.reduce((a, b) => Math.max(a, b), 0);
  return times.filter((at) => newest - at < LIT_MS).length;
}

/** A page in the range's direction; one that ends before a key is read backwards from it. */
async function readMapPage(
  store: InspectableStore,
  map: string,
  direction: "ascending" | "descending",
  bounds: KeyBounds,
  position: Position | undefined,
  limit: number,
  moment: number | null,
): Promise<MapEntry[]> {
  const isBackwards = position?.side === "before";
  const edge: KeyBound | undefined = position && { key: position.key, open: true };
  const isLower = (direction === "ascending") !== isBackwards;
  const query = {
    map,
    limit,
    direction: isLower ? ("ascending" as const) : ("descending" as const),
    ...bounds,
    ...(edge ? (isLower ? { lower: edge } : { upper: edge }) : {}),
  };
  const entries = await (moment === null
    ? store.readRange(query)
    : store.readRangeAt(query, moment));
  return isBackwards ? entries.reverse() : entries;
}
