/** The page's areas: what I do, what happened; the dock below has what is true now. */
import type { ReactElement } from "react";
import { Boundary } from "../components/panel.tsx";
import { Split } from "../components/split.tsx";
import { CallDetail, CallsPanel, CompareCalls } from "../features/calls/index.ts";
import { Explore } from "../features/explore/index.ts";
import { FaultsPanel } from "../features/faults/index.ts";
import { ToolsPanel } from "../features/tools/index.ts";
import { usePlace } from "../hooks/use-location.ts";

/** The least height of a panel, in pixels. */
const LEAST = 80;

export function WideLayout(): ReactElement {
  return (
    <Split label="Width of tools and faults" direction="row" initial={24} least={[240, 588]}>
      <Split label="Height of tools" direction="column" initial={58} least={[LEAST, LEAST]}>
        <Boundary>
          <ToolsPanel />
        </Boundary>
        <FaultsPanel />
      </Split>
      <HappenedColumn />
    </Split>
  );
}

/** The calls and the chosen one; Explore and a comparison take their whole area. */
export function HappenedColumn(): ReactElement {
  const [{ call, compare, explore }] = usePlace();
  if (explore !== null) return <Explore />;
  if (call !== null && compare !== null) return <CompareCalls call={call} comparing={compare} />;
  return (
    <Split label="Height of calls" direction="column" initial={28} least={[LEAST, LEAST]}>
      <CallsPanel />
      <CallDetail />
    </Split>
  );
}
