/** What the chosen call left, beside its steps: its answer, guards, effects, map writes and messages. */
import { Tabs } from "@base-ui/react/tabs";
import type { ReactElement, ReactNode } from "react";
import { PanelBody } from "../../components/panel.tsx";
import { CALL_PANELS, usePlace, type CallPanel } from "../../hooks/use-location.ts";
import { EffectsPanel } from "../effects/index.ts";
import { GuardsPanel } from "../guards/index.ts";
import { MapWrites } from "../maps/index.ts";
import { CallMessages } from "../protocol/index.ts";

const TITLES: Record<CallPanel, string> = {
  answer: "Answer",
  guards: "Guards",
  effects: "Effects",
  writes: "Map writes",
  messages: "Messages",
};

export function CallPanels({
  id,
  answer,
}: {
  /** The chosen call's. */
  readonly id: string;
  /** What it was answered, and asked with. */
  readonly answer: ReactNode;
}): ReactElement {
  const [{ panel: shown }, setPlace] = usePlace();
  return (
    <Tabs.Root
      className="flex h-full min-h-0 flex-col"
      value={shown}
      onValueChange={(panel) => void setPlace({ panel: panel as CallPanel })}
    >
      <Tabs.List
        className="flex shrink-0 overflow-x-auto border-b border-line"
        aria-label="What the call left"
      >
        {CALL_PANELS.map((panel) => (
          <Tabs.Tab
            key={panel}
            value={panel}
            className="h-8 shrink-0 border-b-2 border-transparent px-2.5 text-sm font-medium text-muted hover:text-ink data-[active]:border-accent data-[active]:text-ink"
          >
            {TITLES[panel]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={shown} className="flex min-h-0 flex-1 flex-col">
        <PanelBody key={`${shown} ${id}`}>
          {shown === "answer" ? answer : null}
          {shown === "guards" ? <GuardsPanel call={id} /> : null}
          {shown === "effects" ? <EffectsPanel call={id} /> : null}
          {shown === "writes" ? <MapWrites call={id} /> : null}
          {shown === "messages" ? <CallMessages call={id} /> : null}
        </PanelBody>
      </Tabs.Panel>
    </Tabs.Root>
  );
}
