/** What is true now, of all calls and of the page: maps, guards, the ledger, messages. Folded until wanted. */
import { ChevronDown, ChevronUp, Maximize2, Minimize2, Play, Square } from "lucide-react";
import type { ReactElement } from "react";
import { Button } from "../components/button.tsx";
import { Empty, PanelBody } from "../components/panel.tsx";
import { part } from "../components/part.tsx";
import { Transcript } from "../components/transcript.tsx";
import { CodePanel } from "../features/code/index.ts";
import { EffectsPanel } from "../features/effects/index.ts";
import { GuardsPanel } from "../features/guards/index.ts";
import { MapsPanel } from "../features/maps/index.ts";
import { ProtocolPanel } from "../features/protocol/index.ts";
import { DOCK_PANELS, usePlace, type DockPanel } from "../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../hooks/use-playground.ts";
import { isProblem } from "../runtime/log-levels.ts";

const LogPanel = part(() => import("./log-panel.tsx"));

const TITLES: Record<DockPanel, string> = {
  maps: "Maps",
  guards: "All guards",
  effects: "Ledger",
  protocol: "Protocol",
  transcript: "Transcript",
  log: "Log",
  code: "Code",
};

export default function Dock({
  isWhole = false,
}: {
  /** It is all that the page shows, and does not fold. */
  readonly isWhole?: boolean;
}): ReactElement {
  const { log } = usePlaygroundState();
  const [place, setPlace] = usePlace();
  const shown = place.bottom ?? (isWhole ? "maps" : null);
  const isFull = !isWhole && shown !== null && place.dock === "full";
  const problems = log.filter(({ level }) => isProblem(level)).length;
  const Size = isFull ? Minimize2 : Maximize2;
  return (
    <section
      aria-label="What is true now"
      className={`flex min-h-0 flex-col overflow-hidden rounded-md border border-line bg-panel ${isWhole || isFull ? "h-full" : "shrink-0"}`}
    >
      <div className="flex items-center gap-0.5 overflow-x-auto px-1 py-0.5 max-md:flex-wrap">
        {DOCK_PANELS.map((panel) => {
          const isShown = shown === panel;
          const Chevron = isShown ? ChevronDown : ChevronUp;
          return (
            <Button
              key={panel}
              tone="quiet"
              aria-expanded={isShown}
              className={isShown ? "bg-accent-soft text-accent" : ""}
              icon={isWhole ? undefined : <Chevron size={13} aria-hidden />}
              onClick={() => void setPlace({ bottom: isShown && !isWhole ? null : panel })}
            >
              {TITLES[panel]}
              {panel === "log" && problems > 0 ? ` (${problems})` : ""}
            </Button>
          );
        })}
        <span className="ml-auto flex shrink-0 items-center">
          <ScriptButton />
          {isWhole || shown === null ? null : (
            <Button
              tone="quiet"
              aria-label={isFull ? "Half of the page" : "The whole page"}
              title={isFull ? "Give the page back its half." : "Give it the whole page."}
              icon={<Size size={13} aria-hidden />}
              onClick={() => void setPlace({ dock: isFull ? "half" : "full" })}
            />
          )}
        </span>
      </div>
      {shown === null ? null : (
        <div
          className={`flex min-h-0 flex-col border-t border-line ${isWhole || isFull ? "flex-1" : "h-[38vh] min-h-56"}`}
        >
          <PanelBody key={shown}>
            <DockBody panel={shown} />
          </PanelBody>
        </div>
      )}
    </section>
  );
}

function DockBody({ panel }: { readonly panel: DockPanel }): ReactElement {
  switch (panel) {
    case "maps":
      return <MapsPanel />;
    case "guards":
      return <GuardsPanel call={null} />;
    case "effects":
      return <EffectsPanel call={null} />;
    case "protocol":
      return <ProtocolPanel />;
    case "transcript":
      return <TranscriptOrHint />;
    case "log":
      return <LogPanel />;
    case "code":
      return <CodePanel />;
  }
}

function ScriptButton(): ReactElement {
  const playground = usePlayground();
  const { transcriptRunning, server } = usePlaygroundState();
  const [, setPlace] = usePlace();
  if (transcriptRunning) {
    return (
      <Button
        tone="quiet"
        icon={<Square size={12} aria-hidden />}
        onClick={() => void playground.script.stop()}
      >
        Stop the script
      </Button>
    );
  }
  return (
    <Button
      tone="quiet"
      icon={<Play size={13} aria-hidden />}
      disabled={server !== "running"}
      title="It calls the server's tools from end to end."
      onClick={() => {
        void setPlace({ bottom: "transcript" });
        void playground.script.run();
      }}
    >
      <span className="max-lg:sr-only">Run the client script</span>
      <span className="lg:hidden" aria-hidden>
        Script
      </span>
    </Button>
  );
}

function TranscriptOrHint(): ReactElement {
  const { transcript } = usePlaygroundState();
  if (transcript.length > 0) return <Transcript lines={transcript} />;
  return (
    <Empty>
      Run the client script: it calls the server’s tools from end to end, and each call and answer
      stands here as it comes.
    </Empty>
  );
}
