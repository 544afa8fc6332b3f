/** Imports entries from a file: read, checked and shown before anything is written. Loaded when opened. */
import { useMemo, useRef, useState, type ReactElement } from "react";
import { textOf } from "../../../durable/index.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { plural, show } from "../../components/format.ts";
import { Select } from "../../components/select.tsx";
import { TextField } from "../../components/text-field.tsx";
import { decodeText, ENCODINGS, type Encoding } from "../../runtime/decode-text.ts";
import { useManyWrites } from "./use-many-writes.ts";
import {
  checkEntries,
  parseEntries,
  type Entry,
  type ParsedEntries,
} from "../../runtime/entries-file.ts";
import { asError } from "../../runtime/state-cell.ts";

/** How many entries are written in one transaction. */
const BATCH = 1000;
/** How many entries, or problems, are shown before the import. */
const PREVIEW = 5;

export default function ImportDialog({
  map: initial,
  onClose,
}: {
  readonly map: string;
  readonly onClose: () => void;
}): ReactElement {
  const { written, write: writeMany, stop } = useManyWrites();
  const dialog = useRef<HTMLDialogElement>(null);
  const [map, setMap] = useState(initial);
  const [chosen, setChosen] = useState<Chosen>();
  const [encoding, setEncoding] = useState<Encoding>("utf-8");
  const file = useMemo(() => chosen && read(chosen, encoding), [chosen, encoding]);
  const [refusal, setRefusal] = useState<string>();
  const isGood = file !== undefined && file.problems.length === 0 && file.entries.length > 0;

  const write = async (entries: readonly Entry[]): Promise<void> => {
    try {
      checkEntries(map, entries);
      if (await writeMany(map, inBatches(entries))) dialog.current?.close();
      else setRefusal("It ended early: what was written so far stays.");
    } catch (error) {
      setRefusal(asError(error).message);
    }
  };

  return (
    <Dialog
      dialog={dialog}
      title="Import entries"
      size="w-lg"
      onClose={() => {
        stop();
        onClose();
      }}
    >
      <p className="text-sm text-muted">
        JSON lines or a JSON array, each with a key and a value, text or base64; or CSV or TSV with
        the columns key and value. A value is stored as it is written. An entry that is there
        already is overwritten.
      </p>
      <div className="mt-2 flex flex-col gap-2">
        <TextField label="Into the map" isCode value={map} onChange={setMap} />
        <label className="flex flex-col gap-0.5">
          <span className="label">File</span>
          <input
            type="file"
            accept=".jsonl,.ndjson,.json,.csv,.tsv,.txt"
            onChange={({ target }) => {
              const given = target.files?.[0];
              setRefusal(undefined);
              if (!given) return;
              given.arrayBuffer().then(
                (bytes) => setChosen({ name: given.name, bytes: new Uint8Array(bytes) }),
                (error: unknown) => setRefusal(`The file cannot be read: ${String(error)}`),
              );
            }}
          />
        </label>
        <Select
          label="Encoding"
          above
          className="w-44"
          value={encoding}
          options={ENCODINGS}
          onChange={setEncoding}
        />
        {file ? <Preview file={file} /> : null}
        {refusal === undefined ? null : (
          <p role="alert" className="text-sm text-bad">
            {refusal}
          </p>
        )}
        {written === undefined ? null : (
          <progress className="w-full" value={written} max={file?.entries.length} />
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={() => dialog.current?.close()}>Cancel</Button>
          <Button
            tone="primary"
            disabled={!isGood || written !== undefined}
            onClick={() => {
              if (file) void write(file.entries);
            }}
          >
            Import {file && isGood ? plural(file.entries.length, "entry", "entries") : ""}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

interface Chosen {
  readonly name: string;
  readonly bytes: Uint8Array;
}

function read({ name, bytes }: Chosen, encoding: Encoding): ParsedEntries {
  const { text, problem } = decodeText(bytes, encoding);
  return text === undefined
    ? { entries: [], problems: [`${name}: ${problem}`] }
    : parseEntries(name, text);
}

function Preview({ file: { entries, problems } }: { readonly file: ParsedEntries }): ReactElement {
  if (problems.length > 0) {
    return (
      <div role="alert" className="rounded bg-bad-soft p-2 text-sm">
        <p className="font-semibold">
          Nothing will be written: {plural(problems.length, "problem")}.
        </p>
        <ul>
          {problems.slice(0, PREVIEW).map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      </div>
    );
  }
  if (entries.length === 0) return <p className="text-sm text-muted">The file holds no entry.</p>;
  return (
    <div className="text-sm">
      <p>{plural(entries.length, "entry", "entries")}, the first of them:</p>
      <ul aria-label="First entries" className="font-mono text-xs">
        {entries.slice(0, PREVIEW).map(([key, value], index) => (
          <li key={index} className="truncate">
            {key} = {textOf(value) ?? show(value, 0)}
          </li>
        ))}
      </ul>
    </div>
  );
}

function* inBatches(entries: readonly Entry[]): Generator<readonly Entry[]> {
  for (let at = 0; at < entries.length; at += BATCH) yield entries.slice(at, at + BATCH);
}
