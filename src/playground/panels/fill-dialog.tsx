/** Fills a map with made-up rows, to try how a large one behaves. Loaded when opened. */
import { useEffect, useId, useRef, useState, type ReactElement } from "react";
import { SortedMap } from "../../durable/index.ts";
import { Button } from "../components/button.tsx";
import { useMapRange } from "../hooks/use-location.ts";
import { usePlayground } from "../hooks/use-playground.ts";
import type { Entry } from "../runtime/entries-file.ts";

const MOST = 1_000_000;
/** How many rows are written in one transaction. */
const BATCH = 2000;
const format = new Intl.NumberFormat();

export default function FillDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const playground = usePlayground();
  const [, setRange] = useMapRange();
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const [map, setMap] = useState("large");
  const [typed, setTyped] = useState("10000");
  const [refusal, setRefusal] = useState<string>();
  const [stop, setStop] = useState<AbortController>();
  const [written, setWritten] = useState(0);
  useEffect(() => dialog.current?.showModal(), []);
  const count = Number(typed);

  const fill = async (): Promise<void> => {
    try {
      SortedMap.ref(map);
      if (!(Number.isInteger(count) && count >= 1 && count <= MOST)) {
        throw new Error(`Give a whole number of rows from 1 to ${format.format(MOST)}.`);
      }
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : String(error));
      return;
    }
    const abort = new AbortController();
    setStop(abort);
    setRefusal(undefined);
    const done = await playground.writeMany(map, rows(count), abort.signal, setWritten);
    setStop(undefined);
    void setRange({ map, moment: null });
    if (done) dialog.current?.close();
    else setRefusal("It was stopped: the rows that were written stay.");
  };

  return (
    <dialog
      ref={dialog}
      aria-labelledby={title}
      className="w-md max-w-full rounded-md border border-line bg-panel p-4"
      onClose={() => {
        stop?.abort();
        onClose();
      }}
    >
      <h2 id={title} className="text-lg font-semibold">
        Fill a map
      </h2>
      <p className="text-sm text-muted">
        Rows of a number under keys in order, in batches of {format.format(BATCH)}: to see that a
        large map is as quick as a small one.
      </p>
      <form
        className="mt-2 flex flex-col gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          void fill();
        }}
      >
        <label className="flex flex-col gap-0.5">
          <span className="label">Map to fill</span>
          <input
            className="field font-mono"
            value={map}
            onChange={({ target }) => setMap(target.value)}
          />
        </label>
        <label className="flex flex-col gap-0.5">
          <span className="label">Rows, up to {format.format(MOST)}</span>
          <input
            className="field font-mono"
            inputMode="numeric"
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
          />
        </label>
        {refusal === undefined ? null : (
          <p role="alert" className="text-sm text-bad">
            {refusal}
          </p>
        )}
        {stop ? (
          <label className="text-sm">
            <progress className="w-full accent-accent" value={written} max={count} />
            {format.format(written)} of {format.format(count)}
          </label>
        ) : null}
        <div className="flex justify-end gap-2">
          {stop ? (
            <Button onClick={() => stop.abort()}>Stop</Button>
          ) : (
            <Button onClick={() => dialog.current?.close()}>Cancel</Button>
          )}
          <Button tone="primary" type="submit" disabled={stop !== undefined}>
            Fill
          </Button>
        </div>
      </form>
    </dialog>
  );
}

function* rows(count: number): Generator<readonly Entry[]> {
  const encoder = new TextEncoder();
  for (let at = 0; at < count; at += BATCH) {
    const length = Math.min(BATCH, count - at);
    yield Array.from({ length }, (_, index): Entry => {
      const n = at + index;
      return [`row-${String(n).padStart(7, "0")}`, encoder.encode(`{"n":${n}}`)];
    });
  }
}
