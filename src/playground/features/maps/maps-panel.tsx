/** Maps: a live range of one map, read past the server, with writes by hand. */
import { Plus } from "lucide-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { mapUri } from "../../../mcp/index.ts";
import { Button } from "../../components/button.tsx";
import { Json } from "../../components/json.tsx";
import { Empty, Waiting } from "../../components/panel.tsx";
import { plural } from "../../components/format.ts";
import { Select } from "../../components/select.tsx";
import { TextField } from "../../components/text-field.tsx";
import { useLiveQuery } from "../../hooks/use-live-query.ts";
import { useMapRange } from "../../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../../hooks/use-playground.ts";
import { EntryDialog, type EntryDraft } from "./entry-dialog.tsx";
import { MapFiles } from "./map-files.tsx";
import { MapHistory } from "./map-history.tsx";
import { VIEWS, type View } from "./map-entry.tsx";
import { MapRange } from "./map-range.tsx";
import { readResource, toggleSubscription } from "../../runtime/page-requests.ts";

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
      <div className="flex flex-wrap items-end gap-2 border-b border-line px-3 py-1.5">
        <Select
          label="Map"
          above
          className="w-44 font-mono"
          value={map ?? ""}
          disabled={names.length === 0}
          options={names.length === 0 ? [["", "no map yet"]] : names}
          onChange={(name) => void setRange({ map: name, moment: null })}
        />
        <TextField
          label="Prefix"
          isCode
          className="w-40"
          value={range.prefix ?? ""}
          onChange={(prefix) => void setRange({ prefix: prefix || null })}
        />
        <TextField
          label={range.reverse ? "Start (larger, inclusive)" : "Start (inclusive)"}
          isCode
          className="w-40"
          value={range.start ?? ""}
          onChange={(start) => void setRange({ start: start || null })}
        />
        <TextField
          label={range.reverse ? "End (smaller, exclusive)" : "End (exclusive)"}
          isCode
          className="w-40"
          value={range.end ?? ""}
          onChange={(end) => void setRange({ end: end || null })}
        />
        <TextField
          label="Limit"
          isCode
          className="w-14"
          value={range.limit}
          onChange={(limit) => void setRange({ limit })}
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
          <Select
            label="Show values as"
            className="w-20"
            value={view}
            options={VIEWS}
            onChange={setView}
          />
        </div>
        <Button
          icon={<Plus size={13} aria-hidden />}
          onClick={() => setDraft({ map: map ?? "", key: "", value: "", isNew: true })}
        >
          Insert by hand…
        </Button>
        <MapFiles map={map} />
      </div>
      {map === undefined ? (
        <Empty>
          No map holds anything yet. Call a tool that writes to one, and its entries stand here; or
          insert an entry by hand.
        </Empty>
      ) : (
        <>
          <div className="flex flex-wrap items-start gap-x-4 border-b border-line px-3 py-1">
            <MapHistory map={map} />
            <AsResource map={map} />
          </div>
          <MapRange map={map} view={view} onEdit={setDraft} />
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
    queryFn: async () => (await readResource(playground.client, uri)) ?? null,
    enabled: reading?.uri === uri && server === "running",
    placeholderData: keepPreviousData,
  });
  return (
    <details className="max-w-full py-1">
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
          onClick={() => void toggleSubscription(playground.client, uri)}
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
