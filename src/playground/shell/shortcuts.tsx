/** Does what a single key names, where nothing is typed into. Loaded after the page. */
import { useEffect, useEffectEvent } from "react";
import { isTypedInto } from "../browser/typed-into.ts";
import { useKeys } from "../browser/use-keys.ts";
import { useActions, type ActionProps } from "./actions.ts";

export default function Shortcuts(props: ActionProps): null {
  const actions = useActions(props);
  const [isOn] = useKeys();
  const onKey = useEffectEvent((event: KeyboardEvent): void => {
    if (!isOn || isTypedInto(event) || event.repeat) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // What is open above the page takes the key itself.
    if (document.querySelector("dialog[open], [role=menu]")) return;
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
