/** A map's entries from a file, to a file, and made up to try a large map. */
import { Download, FileUp, Rows3 } from "lucide-react";
import { useState, type ReactElement } from "react";
import { rangeBounds } from "../../../durable/index.ts";
import { part } from "../../components/part.tsx";
import { Button } from "../../components/button.tsx";
import { download } from "../../browser/download.ts";
import { useMapRange } from "../../hooks/use-location.ts";
import { usePlayground } from "../../hooks/use-playground.ts";
import { toJsonLines } from "../../runtime/entries-file.ts";

const ImportDialog = part(() => import("./import-dialog.tsx"));
const FillDialog = part(() => import("./fill-dialog.tsx"));

/** How many entries are read at once. */
const CHUNK = 1000;

export function MapFiles({ map }: { readonly map: string | undefined }): ReactElement {
  const playground = usePlayground();
  const [{ start, end, prefix, reverse, moment }] = useMapRange();
  const [dialog, setDialog] = useState<"import" | "fill">();
  const [message, setMessage] = useState<{
    readonly map: string | undefined;
    readonly text: string;
  }>();

  /** The whole range, however long its pages are. */
  const save = async (): Promise<void> => {
    const { store } = playground;
    if (!store || map === undefined) return;
    const direction = reverse ? "descending" : "ascending";
    const request = { startKey: start ?? undefined, endKey: end ?? undefined, limit: 1 };
    let bounds = rangeBounds(direction, { ...request, prefix: prefix ?? undefined });
    const parts: string[] = [];
    let [count, tooLong] = [0, 0];
    while (bounds) {
      // The past is read at once, for each reading of it goes through the map's writes.
      const limit = moment === null ? CHUNK : Infinity;
      const query = { map, direction, limit, ...bounds } as const;
      const entries = await (moment === null
        ? store.readRange(query)
        : store.readRangeAt(query, moment));
      const lines = toJsonLines(map, entries);
      parts.push(lines.text);
      tooLong += lines.tooLong;
      count += entries.length;
      const last = entries.at(-1);
      if (!last || entries.length < limit) break;
      const edge = { key: last.key, open: true };
      bounds = reverse ? { ...bounds, upper: edge } : { ...bounds, lower: edge };
    }
    download(`${map}.jsonl`, new Blob(parts, { type: "application/jsonl" }));
    const marked =
      tooLong === 0
        ? ""
        : ` ${tooLong} of them: the key is too long to be inserted again ("tooLong" in the file).`;
    setMessage({ map, text: `Exported ${count} entries.${marked}` });
  };

  return (
    <div className="flex flex-wrap items-center gap-1">
      <Button icon={<FileUp size={13} aria-hidden />} onClick={() => setDialog("import")}>
        Import…
      </Button>
      <Button
        icon={<Download size={13} aria-hidden />}
        disabled={map === undefined}
        title="Everything in the range, as JSON lines."
        onClick={() =>
          void save().catch((error: unknown) =>
            setMessage({ map, text: `Not exported: ${String(error)}` }),
          )
        }
      >
        Export
      </Button>
      <Button icon={<Rows3 size={13} aria-hidden />} onClick={() => setDialog("fill")}>
        Fill…
      </Button>
      <span role="status" className="text-xs text-muted">
        {message?.map === map ? message?.text : ""}
      </span>
      {dialog === "import" ? (
        <ImportDialog map={map ?? ""} onClose={() => setDialog(undefined)} />
      ) : null}
      {dialog === "fill" ? <FillDialog onClose={() => setDialog(undefined)} /> : null}
    </div>
  );
}
