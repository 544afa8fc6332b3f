/** The three columns of the page: what I do, what happened, what is true now. */
import { lazy, Suspense, type ReactElement } from "react";
import { Boundary } from "./components/panel.tsx";
import { Split } from "./components/split.tsx";
import { ToolsPanel } from "./panels/tools-panel.tsx";

const CallsPanel = lazy(() => import("./panels/calls-panel.tsx"));
const FaultsPanel = lazy(() => import("./panels/faults-panel.tsx"));
const CallDetail = lazy(() => import("./panels/call-detail.tsx"));
const StatePanels = lazy(() => import("./panels/state-panel.tsx"));

/** The least height of a panel, in pixels. */
const LEAST = 80;

/** What I do, what happened, what is true now: side by side. */
export function WideLayout(): ReactElement {
  return (
    <Split label="Width of tools and faults" direction="row" initial={25} least={[240, 588]}>
      <DoColumn />
      <Split label="Width of calls" direction="row" initial={61.5} least={[320, 260]}>
        <HappenedColumn />
        <StateColumn />
      </Split>
    </Split>
  );
}

function DoColumn(): ReactElement {
  return (
    <Split label="Height of tools" direction="column" initial={58} least={[LEAST, LEAST]}>
      <Boundary>
        <ToolsPanel />
      </Boundary>
      <Boundary>
        <Suspense fallback={<Loading />}>
          <FaultsPanel />
        </Suspense>
      </Boundary>
    </Split>
  );
}

export function HappenedColumn(): ReactElement {
  return (
    <Split label="Height of calls" direction="column" initial={35} least={[LEAST, LEAST]}>
      <Boundary>
        <Suspense fallback={<Loading />}>
          <CallsPanel />
        </Suspense>
      </Boundary>
      <Boundary>
        <Suspense fallback={<Loading />}>
          <CallDetail />
        </Suspense>
      </Boundary>
    </Split>
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
