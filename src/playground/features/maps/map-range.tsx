/** A live range of one map, or as it was at an earlier moment; paged in both directions. */
import { Pencil, Trash2 } from "lucide-react";
import { memo, useCallback, useDeferredValue, useState, type ReactElement } from "react";
import {
  InvalidKeyError,
  InvalidRangeError,
  rangeBounds,
  textOf,
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
import { hex, keyTime, shortId, show } from "../../components/format.ts";
import { useLiveQuery } from "../../hooks/use-live-query.ts";
import { useMapRange, usePlace } from "../../hooks/use-location.ts";
import { usePlayground } from "../../hooks/use-playground.ts";
import type { EntryDraft } from "./entry-dialog.tsx";

/** How many rows the page lays out at once. */
const MOST_ROWS = 500;

/** How long a row is lit that was written, in milliseconds; see `.lit` in styles.css. */
const LIT_MS = 2500;

/** How much of a value is laid out. */
const SHOWN_BYTES = 4096;

export const VIEWS = ["JSON", "text", "hex"] as const;
export type View = (typeof VIEWS)[number];

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
  return (
    <>
      {entries.length === 0 ? (
        <Empty>
          No entry of “{map}” is in this range{moment === null ? "" : " at that moment"}.
        </Empty>
      ) : (
        <ul aria-label={`Entries of ${map}`}>
          {entries.map((entry) => (
            <Entry
              key={entry.key}
              {...{ map, entry, view, onEdit, openCall }}
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
        </nav>
      ) : (
        <p className="px-3 py-2 text-xs text-muted">Everything in the range.</p>
      )}
    </>
  );
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

interface EntryProps {
  readonly map: string;
  readonly entry: MapEntry;
  readonly write: WriteHeader | undefined;
  readonly view: View;
  /** It is shown as it was: there is nothing to change. */
  readonly isPast: boolean;
  readonly onEdit: (draft: EntryDraft) => void;
  readonly openCall: (call: string) => void;
}

/** Where hundreds of writes come in, only the rows that they changed are made anew. */
const Entry = memo(
  EntryRow,
  (before, after) =>
    before.entry.key === after.entry.key &&
    before.entry.write === after.entry.write &&
    before.write?.seq === after.write?.seq &&
    before.map === after.map &&
    before.view === after.view &&
    before.isPast === after.isPast &&
    before.onEdit === after.onEdit &&
    before.openCall === after.openCall,
);

function EntryRow({ map, entry, write, view, isPast, onEdit, openCall }: EntryProps): ReactElement {
  // What was there when the panel was opened is not news.
  const [first] = useState(() => ({ write: entry.write, at: Date.now() }));
  const isNews =
    !isPast && write !== undefined && (entry.write !== first.write || first.at - write.at < LIT_MS);
  const time = keyTime(entry.key);
  const text = textOf(entry.value);
  const origin = write?.origin.invocation;
  return (
    <li className="relative isolate border-b border-line px-3 py-1.5">
      {/* Lit anew by each write; the row itself stays. */}
      {isNews ? (
        <span key={entry.write} aria-hidden className="lit absolute inset-0 -z-10" />
      ) : null}
      <div className="flex items-center gap-1">
        <span className="max-h-20 min-w-0 flex-1 overflow-auto font-mono text-sm font-medium break-words">
          {entry.key === "" ? "(the empty key)" : entry.key}
        </span>
        {isPast ? null : (
          <>
            <Button
              tone="quiet"
              aria-label={`Edit ${entry.key}`}
              icon={<Pencil size={12} aria-hidden />}
              disabled={text === undefined}
              title={
                text === undefined
                  ? "Its bytes are no text, which is all that is edited here."
                  : "Edit"
              }
              onClick={() => onEdit({ map, key: entry.key, value: text ?? "", isNew: false })}
            />
            <RemoveButton map={map} entryKey={entry.key} />
          </>
        )}
      </div>
      {time === undefined ? null : <p className="text-xs text-muted">{time}</p>}
      <Value bytes={entry.value} view={view} />
      <p className="text-xs text-muted">
        {origin === undefined ? (
          "written by hand"
        ) : (
          <>
            written by{" "}
            <button
              type="button"
              className="font-mono text-accent underline"
              onClick={() => openCall(origin)}
            >
              call {shortId(origin)}
            </button>
            , execution {write?.origin.execution}
          </>
        )}
      </p>
    </li>
  );
}

function RemoveButton({ map, entryKey }: { readonly map: string; readonly entryKey: string }) {
  const [asked, setAsked] = useState(false);
  const playground = usePlayground();
  if (!asked) {
    return (
      <Button
        tone="quiet"
        aria-label={`Remove ${entryKey}`}
        icon={<Trash2 size={12} aria-hidden />}
        onClick={() => setAsked(true)}
      />
    );
  }
  return (
    <Button
      tone="danger"
      onBlur={() => setAsked(false)}
      onClick={() => void playground.byHand.write(map, { method: "remove", keys: [entryKey] })}
    >
      Remove for good
    </Button>
  );
}

/** The bytes in the chosen view; where they are not what it shows, in hex, which says so. */
function Value({ bytes, view }: { readonly bytes: Uint8Array; readonly view: View }): ReactElement {
  const text = textOf(bytes);
  const json = text === undefined ? undefined : jsonOf(text);
  const shown = view === "JSON" && json ? show(json.value) : view === "hex" ? undefined : text;
  const note = view !== "hex" && shown === undefined ? `no ${view}, in hex: ` : "";
  return (
    <pre className="max-h-60 overflow-auto font-mono text-xs break-words whitespace-pre-wrap">
      {shown ??
        `${note}${hex(bytes.subarray(0, SHOWN_BYTES))}${bytes.length > SHOWN_BYTES ? ` … (${bytes.length} bytes)` : ""}`}
    </pre>
  );
}

function jsonOf(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined; // No JSON: shown as text.
  }
}
