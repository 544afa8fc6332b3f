/** Inserting or editing one entry of a map by hand. */
import { useRef, useState, type ReactElement } from "react";
import { checkKey, SortedMap } from "../../../durable/index.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { TextField } from "../../components/text-field.tsx";
import { usePlayground } from "../../hooks/use-playground.ts";
import { writeByHand } from "../../runtime/hand-writes.ts";

export interface EntryDraft {
  readonly map: string;
  readonly key: string;
  /** As UTF-8 text. */
  readonly value: string;
  readonly isNew: boolean;
}

/** Signs that may stand for a carriage return: one that the value does not have. */
const SIGNS = ["\u240d", "\u21b5", "\u23ce", "\u00b6"];

export function EntryDialog({
  draft,
  onClose,
}: {
  readonly draft: EntryDraft;
  readonly onClose: () => void;
}): ReactElement {
  const playground = usePlayground();
  const dialog = useRef<HTMLDialogElement>(null);
  const [map, setMap] = useState(draft.map);
  const [key, setKey] = useState(draft.key);
  // A text field makes one line end of all: a carriage return is shown as its sign.
  const sign = draft.value.includes("\r")
    ? SIGNS.find((each) => !draft.value.includes(each))
    : undefined;
  const [value, setValue] = useState(
    sign === undefined ? draft.value : draft.value.replaceAll("\r", sign),
  );
  const [refusal, setRefusal] = useState<string>();
  /** The key that is there already, and that a second press overwrites. */
  const [known, setKnown] = useState<string>();

  const save = async (): Promise<void> => {
    const entry: [string, Uint8Array] = [
      key,
      new TextEncoder().encode(sign === undefined ? value : value.replaceAll(sign, "\r")),
    ];
    try {
      SortedMap.ref(map);
      checkKey(key);
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : String(error));
      return;
    }
    if (draft.isNew && known !== key && (await playground.store?.readEntry(map, key))) {
      setKnown(key);
      setRefusal("The map has an entry of this key. Press Insert again to overwrite it.");
      return;
    }
    if (await writeByHand(playground, map, { method: "insert", entries: [entry] }))
      dialog.current?.close();
    else setRefusal("It could not be written; the log at the bottom says why.");
  };

  return (
    <Dialog
      dialog={dialog}
      title={draft.isNew ? "Insert an entry" : "Edit an entry"}
      onClose={onClose}
    >
      <form
        className="mt-2 flex flex-col gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <TextField label="Map" isCode value={map} readOnly={!draft.isNew} onChange={setMap} />
        <TextField
          label="Key"
          isCode
          value={key}
          // The map is filled in already.
          // eslint-disable-next-line jsx-a11y/no-autofocus
          autoFocus={draft.isNew && draft.map !== ""}
          readOnly={!draft.isNew}
          onChange={setKey}
        />
        <label className="flex flex-col gap-0.5">
          <span className="label">Value, stored as UTF-8</span>
          <textarea
            className="field h-32 py-1 font-mono"
            value={value}
            onChange={({ target }) => setValue(target.value)}
          />
        </label>
        {sign === undefined ? null : (
          <p className="text-xs text-muted">{sign} stands for a carriage return.</p>
        )}
        {refusal === undefined ? null : (
          <p role="alert" className="text-sm text-bad">
            {refusal}
          </p>
        )}
        <div className="mt-2 flex justify-end gap-2">
          <Button onClick={() => dialog.current?.close()}>Cancel</Button>
          <Button tone="primary" type="submit">
            {draft.isNew ? "Insert" : "Save"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
