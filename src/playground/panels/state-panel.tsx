/** What is true now: guards, effects and maps, for the selected call or for all. */
import { Tabs } from "@base-ui/react/tabs";
import { lazy, Suspense, type ReactElement } from "react";
import { Button } from "../components/button.tsx";
import { PanelBody } from "../components/panel.tsx";
import { STATE_PANELS, usePlace, type StatePanel } from "../hooks/use-location.ts";
import { EffectsPanel } from "./effects-panel.tsx";
import { GuardsPanel } from "./guards-panel.tsx";
import { MapsPanel } from "./maps-panel.tsx";

const CodePanel = lazy(() => import("./code-panel.tsx"));

/** The panels that a selected call narrows. */
const NARROWED: ReadonlySet<StatePanel> = new Set(["guards", "effects"]);

const TITLES: Record<StatePanel, string> = {
  guards: "Guards",
  effects: "Effects",
  maps: "Maps",
  code: "Code",
};

export default function StatePanels(): ReactElement {
  const [place, setPlace] = usePlace();
  const narrowed = place.scope === "call" ? place.call : null;
  return (
    <section
      aria-label="What is true now"
      className="h-full overflow-hidden rounded-md border border-line bg-panel"
    >
      <Tabs.Root
        className="flex h-full flex-col"
        value={place.panel}
        onValueChange={(panel) => void setPlace({ panel: panel as StatePanel })}
      >
        <div className="flex min-h-9 flex-wrap items-center gap-x-2 border-b border-line pr-2">
          <Tabs.List className="flex" aria-label="State">
            {STATE_PANELS.map((panel) => (
              <Tabs.Tab
                key={panel}
                value={panel}
                className="h-9 border-b-2 border-transparent px-3 text-sm font-medium text-muted data-[active]:border-accent data-[active]:text-ink"
              >
                {TITLES[panel]}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {!NARROWED.has(place.panel) || place.call === null ? null : (
            <div className="ml-auto">
              <Button
                tone="quiet"
                pressed={narrowed !== null}
                title="Show the selected call's alone, or all."
                onClick={() => void setPlace({ scope: narrowed === null ? "call" : "all" })}
              >
                Only this call
              </Button>
            </div>
          )}
        </div>
        <Tabs.Panel value={place.panel} className="flex min-h-0 flex-1 flex-col">
          <PanelBody key={place.panel}>
            {place.panel === "guards" ? <GuardsPanel call={narrowed} /> : null}
            {place.panel === "effects" ? <EffectsPanel call={narrowed} /> : null}
            {place.panel === "maps" ? <MapsPanel /> : null}
            {place.panel === "code" ? (
              <Suspense fallback={null}>
                <CodePanel />
              </Suspense>
            ) : null}
          </PanelBody>
        </Tabs.Panel>
      </Tabs.Root>
    </section>
  );
}
