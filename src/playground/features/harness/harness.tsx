/**
 * The harness: a menu of the examples, and the run of the one that was chosen there. Loaded when it
 * is first opened.
 */
import { LogOut } from "lucide-react";
import { useEffect, useEffectEvent, useRef, type ReactElement } from "react";
import { examples } from "../../../examples/index.ts";
import { isTypedInto } from "../../browser/typed-into.ts";
import { Button } from "../../components/button.tsx";
import { useChosenExample } from "../../hooks/use-chosen-example.ts";
import { useOwnServers } from "../../hooks/use-own-servers.ts";
import { usePlace } from "../../hooks/use-location.ts";
import { usePlayground } from "../../hooks/use-playground.ts";
import { exampleOf } from "../../runtime/own-servers.ts";
import { HarnessRun } from "./harness-run.tsx";

export default function Harness({ view }: { readonly view: "menu" | "run" }): ReactElement {
  const playground = usePlayground();
  const [, setPlace] = usePlace();
  const [{ cameFrom }, change] = useChosenExample();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);

  /** Whether the example was run here: leaving stops its server, and what ran before runs again. */
  const ran = useRef(false);
  // However it is left: by the button, the key, or the way back of the browser.
  useEffect(
    () => () => {
      if (!ran.current) return;
      ran.current = false;
      // Where another example is shown next, this one's page is closed, and starts nothing.
      void playground.script
        .stop()
        .then(() => playground.stop())
        .then(() => playground.start());
    },
    [playground],
  );
  const leave = (): void => {
    change({ chosen: null, cameFrom: null });
    dialog.current?.close();
    void setPlace({ harness: null, ...cameFrom });
  };
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== "q" || event.ctrlKey || event.metaKey || event.isComposing) return;
    const { target } = event;
    // Not while something is typed, nor in a dialog on top of this one.
    if (!(target instanceof Element) || isTypedInto(event)) return;
    if (target === document.body || target.closest("dialog") === dialog.current) leave();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => onKey(event);
    // The focus is the body's after a button in the dialog has gone.
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);

  return (
    <dialog
      ref={dialog}
      aria-label="Examples"
      className="h-[85vh] w-3xl max-w-full rounded-md border border-line bg-panel"
      onCancel={(event) => {
        event.preventDefault();
        leave();
      }}
    >
      <div className="flex h-full flex-col">
        <header className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2">
          <h2 className="text-lg font-semibold">
            {view === "run" ? playground.example.title : "Examples, run from end to end"}
          </h2>
          <div className="ml-auto flex flex-wrap gap-1">
            {view === "run" ? (
              <Button onClick={() => void setPlace({ harness: "menu" })}>Menu</Button>
            ) : null}
            <Button icon={<LogOut size={13} aria-hidden />} onClick={leave}>
              Leave <kbd className="font-mono text-xs text-muted">q</kbd>
            </Button>
          </div>
        </header>
        {view === "run" ? (
          <HarnessRun
            onRun={() => {
              ran.current = true;
            }}
          />
        ) : (
          <Menu />
        )}
      </div>
    </dialog>
  );
}

function Menu(): ReactElement {
  const own = useOwnServers();
  const playground = usePlayground();
  const [{ call, tool }, setPlace] = usePlace();
  const [{ cameFrom }, change] = useChosenExample();
  // Back in the menu, what was chosen and has not begun is chosen no more.
  useEffect(() => change({ chosen: null }), [change]);
  const run = (example: string): void => {
    // A sweep's run, and what was selected in it, are gone with Explore.
    const here = {
      example: playground.example.name,
      call: playground.run === null ? call : null,
      tool,
    };
    change({ chosen: example, cameFrom: cameFrom ?? here });
    void setPlace({ example, harness: "run", call: null, tool: null, run: null });
  };
  return (
    <ul className="overflow-auto p-2">
      {[...examples, ...own.map(exampleOf)].map(({ name, title, shows }) => (
        <li key={name}>
          <button
            type="button"
            className="w-full rounded px-3 py-2 text-left hover:bg-raised"
            onClick={() => run(name)}
          >
            <span className="block font-medium">{title}</span>
            <span className="block text-sm text-muted">{shows}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
