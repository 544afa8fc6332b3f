/** A list to choose from by typing: what is chosen is done, and the focus is back where it was. */
import { Command } from "cmdk";
import { useEffect, useRef, type ReactElement } from "react";

export interface Found {
  readonly name: string;
  /** A line under it; it is found by that, too. */
  readonly detail?: string | undefined;
  /** What else it is found by. */
  readonly words?: string | undefined;
  /** The key that does the same. */
  readonly shortcut?: string | undefined;
  readonly run: () => void;
}

export default function FindDialog({
  label,
  placeholder,
  none,
  groups,
  onClose,
}: {
  readonly label: string;
  readonly placeholder: string;
  /** Said where nothing is found. */
  readonly none: string;
  /** By their headings, in order. */
  readonly groups: ReadonlyMap<string, readonly Found[]>;
  readonly onClose: () => void;
}): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    // The dialog would focus the list's own root, which takes no typing.
    input.current?.focus();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-label={label}
      className="mt-[12vh] w-lg max-w-full overflow-hidden rounded-md border border-line bg-panel"
      onClose={onClose}
    >
      <Command label={label} loop filter={contains}>
        <Command.Input
          ref={input}
          placeholder={placeholder}
          className="h-10 w-full border-b border-line bg-panel px-3 text-base"
        />
        <Command.List className="max-h-80 overflow-auto p-1">
          <Command.Empty className="p-3 text-sm text-muted">{none}</Command.Empty>
          {[...groups].map(([group, found]) => (
            <Command.Group
              key={group}
              heading={group}
              className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted"
            >
              {found.map(({ name, detail = "", words = "", shortcut, run }) => (
                <Command.Item
                  key={name}
                  value={`${group} ${name}`}
                  keywords={[name, detail, words]}
                  className="flex items-center justify-between gap-2 rounded px-2 py-1 text-sm data-[selected=true]:bg-accent-soft"
                  onSelect={() => {
                    // Closing it first gives the focus back to where it was.
                    dialog.current?.close();
                    // Its event comes later, and would close what the next key has opened again.
                    onClose();
                    run();
                  }}
                >
                  <span className="min-w-0">
                    {name}
                    {detail === "" ? null : (
                      <span className="block truncate text-xs text-muted">{detail}</span>
                    )}
                  </span>
                  {shortcut === undefined ? null : (
                    <kbd className="rounded border border-line px-1 font-mono text-xs text-muted">
                      {shortcut}
                    </kbd>
                  )}
                </Command.Item>
              ))}
            </Command.Group>
          ))}
        </Command.List>
      </Command>
    </dialog>
  );
}

/** By what stands in it: a letter here and there chooses nothing. */
function contains(_value: string, search: string, keywords: readonly string[] = []): number {
  const text = keywords.join(" ").toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
    ? 1
    : 0;
}
