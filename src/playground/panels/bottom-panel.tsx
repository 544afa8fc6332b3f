/** Transcript, protocol and log: folded until wanted. */
import { ChevronDown, ChevronUp, Play, Square } from "lucide-react";
import { lazy, Suspense, type ReactElement } from "react";
import { Button } from "../components/button.tsx";
import { Empty, PanelBody } from "../components/panel.tsx";
import { Transcript } from "../components/transcript.tsx";
import { timeOfDay } from "../format.ts";
import { BOTTOM_PANELS, usePlace, type BottomPanelName } from "../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../hooks/use-playground.ts";
import type { LogLine } from "../runtime/state.ts";

const ProtocolPanel = lazy(() => import("./protocol-panel.tsx"));

const TITLES: Record<BottomPanelName, string> = {
  protocol: "Protocol",
  transcript: "Transcript",
  log: "Log",
};

export default function BottomPanel(): ReactElement {
  const playground = usePlayground();
  const { log, transcriptRunning, server } = usePlaygroundState();
  const [{ bottom }, setPlace] = usePlace();
  const problems = log.filter(({ level }) => level !== "info").length;
  return (
    <section
      aria-label="Protocol, transcript and log"
      className="flex min-h-0 shrink-0 flex-col overflow-hidden rounded-md border border-line bg-panel"
    >
      <div className="flex flex-wrap items-center gap-1 px-1 py-0.5">
        {BOTTOM_PANELS.map((panel) => (
          <Button
            key={panel}
            tone="quiet"
            aria-expanded={bottom === panel}
            icon={
              bottom === panel ? (
                <ChevronDown size={13} aria-hidden />
              ) : (
                <ChevronUp size={13} aria-hidden />
              )
            }
            onClick={() => void setPlace({ bottom: bottom === panel ? null : panel })}
          >
            {TITLES[panel]}
            {panel === "log" && problems > 0 ? ` (${problems})` : ""}
          </Button>
        ))}
        {transcriptRunning ? (
          <Button
            tone="quiet"
            className="ml-auto"
            icon={<Square size={12} aria-hidden />}
            onClick={() => void playground.script.stop()}
          >
            Stop the script
          </Button>
        ) : (
          <Button
            tone="quiet"
            className="ml-auto"
            icon={<Play size={13} aria-hidden />}
            disabled={server !== "running"}
            title="Run the example's client script from end to end."
            onClick={() => {
              void setPlace({ bottom: "transcript" });
              void playground.script.run();
            }}
          >
            <span className="max-sm:sr-only">Run the client script</span>
            <span className="sm:hidden" aria-hidden>
              Script
            </span>
          </Button>
        )}
      </div>
      {bottom === null ? null : (
        <div className="flex h-56 min-h-0 flex-col border-t border-line">
          <PanelBody key={bottom}>
            {bottom === "log" ? <Log /> : null}
            {bottom === "transcript" ? <TranscriptOrHint /> : null}
            {bottom === "protocol" ? (
              <Suspense fallback={null}>
                <ProtocolPanel />
              </Suspense>
            ) : null}
          </PanelBody>
        </div>
      )}
    </section>
  );
}

function TranscriptOrHint(): ReactElement {
  const { transcript } = usePlaygroundState();
  if (transcript.length > 0) return <Transcript lines={transcript} />;
  return (
    <Empty>
      Run the client script: it calls every tool of the example, and each call and answer stands
      here as it comes.
    </Empty>
  );
}

const LEVELS = ["debug", "info", "notice", "warning", "error"] as const;

function Log(): ReactElement {
  const playground = usePlayground();
  const { log, logLevel, server } = usePlaygroundState();
  return (
    <>
      <label className="flex items-center gap-2 px-3 py-1">
        <span className="label">Log messages of the server from level</span>
        <select
          className="field w-auto"
          value={logLevel}
          disabled={server !== "running"}
          onChange={({ target }) => {
            const chosen = LEVELS.find((known) => known === target.value) ?? "debug";
            void playground.client.setLogLevel(chosen);
          }}
        >
          {LEVELS.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <LogLines log={log} />
    </>
  );
}

function LogLines({ log }: { readonly log: readonly LogLine[] }): ReactElement {
  if (log.length === 0) {
    return <Empty>What the server and the page have to tell stands here.</Empty>;
  }
  return (
    <ol aria-label="Log" className="px-3 py-1">
      {log.map(({ id, at, level, text }) => (
        <li key={id} className="flex gap-3 text-sm">
          <span className="font-mono text-xs leading-[18px] text-muted tabular-nums">
            {timeOfDay(at)}
          </span>
          <span className={level === "info" ? "" : "text-bad"}>
            {level === "info" ? "" : `${level}: `}
            {text}
          </span>
        </li>
      ))}
    </ol>
  );
}
