/** Everything that can be done, by name. Loaded when it is first opened. */
import type { ReactElement } from "react";
import { useKeys } from "../browser/use-keys.ts";
import FindDialog from "../components/find-dialog.tsx";
import { useActions, type ActionProps } from "./actions.ts";

export interface CommandPaletteProps extends ActionProps {
  readonly onClose: () => void;
}

export default function CommandPalette({ onClose, ...acts }: CommandPaletteProps): ReactElement {
  const actions = useActions(acts);
  const [hasKeys] = useKeys();
  const named = actions.map(({ group, name, key, run }) => ({
    group,
    name,
    words: group,
    shortcut: hasKeys ? key : undefined,
    run,
  }));
  return (
    <FindDialog
      label="Commands"
      placeholder="What do you want to do?"
      none="No command has that name."
      groups={Map.groupBy(named, ({ group }) => group)}
      onClose={onClose}
    />
  );
}
