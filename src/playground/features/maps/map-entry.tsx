/** One entry of a map: a line that opens, with the call that wrote it. */
import { ChevronDown, ChevronRight, Pencil, Trash2 } from "lucide-react";
import { memo, useState, type ReactElement } from "react";
import { ROW_STOP } from "../../components/arrow-keys.ts";
import { textOf } from "../../../durable/index.ts";
import type { MapEntry, WriteHeader } from "../../../store/index.ts";
import { Button } from "../../components/button.tsx";
import { visible } from "../../components/visible.ts";
import { cut, hex, keyTime, shortId } from "../../components/format.ts";
import { usePlayground } from "../../hooks/use-playground.ts";
import { writeByHand } from "../../runtime/hand-writes.ts";
import { layOut } from "../../runtime/json-members.ts";
import type { EntryDraft } from "./entry-dialog.tsx";

/** How long a row is lit that was written, in milliseconds; see `.lit` in styles.css. */
export const LIT_MS = 2500;

/** How much of a value is laid out. */
const SHOWN_BYTES = 4096;

export const VIEWS = ["JSON", "text", "hex"] as const;
export type View = (typeof VIEWS)[number];

interface EntryProps {
  readonly map: string;
  readonly entry: MapEntry;
  readonly write: WriteHeader | undefined;
  readonly view: View;
  /** It is shown as it was: there is nothing to change. */
  readonly isPast: boolean;
  /** So few were written that to light them says something. */
  readonly lights: boolean;
  readonly onEdit: (draft: EntryDraft) => void;
  readonly openCall: (call: string) => void;
}

/** Where hundreds of writes come in, only the rows that they changed are made anew. */
export const Entry = memo(
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

function EntryRow({
  map,
  entry,
  write,
  view,
  isPast,
  lights,
  onEdit,
  openCall,
}: EntryProps): ReactElement {
  // What was there when the panel was opened is not news.
  const [first] = useState(() => ({ write: entry.write, at: Date.now() }));
  const isNews =
    lights &&
    !isPast &&
    write !== undefined &&
    (entry.write !== first.write || first.at - write.at < LIT_MS);
  const [isOpen, setIsOpen] = useState(false);
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  const time = keyTime(entry.key);
  const text = textOf(entry.value);
  const origin = write?.origin.invocation;
  return (
    <li className="row-unseen relative isolate border-b border-line px-2 py-1">
      {/* Lit anew by each write; the row itself stays. */}
      {isNews ? (
        <span key={entry.write} aria-hidden className="lit absolute inset-0 -z-10" />
      ) : null}
      <div className="grid grid-cols-[20px_minmax(0,1fr)_auto] items-start gap-x-2 @3xl:grid-cols-[20px_minmax(10rem,20rem)_minmax(0,1fr)_auto_auto]">
        <button
          {...ROW_STOP}
          type="button"
          aria-label={`${isOpen ? "Fold" : "Unfold"} ${entry.key}`}
          aria-expanded={isOpen}
          className="mt-0.5 rounded hover:bg-raised"
          onClick={() => setIsOpen(!isOpen)}
        >
          <Chevron size={13} aria-hidden />
        </button>
        <span
          className={`min-w-0 font-mono text-sm font-medium ${isOpen ? "[overflow-wrap:anywhere]" : "truncate"}`}
          title={entry.key}
        >
          {entry.key === "" ? "(the empty key)" : visible(entry.key)}
          {time === undefined ? null : (
            <span className="block font-sans text-xs font-normal text-muted">{time}</span>
          )}
        </span>
        <span className="min-w-0 @max-3xl:order-last @max-3xl:col-span-2 @max-3xl:col-start-2">
          {isOpen ? (
            <Value bytes={entry.value} view={view} />
          ) : (
            <span className="block truncate font-mono text-xs leading-5">
              {inLine(entry.value, view)}
            </span>
          )}
        </span>
        <span className="text-xs whitespace-nowrap text-muted @max-3xl:order-last @max-3xl:col-span-2 @max-3xl:col-start-2">
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
        </span>
        <span className="-my-1 flex">
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
        </span>
      </div>
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
      onClick={() => void writeByHand(playground, map, { method: "remove", keys: [entryKey] })}
    >
      Remove for good
    </Button>
  );
}

/** How much of a value stands in its row. */
const IN_LINE = 400;

/** The bytes in the chosen view; where they are not what it shows, in hex, which says so. */
function textIn(bytes: Uint8Array, view: View): string {
  const text = textOf(bytes);
  const isJson = text !== undefined && hasJson(text);
  const shown = view === "JSON" && isJson ? cut(layOut(text)) : view === "hex" ? undefined : text;
  const note = view !== "hex" && shown === undefined ? `no ${view}, in hex: ` : "";
  return (
    shown ??
    `${note}${hex(bytes.subarray(0, SHOWN_BYTES))}${bytes.length > SHOWN_BYTES ? ` … (${bytes.length} bytes)` : ""}`
  );
}

function inLine(bytes: Uint8Array, view: View): string {
  // What is cut off by its row need not be made.
  const text =
    bytes.length > SHOWN_BYTES && view === "JSON" ? textIn(bytes, "text") : textIn(bytes, view);
  const line = text
    .slice(0, IN_LINE * 4)
    .replace(/\s+/g, " ")
    .slice(0, IN_LINE);
  return visible(line);
}

function Value({ bytes, view }: { readonly bytes: Uint8Array; readonly view: View }): ReactElement {
  return (
    <pre className="max-h-60 overflow-auto font-mono text-xs break-words whitespace-pre-wrap">
      {visible(textIn(bytes, view))}
    </pre>
  );
}

function hasJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // Shown as text.
  }
}
