/** The three columns of the page: what I do, what happened, what is true now. */
import { lazy, Suspense, type ReactElement } from "react";
import { Group, Panel as Pane, Separator } from "react-resizable-panels";
import { Boundary } from "./components/panel.tsx";
import { ToolsPanel } from "./panels/tools-panel.tsx";

const CallsPanel = lazy(() => import("./panels/calls-panel.tsx"));
const FaultsPanel = lazy(() => import("./panels/faults-panel.tsx"));
const CallDetail = lazy(() => import("./panels/call-detail.tsx"));
const StatePanels = lazy(() => import("./panels/state-panel.tsx"));

export function DoColumn(): ReactElement {
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
          <Suspense fallback={<Loading />}>
            <FaultsPanel />
          </Suspense>
        </Boundary>
      </Pane>
    </Group>
  );
}

export function HappenedColumn(): ReactElement {
  return (
    <Group orientation="vertical" className="h-full">
      <Pane defaultSize="35%" minSize={80}>
        <Boundary>
          <Suspense fallback={<Loading />}>
            <CallsPanel />
          </Suspense>
        </Boundary>
      </Pane>
      <Divider label="Height of calls" vertical />
      <Pane minSize={80}>
        <Boundary>
          <Suspense fallback={<Loading />}>
            <CallDetail />
          </Suspense>
        </Boundary>
      </Pane>
    </Group>
  );
}

export function Divider({
  label,
  vertical,
}: {
  readonly label: string;
  readonly vertical?: boolean;
}) {
  return (
    <Separator
      aria-label={label}
      className={`rounded transition-colors hover:bg-strong data-[separator=active]:bg-accent ${vertical ? "h-2" : "w-2"}`}
    />
  );
}

export function StateColumn(): ReactElement {
  return (
    <Boundary>
      <Suspense fallback={<Loading />}>
        <StatePanels />
      </Suspense>
    </Boundary>
  );
}

/** Holds the place of a panel whose code is on its way. */
function Loading(): ReactElement {
  return <div className="h-full rounded-md border border-line bg-panel" />;
}
