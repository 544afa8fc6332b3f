/** Fills a map with made-up rows, to try how a large one behaves. Loaded when opened. */
import { useRef, useState, type ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { TextField } from "../../components/text-field.tsx";
import { useManyWrites } from "./use-many-writes.ts";
import type { Entry } from "../../runtime/entries-file.ts";
import { asError } from "../../runtime/state-cell.ts";

const MOST = 1_000_000;
/** How many rows are written in one transaction. */
const BATCH = 2000;
const format = new Intl.NumberFormat();

export default function FillDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { written, write, stop } = useManyWrites();
  const dialog = useRef<HTMLDialogElement>(null);
  const [map, setMap] = useState("large");
  const [typed, setTyped] = useState("10000");
  const [refusal, setRefusal] = useState<string>();
  const count = Number(typed);

  const fill = async (): Promise<void> => {
    if (!(Number.isInteger(count) && count >= 1 && count <= MOST)) {
      setRefusal(`Give a whole number of rows from 1 to ${format.format(MOST)}.`);
      return;
    }
    setRefusal(undefined);
    try {
      if (await write(map, rows(count))) dialog.current?.close();
      else setRefusal("It was stopped: the rows that were written stay.");
    } catch (error) {
      setRefusal(asError(error).message);
    }
  };

  return (
    <Dialog
      dialog={dialog}
      title="Fill a map"
      onClose={() => {
        stop();
        onClose();
      }}
    >
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
        <TextField label="Map to fill" isCode value={map} onChange={setMap} />
        <TextField
          label={`Rows, up to ${format.format(MOST)}`}
          isCode
          inputMode="numeric"
          value={typed}
          onChange={setTyped}
        />
        {refusal === undefined ? null : (
          <p role="alert" className="text-sm text-bad">
            {refusal}
          </p>
        )}
        {written === undefined ? null : (
          <label className="text-sm">
            <progress className="w-full" value={written} max={count} />
            {format.format(written)} of {format.format(count)}
          </label>
        )}
        <div className="flex justify-end gap-2">
          {written === undefined ? (
            <Button onClick={() => dialog.current?.close()}>Cancel</Button>
          ) : (
            <Button onClick={stop}>Stop</Button>
          )}
          <Button tone="primary" type="submit" disabled={written !== undefined}>
            Fill
          </Button>
        </div>
      </form>
    </Dialog>
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
