/** Maps: a live range of one map, read past the server, with writes by hand. */
import { Pencil, Plus, Trash2 } from "lucide-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { InvalidRangeError, rangeBounds, type RangeRequest } from "../../durable/index.ts";
import { mapUri } from "../../mcp/index.ts";
import type { MapEntry } from "../../store/index.ts";
import { Button } from "../components/button.tsx";
import { Json } from "../components/json.tsx";
import { Empty, Notice, Waiting } from "../components/panel.tsx";
import { hex, keyTime, plural, shortId, show } from "../format.ts";
import { useLiveQuery } from "../hooks/use-live-query.ts";
import { useMapRange, usePlace } from "../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../hooks/use-playground.ts";
import { EntryDialog, type EntryDraft } from "./entry-dialog.tsx";

/** How many rows the page lays out at once. */
const MOST_ROWS = 500;

/** How much of a value is laid out. */
const SHOWN_BYTES = 4096;

const VIEWS = ["JSON", "text", "hex"] as const;
type View = (typeof VIEWS)[number];

export function MapsPanel(): ReactElement {
  const { data: maps, error } = useLiveQuery(["maps"], ["map-names"], ({ store }) =>
    store.readMapNames(),
  );
  const [range, setRange] = useMapRange();
  const [view, setView] = useState<View>("JSON");
  const [draft, setDraft] = useState<EntryDraft>();
  if (!maps) return <Waiting error={error} />;
  const map = range.map ?? maps[0];
  const names = map === undefined || maps.includes(map) ? maps : [map, ...maps];
  return (
    <div className="flex flex-col">
      <div className="grid grid-cols-2 gap-2 border-b border-line p-3">
        <label className="flex min-w-0 flex-col gap-0.5">
          <span className="label">Map</span>
          <select
            className="field font-mono"
            value={map ?? ""}
            disabled={names.length === 0}
            onChange={({ target }) => void setRange({ map: target.value })}
          >
            {names.length === 0 ? <option value="">no map yet</option> : null}
            {names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <Field
          label="Prefix"
          value={range.prefix}
          onChange={(prefix) => void setRange({ prefix })}
        />
        <Field
          label={range.reverse ? "Start (larger, inclusive)" : "Start (inclusive)"}
          value={range.start}
          onChange={(start) => void setRange({ start })}
        />
        <Field
          label={range.reverse ? "End (smaller, exclusive)" : "End (exclusive)"}
          value={range.end}
          onChange={(end) => void setRange({ end })}
        />
        <Field
          label="Limit"
          value={range.limit}
          onChange={(limit) => void setRange({ limit: limit ?? "" })}
        />
        <div className="flex items-end gap-1">
          <Button
            pressed={range.reverse}
            title="Descending, by reverseRange."
            onClick={() =>
              // The start is the larger key then: the same part of the map, the other way round.
              void setRange({ reverse: !range.reverse, start: range.end, end: range.start })
            }
          >
            Reverse
          </Button>
          <label className="min-w-0 flex-1">
            <span className="sr-only">Show values as</span>
            <select
              className="field"
              value={view}
              onChange={({ target }) =>
                setView(VIEWS.find((known) => known === target.value) ?? "JSON")
              }
            >
              {VIEWS.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        </div>
        <Button
          className="col-span-2"
          icon={<Plus size={13} aria-hidden />}
          onClick={() => setDraft({ map: map ?? "", key: "", value: "", isNew: true })}
        >
          Insert by hand…
        </Button>
      </div>
      {map === undefined ? (
        <Empty>
          No map holds anything yet. Call a tool that writes to one, and its entries stand here; or
          insert an entry by hand.
        </Empty>
      ) : (
        <>
          <AsResource map={map} />
          <Range map={map} view={view} onEdit={setDraft} />
        </>
      )}
      {draft ? <EntryDialog draft={draft} onClose={() => setDraft(undefined)} /> : null}
    </div>
  );
}

/** The same range as the server offers it to any client: an MCP resource. */
function AsResource({ map }: { readonly map: string }): ReactElement {
  const playground = usePlayground();
  const { server, serverId, subscriptions } = usePlaygroundState();
  const [{ start, end, limit }] = useMapRange();
  /** What was asked to be read, and how often. */
  const [reading, setReading] = useState<{ readonly uri: string; readonly asked: number }>();
  const query = new URLSearchParams({
    ...(start === null ? {} : { start }),
    ...(end === null ? {} : { end }),
    limit,
  });
  const uri = `${mapUri(map)}?${query.toString()}`;
  const updates = subscriptions.get(uri);
  // What is read is read again when the server tells that it has changed.
  const { data: contents } = useQuery({
    queryKey: ["resource", playground.example.name, serverId, uri, updates, reading?.asked],
    queryFn: async () => (await playground.client.readResource(uri)) ?? null,
    enabled: reading?.uri === uri && server === "running",
    placeholderData: keepPreviousData,
  });
  return (
    <details className="border-b border-line px-3 py-1.5">
      <summary className="label">As an MCP resource</summary>
      <code className="block font-mono text-xs break-all">{uri}</code>
      <div className="mt-1 flex flex-wrap items-center gap-1">
        <Button
          disabled={server !== "running"}
          onClick={() => setReading({ uri, asked: (reading?.asked ?? 0) + 1 })}
        >
          Read by MCP
        </Button>
        <Button
          pressed={updates !== undefined}
          disabled={server !== "running"}
          onClick={() => void playground.client.toggleSubscription(uri)}
        >
          {updates === undefined ? "Subscribe" : "Unsubscribe"}
        </Button>
        <span role="status" className="text-xs text-muted">
          {updates === undefined ? "" : plural(updates, "update")}
        </span>
      </div>
      {reading?.uri === uri && contents ? <Json value={contents} /> : null}
    </details>
  );
}

function Field({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string | null;
  readonly onChange: (value: string | null) => void;
}): ReactElement {
  return (
    <label className="flex min-w-0 flex-col gap-0.5">
      <span className="label">{label}</span>
      <input
        className="field font-mono"
        value={value ?? ""}
        onChange={({ target }) => onChange(target.value === "" ? null : target.value)}
      />
    </label>
  );
}

function Range({
  map,
  view,
  onEdit,
}: {
  readonly map: string;
  readonly view: View;
  readonly onEdit: (draft: EntryDraft) => void;
}): ReactElement {
  const [{ start, end, prefix, reverse, limit: typed }] = useMapRange();
  const limit = Number(typed);
  const request: RangeRequest = {
    startKey: start ?? undefined,
    endKey: end ?? undefined,
    prefix: prefix ?? undefined,
    limit,
  };
  const { data: entries, error } = useLiveQuery(
    ["maps"],
    ["range", map, request, reverse],
    async ({ store }) => {
      const direction = reverse ? "descending" : "ascending";
      if (!(limit >= 1 && limit <= MOST_ROWS)) return [];
      const bounds = rangeBounds(direction, request);
      return bounds ? await store.readRange({ map, direction, limit, ...bounds }) : [];
    },
    { keepPrevious: true },
  );
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= MOST_ROWS)) {
    return (
      <Notice tone="warn" title="This range cannot be read.">
        The limit is a whole number from 1 to {MOST_ROWS}, not “{typed}”.
      </Notice>
    );
  }
  if (error instanceof InvalidRangeError || error instanceof TypeError) {
    return (
      <Notice tone="warn" title="This range cannot be read.">
        {error.message}
      </Notice>
    );
  }
  if (!entries || error) return <Waiting error={error} />;
  if (entries.length === 0) return <Empty>No entry of “{map}” is in this range.</Empty>;
  return (
    <>
      <ul aria-label={`Entries of ${map}`}>
        {entries.map((entry) => (
          // A new write is a new row, and is lit.
          <Entry key={`${entry.key}\u0000${entry.write}`} {...{ map, entry, view, onEdit }} />
        ))}
      </ul>
      <p className="px-3 py-2 text-xs text-muted">
        {entries.length === limit
          ? `The ${reverse ? "last" : "first"} ${limit} of the range.`
          : "Everything in the range."}
      </p>
    </>
  );
}

