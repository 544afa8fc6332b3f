/** Everything that can be done, by name. Loaded when it is first opened. */
import { Command } from "cmdk";
import { useEffect, useRef, type ReactElement } from "react";
import { useKeys } from "../browser/use-keys.ts";
import { useActions, type ActionProps } from "./actions.ts";

export interface CommandPaletteProps extends ActionProps {
  readonly onClose: () => void;
}

export default function CommandPalette(props: CommandPaletteProps): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    // The dialog would focus the list's own root, which takes no typing.
    input.current?.focus();
  }, []);
  const actions = useActions(props);
  const [hasKeys] = useKeys();
  const groups = [...new Set(actions.map(({ group }) => group))];
  return (
    <dialog
      ref={dialog}
      aria-label="Commands"
      className="mt-[12vh] w-lg max-w-full overflow-hidden rounded-md border border-line bg-panel"
      onClose={props.onClose}
    >
      <Command label="Commands" loop filter={contains}>
        <Command.Input
          ref={input}
          placeholder="What do you want to do?"
          className="h-10 w-full border-b border-line bg-panel px-3 text-base"
        />
        <Command.List className="max-h-80 overflow-auto p-1">
          <Command.Empty className="p-3 text-sm text-muted">
            No command has that name.
          </Command.Empty>
          {groups.map((group) => (
            <Command.Group
              key={group}
              heading={group}
              className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted"
            >
              {actions
                .filter((action) => action.group === group)
                .map(({ name, key, run }) => (
                  <Command.Item
                    key={name}
                    value={`${group} ${name}`}
                    className="flex items-center justify-between gap-2 rounded px-2 py-1 text-sm data-[selected=true]:bg-accent-soft"
                    onSelect={() => {
                      // Closing it first gives the focus back to where it was.
                      dialog.current?.close();
                      run();
                    }}
                  >
                    {name}
                    {key !== undefined && hasKeys ? (
                      <kbd className="rounded border border-line px-1 font-mono text-xs text-muted">
                        {key}
                      </kbd>
                    ) : null}
                  </Command.Item>
                ))}
            </Command.Group>
          ))}
        </Command.List>
      </Command>
    </dialog>
  );
}

/** By what stands in the name: a letter here and there chooses nothing. */
function contains(value: string, search: string): number {
  const words = search.toLowerCase().split(/\s+/);
  return words.every((word) => value.toLowerCase().includes(word)) ? 1 : 0;
}
