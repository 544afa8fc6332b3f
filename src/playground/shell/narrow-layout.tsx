/** The areas of a narrow page, one at a time. Loaded where the page is narrow. */
import { Tabs } from "@base-ui/react/tabs";
import type { ReactElement } from "react";
import { Boundary } from "../components/panel.tsx";
import { FaultsPanel } from "../features/faults/index.ts";
import { ToolsPanel } from "../features/tools/index.ts";
import { COLUMNS, usePlace } from "../hooks/use-location.ts";
import { HappenedColumn } from "./columns.tsx";
import Dock from "./dock.tsx";

const TITLES = { do: "Tools", happened: "Calls", true: "State" } as const;

export default function NarrowLayout(): ReactElement {
  const [{ column }, setPlace] = usePlace();
  return (
    <Tabs.Root
      className="flex h-full flex-col gap-2"
      value={column}
      onValueChange={(value) => void setPlace({ column: value as (typeof COLUMNS)[number] })}
    >
      <Tabs.List className="grid grid-cols-3 gap-1" aria-label="Areas">
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
        {column === "true" ? <Dock isWhole /> : null}
      </Tabs.Panel>
    </Tabs.Root>
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
        <FaultsPanel />
      </div>
    </div>
  );
}
