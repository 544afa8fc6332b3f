/** Composes the page; does nothing else. */
import { Tabs } from "@base-ui/react/tabs";
import { lazy, Suspense, useEffect, useState, type ReactElement } from "react";
import { Group, Panel as Pane, Separator } from "react-resizable-panels";
import { Boundary } from "./components/panel.tsx";
import { useChangeFeed } from "./hooks/use-live-query.ts";
import { COLUMNS, usePlace } from "./hooks/use-location.ts";
import { useMedia } from "./hooks/use-media.ts";
import { usePlayground, usePlaygroundState } from "./hooks/use-playground.ts";
import { useStoredState } from "./hooks/use-stored-state.ts";
import { useTheme } from "./hooks/use-theme.ts";
import { BottomPanel } from "./panels/bottom-panel.tsx";
import { CallDetail } from "./panels/call-detail.tsx";
import { CallsPanel } from "./panels/calls-panel.tsx";
import { Notices } from "./panels/notices.tsx";
import { FaultsPanel } from "./panels/faults-panel.tsx";
import { GuidePanel } from "./panels/guide-panel.tsx";
import { QuestionDialog } from "./panels/question-dialog.tsx";
import { ServerBar } from "./panels/server-bar.tsx";
import { StatePanels } from "./panels/state-panel.tsx";
import { ToolsPanel } from "./panels/tools-panel.tsx";

/** The first minute is about a payment. */
const GUIDED_EXAMPLE = "processing";

const Harness = lazy(() => import("./panels/harness.tsx"));
const CommandPalette = lazy(() => import("./panels/command-palette.tsx"));

export function App(): ReactElement {
  const playground = usePlayground();
  useChangeFeed(playground);
  const [question] = usePlaygroundState().questions;
  const [place] = usePlace();
  const hasGuide = playground.example.name === GUIDED_EXAMPLE;
  const [theme, nextTheme] = useTheme();
  const [palette, setPalette] = useState(false);
  const [guide, setGuide] = useStoredState("guide", "open");
  const wide = useMedia("(min-width: 900px)");

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setPalette(true);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);

  return (
    <div className="flex h-full flex-col">
      <Boundary>
        <ServerBar
          theme={theme}
          onTheme={nextTheme}
          onPalette={() => setPalette(true)}
          onGuide={hasGuide && guide !== "open" ? () => setGuide("open") : undefined}
        />
      </Boundary>
      <main className="flex min-h-0 flex-1 flex-col gap-2 p-2">
        <Notices />
        {guide === "open" && hasGuide ? (
          <Boundary>
            <GuidePanel onClose={() => setGuide("closed")} />
          </Boundary>
        ) : null}
        <div className="min-h-0 flex-1">{wide ? <WideLayout /> : <NarrowLayout />}</div>
        <Boundary>
          <BottomPanel />
        </Boundary>
      </main>
      {question ? <QuestionDialog key={question.id} question={question} /> : null}
      {place.harness === null ? null : (
        <Boundary>
          <Suspense fallback={null}>
            <Harness chosen={place.harness === "run"} />
          </Suspense>
        </Boundary>
      )}
      {palette ? (
        <Boundary>
          <Suspense fallback={null}>
            <CommandPalette
              onClose={() => setPalette(false)}
              onTheme={nextTheme}
              onGuide={() => setGuide("open")}
            />
          </Suspense>
        </Boundary>
      ) : null}
    </div>
  );
}

/** What I do, what happened, what is true now: side by side. */
function WideLayout(): ReactElement {
  return (
    <Group orientation="horizontal" className="h-full">
      <Pane defaultSize="25%" minSize={240}>
        <DoColumn />
      </Pane>
      <Divider label="Width of tools and faults" />
      <Pane minSize={320}>
        <HappenedColumn />
      </Pane>
      <Divider label="Width of guards, effects and maps" />
      <Pane defaultSize="29%" minSize={260}>
        <Boundary>
          <StatePanels />
        </Boundary>
      </Pane>
    </Group>
  );
}

const TITLES = { do: "Tools", happened: "Calls", true: "State" } as const;

function NarrowLayout(): ReactElement {
  const [{ column }, setPlace] = usePlace();
  return (
    <Tabs.Root
      className="flex h-full flex-col gap-2"
      value={column}
      onValueChange={(value) => void setPlace({ column: value as (typeof COLUMNS)[number] })}
    >
      <Tabs.List className="grid grid-cols-3 gap-1" aria-label="Columns">
        {COLUMNS.map((name) => (
          <Tabs.Tab
            key={name}
            value={name}
            className="h-8 rounded border border-line bg-panel text-sm font-medium data-[active]:border-accent data-[active]:bg-accent-soft data-[active]:text-accent"
          >
            {TITLES[name]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={column} className="min-h-0 flex-1">
        {column === "do" ? <NarrowDoColumn /> : null}
        {column === "happened" ? <HappenedColumn /> : null}
        {column === "true" ? (
          <Boundary>
            <StatePanels />
          </Boundary>
        ) : null}
      </Tabs.Panel>
    </Tabs.Root>
  );
}

function DoColumn(): ReactElement {
  return (
    <Group orientation="vertical" className="h-full">
      <Pane defaultSize="58%" minSize={80}>
        <Boundary>
          <ToolsPanel />
        </Boundary>
      </Pane>
      <Divider label="Height of tools" vertical />
      <Pane minSize={80}>
        <Boundary>
          <FaultsPanel />
        </Boundary>
      </Pane>
    </Group>
  );
}

/** Tall enough to type in, and scrolled as a whole. */
function NarrowDoColumn(): ReactElement {
  return (
    <div className="flex h-full flex-col gap-2 overflow-auto">
      <div className="h-[28rem] shrink-0">
        <Boundary>
          <ToolsPanel />
        </Boundary>
      </div>
      <div className="h-[28rem] shrink-0">
        <Boundary>
          <FaultsPanel />
        </Boundary>
      </div>
    </div>
  );
}

function HappenedColumn(): ReactElement {
  return (
    <Group orientation="vertical" className="h-full">
      <Pane defaultSize="35%" minSize={80}>
        <Boundary>
          <CallsPanel />
        </Boundary>
      </Pane>
      <Divider label="Height of calls" vertical />
      <Pane minSize={80}>
        <Boundary>
          <CallDetail />
        </Boundary>
      </Pane>
    </Group>
  );
}

function Divider({ label, vertical }: { readonly label: string; readonly vertical?: boolean }) {
  return (
    <Separator
      aria-label={label}
      className={`rounded transition-colors hover:bg-strong data-[separator=active]:bg-accent ${vertical ? "h-2" : "w-2"}`}
    />
  );
}