function Entry({
  map,
  entry,
  view,
  onEdit,
}: {
  readonly map: string;
  readonly entry: MapEntry;
  readonly view: View;
  readonly onEdit: (draft: EntryDraft) => void;
}): ReactElement {
  const [, setPlace] = usePlace();
  const { data: write } = useLiveQuery([], ["write", entry.write], ({ store }) =>
    store.readWrite(entry.write).then((found) => found ?? null),
  );
  // What was there when the panel was opened is not news.
  const [openedAt] = useState(() => Date.now());
  const isNews = write !== null && write !== undefined && openedAt - write.at < 2500;
  const time = keyTime(entry.key);
  const text = textOf(entry.value);
  const origin = write?.origin.invocation;
  return (
    <li className={`border-b border-line px-3 py-1.5 ${isNews ? "lit" : ""}`}>
      <div className="flex items-center gap-1">
        <span className="max-h-20 min-w-0 flex-1 overflow-auto font-mono text-sm font-medium break-words">
          {entry.key === "" ? "(the empty key)" : entry.key}
        </span>
        <Button
          tone="quiet"
          aria-label={`Edit ${entry.key}`}
          icon={<Pencil size={12} aria-hidden />}
          disabled={text === undefined}
          title={
            text === undefined ? "Its bytes are no text, which is all that is edited here." : "Edit"
          }
          onClick={() => onEdit({ map, key: entry.key, value: text ?? "", isNew: false })}
        />
        <RemoveButton map={map} entryKey={entry.key} />
      </div>
      {time === undefined ? null : <p className="text-xs text-muted">{time}</p>}
      <Value bytes={entry.value} view={view} />
      <p className="text-xs text-muted">
        {origin === undefined ? (
          write === null || write ? (
            "written by hand"
          ) : (
            " "
          )
        ) : (
          <>
            written by{" "}
            <button
              type="button"
              className="font-mono text-accent underline"
              onClick={() => void setPlace({ call: origin, scope: "call" })}
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
      onClick={() => void playground.write(map, { method: "remove", keys: [entryKey] })}
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

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined; // No UTF-8: shown in hex.
  }
}

function jsonOf(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined; // No JSON: shown as text.
  }
}
