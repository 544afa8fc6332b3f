/** Transcript and log: folded until wanted. */
import { ChevronDown, ChevronUp, Play } from "lucide-react";
import type { ReactElement } from "react";
import type { TranscriptLine } from "../../examples/index.ts";
import { Button } from "../components/button.tsx";
import { Empty, PanelBody } from "../components/panel.tsx";
import { timeOfDay } from "../format.ts";
import { usePlace } from "../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../hooks/use-playground.ts";

export function BottomPanel(): ReactElement {
  const playground = usePlayground();
  const { log, transcript, transcriptRunning, server } = usePlaygroundState();
  const [{ bottom }, setPlace] = usePlace();
  const toggle = (panel: "transcript" | "log"): void =>
    void setPlace({ bottom: bottom === panel ? null : panel });
  const problems = log.filter(({ level }) => level !== "info").length;
  return (
    <section
      aria-label="Transcript and log"
      className="flex min-h-0 flex-col overflow-hidden rounded-md border border-line bg-panel"
    >
      <div className="flex items-center gap-1 px-1 py-0.5">
        {(["transcript", "log"] as const).map((panel) => (
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
            onClick={() => toggle(panel)}
          >
            {panel === "transcript" ? "Transcript" : `Log${problems ? ` (${problems})` : ""}`}
          </Button>
        ))}
        <Button
          tone="quiet"
          className="ml-auto"
          icon={<Play size={13} aria-hidden />}
          disabled={server !== "running" || transcriptRunning}
          title="Run the example's client script from end to end."
          onClick={() => {
            void setPlace({ bottom: "transcript" });
            void playground.runScript();
          }}
        >
          {transcriptRunning ? "Running the script…" : "Run the client script"}
        </Button>
      </div>
      {bottom === null ? null : (
        <div className="flex h-56 min-h-0 flex-col border-t border-line">
          <PanelBody>
            {bottom === "log" ? (
              log.length === 0 ? (
                <Empty>What the server and the page have to tell stands here.</Empty>
              ) : (
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
              )
            ) : transcript.length === 0 ? (
              <Empty>
                Run the client script: it calls every tool of the example, and each call and answer
                stands here as it comes.
              </Empty>
            ) : (
              <Transcript lines={transcript} />
            )}
          </PanelBody>
        </div>
      )}
    </section>
  );
}

const LOOKS: Record<TranscriptLine["kind"], string> = {
  heading: "mt-2 font-sans font-semibold",
  tool: "text-muted",
  call: "text-accent before:content-['→_']",
  answer: "before:content-['←_']",
  note: "text-warn",
};

function Transcript({ lines }: { readonly lines: readonly TranscriptLine[] }): ReactElement {
  return (
    <ol aria-label="Transcript" className="px-3 py-1 font-mono text-xs">
      {lines.map(({ kind, text }, index) => (
        <li key={index} className={`break-words ${LOOKS[kind]}`}>
          {text}
        </li>
      ))}
    </ol>
  );
}
