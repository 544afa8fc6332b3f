/** Does what a single key names, where nothing is typed into. Loaded after the page. */
import { useEffect, useEffectEvent } from "react";
import { useActions, type ActionProps } from "./actions.ts";

/** What takes the key itself: fields, editors, and what is open above the page. */
const TAKES_KEYS = "input, select, textarea, [contenteditable], dialog, [role=menu]";

export default function Shortcuts(props: ActionProps): null {
  const actions = useActions(props);
  const onKey = useEffectEvent((event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    // The whole path: an editor may stand in a shadow tree.
    const path = event.composedPath().filter((at) => at instanceof Element);
    if (path.some((element) => element.matches(TAKES_KEYS))) return;
    if (document.querySelector("dialog[open]")) return;
    const action = actions.find(({ key }) => key === event.key);
    if (!action) return;
    event.preventDefault();
    action.run();
  });
  useEffect(() => {
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  return null;
}
