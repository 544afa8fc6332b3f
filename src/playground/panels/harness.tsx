/**
 * The harness: a menu of the examples; choosing one starts its server, waits until it answers, runs
 * its client script and shows the transcript as it comes. Loaded when it is first opened.
 */
import { LogOut, Play, Square, Trash2 } from "lucide-react";
import { useEffect, useEffectEvent, useRef, useState, type ReactElement } from "react";
import { examples } from "../../examples/index.ts";
import { Button } from "../components/button.tsx";
import { StateBadge } from "../components/state-badge.tsx";
import { Transcript } from "../components/transcript.tsx";
import { usePlace } from "../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../hooks/use-playground.ts";
import WipeDialog from "./wipe-dialog.tsx";

const EDITABLE = "input, textarea, select, [contenteditable]";

export default function Harness({ chosen }: { readonly chosen: boolean }): ReactElement {
  const playground = usePlayground();
  const [, setPlace] = usePlace();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);

  /** Whether an example was run here: leaving stops its server, and leaves nothing running. */
  const ran = useRef(chosen);
  useEffect(() => {
    ran.current ||= chosen;
  }, [chosen]);
  const leave = (): void => {
    dialog.current?.close();
    if (ran.current) void playground.script.stop().then(() => playground.stop());
    void setPlace({ harness: null, ...(ran.current ? { call: null } : {}) });
  };
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== "q" || event.ctrlKey || event.metaKey || event.isComposing) return;
    const { target } = event;
    // Not while something is typed, nor in a dialog on top of this one.
    if (!(target instanceof Element) || target.matches(EDITABLE)) return;
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
            {chosen ? playground.example.title : "Examples, run from end to end"}
          </h2>
          <div className="ml-auto flex flex-wrap gap-1">
            {chosen ? (
              <Button onClick={() => void setPlace({ harness: "menu" })}>Menu</Button>
            ) : null}
            <Button icon={<LogOut size={13} aria-hidden />} onClick={leave}>
              Leave <kbd className="font-mono text-xs text-muted">q</kbd>
            </Button>
          </div>
        </header>
        {chosen ? <Run /> : <Menu />}
      </div>
    </dialog>
  );
}

function Menu(): ReactElement {
  const [, setPlace] = usePlace();
  return (
    <ul className="overflow-auto p-2">
      {examples.map(({ name, title, shows }) => (
        <li key={name}>
          <button
            type="button"
            className="w-full rounded px-3 py-2 text-left hover:bg-raised"
            onClick={() => void setPlace({ example: name, harness: "run", call: null, tool: null })}
          >
            <span className="block font-medium">{title}</span>
            <span className="block text-sm text-muted">{shows}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Run(): ReactElement {
  const playground = usePlayground();
  const { server, phase, transcript, transcriptRunning } = usePlaygroundState();
  const [wiping, setWiping] = useState(false);
  const started = useRef(false);
  const begun = useRef(false);
  const shown = useRef(true);
  useEffect(() => {
    shown.current = true;
    return () => {
      shown.current = false;
    };
  }, []);
  // Once each: a server that does not come up, or a run that has ended, is for the person to see.
  const begin = useEffectEvent(() => {
    if (server === "running" && !begun.current) {
      begun.current = true;
      void playground.script.run();
    } else if ((server === "stopped" || server === "crashed") && phase === "ready") {
      if (begun.current || started.current) return;
      started.current = true;
      void playground.start();
    }
  });
  // The server answers tools/list before it counts as running.
  useEffect(() => begin(), [server, phase]);
  const scrolled = useRef<HTMLDivElement>(null);
  // Follows what comes.
  useEffect(() => {
    scrolled.current?.scrollTo({ top: scrolled.current.scrollHeight });
  }, [transcript]);
  const idle = server === "running" && !transcriptRunning;
  return (
    <>
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-1.5">
        <StateBadge state={server === "running" ? "up" : server} label={`server ${server}`} />
        <Button
          icon={<Square size={12} aria-hidden />}
          disabled={!transcriptRunning}
          onClick={() => void playground.script.stop()}
        >
          Stop
        </Button>
        <Button
          icon={<Play size={13} aria-hidden />}
          disabled={!idle}
          onClick={() => void playground.script.run()}
        >
          Run again on the kept store
        </Button>
        <Button
          icon={<Trash2 size={13} aria-hidden />}
          disabled={!idle}
          onClick={() => setWiping(true)}
        >
          Wipe and run again…
        </Button>
        {server === "crashed" || server === "stopped" ? (
          <Button tone="primary" onClick={() => void playground.restart()}>
            Restart the server
          </Button>
        ) : null}
      </div>
      <div
        ref={scrolled}
        className="min-h-0 flex-1 overflow-auto pb-2"
        // A region that scrolls must be reachable by the keyboard.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
      >
        <Transcript lines={transcript} />
      </div>
      {wiping ? (
        <WipeDialog
          onClose={() => setWiping(false)}
          onWiped={() => {
            if (shown.current) void playground.script.run();
          }}
        />
      ) : null}
    </>
  );
}
