/** The bar at the top, one row: which example, the life and death of its server, and the way to the rest. */
import { CommandIcon, Radar, RotateCcw, Zap } from "lucide-react";
import type { ReactElement } from "react";
import { examples } from "../../../examples/index.ts";
import type { Theme } from "../../browser/use-theme.ts";
import { Button } from "../../components/button.tsx";
import { part } from "../../components/part.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { Select } from "../../components/select.tsx";
import { usePlace } from "../../hooks/use-location.ts";
import { useOwnServers } from "../../hooks/use-own-servers.ts";
import { usePlayground, usePlaygroundState } from "../../hooks/use-playground.ts";
import { servedExample } from "../../runtime/opened-on.ts";

const OtherTabs = part(() => import("./other-tabs.tsx"));
const MoreMenu = part(() => import("./more-menu.tsx"), <span className="size-7" />);

/** The page may lie under any path. */
const ICON = `${import.meta.env.BASE_URL}icon.svg`;

export interface ServerBarProps {
  readonly theme: Theme;
  readonly onTheme: () => void;
  readonly onPalette: () => void;
  readonly onSettings: () => void;
  readonly onServices: () => void;
  readonly onWipe: () => void;
  /** Begins a server of the person's own. */
  readonly onNew: () => void;
  /** Explores the call that stands in the form. */
  readonly onExplore: () => void;
  /** Shows the first minute again; absent while it is shown, or where the example has none. */
  readonly onGuide?: (() => void) | undefined;
}

export function ServerBar(props: ServerBarProps): ReactElement {
  const { onPalette, onExplore } = props;
  return (
    <header className="flex h-11 shrink-0 items-center gap-x-2 border-b border-line bg-panel px-3 md:gap-x-3">
      <h1 className="flex shrink-0 items-center gap-2 text-base font-semibold whitespace-nowrap">
        <img src={ICON} alt="" width={18} height={18} />
        <span className="max-lg:sr-only">Durable MCP Playground</span>
      </h1>
      <ExampleMenu />
      <ServerControls />
      <GuardsSwitch />
      <div className="ml-auto flex items-center gap-1">
        <Button
          tone="primary"
          className="max-md:hidden"
          icon={<Radar size={13} aria-hidden />}
          title="Make the call in the form fail in every way."
          onClick={onExplore}
        >
          Explore
        </Button>
        <MoreMenu {...props} />
        <Button
          tone="quiet"
          className="max-md:hidden"
          title="Every action, by name"
          icon={<CommandIcon size={13} aria-hidden />}
          onClick={onPalette}
        >
          <span className="sr-only">Commands</span>
          <kbd className="font-mono text-xs text-muted max-lg:hidden">Ctrl K</kbd>
        </Button>
      </div>
    </header>
  );
}

function ExampleMenu(): ReactElement {
  const { example } = usePlayground();
  const [, setPlace] = usePlace();
  const own = useOwnServers().map(({ id, title }) => [id, title] as const);
  const here = [...(servedExample ? [servedExample] : []), ...examples];
  return (
    <Select
      label="Example"
      className="min-w-24 shrink"
      value={example.name}
      options={[...here.map(({ name, title }) => [name, title] as const), ...own]}
      onChange={(name) => void setPlace({ example: name, call: null, tool: null, run: null })}
    />
  );
}

/** The server's state, and what can be done to it, as one control. */
function ServerControls(): ReactElement {
  const playground = usePlayground();
  const { server, phase } = usePlaygroundState();
  const running = server === "running";
  return (
    <div className="flex shrink-0 items-center" role="group" aria-label="Server">
      <span
        className="flex w-[84px] items-center max-md:mr-1 max-md:w-auto"
        role="status"
        aria-label="Server state"
      >
        <span className="sr-only">Server</span>
        <StateBadge state={running ? "up" : server} label={server} />
      </span>
      <OtherTabs />
      <Button
        tone="danger"
        className="rounded-r-none"
        icon={<Zap size={13} aria-hidden />}
        disabled={!running}
        title="Kill the server where it stands."
        onClick={() => playground.crash()}
      >
        <span className="max-md:sr-only">Crash</span>
      </Button>
      <Button
        tone={running ? "plain" : "primary"}
        className="rounded-l-none border-l-0"
        icon={<RotateCcw size={13} aria-hidden />}
        disabled={phase !== "ready" || server === "starting"}
        title="Start a new server on the same store."
        onClick={() => void playground.restart()}
      >
        <span className="max-md:sr-only">Restart</span>
      </Button>
    </div>
  );
}

function GuardsSwitch(): ReactElement {
  const playground = usePlayground();
  const { settings, phase } = usePlaygroundState();
  const on = settings.guards === "on";
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on}
      disabled={phase !== "ready"}
      title="Off: every guarded step runs without any record."
      className={`inline-flex h-7 shrink-0 items-center gap-1.5 rounded px-1.5 text-sm font-medium hover:bg-raised max-sm:hidden ${on ? "" : "text-warn"}`}
      onClick={() => void playground.settings.configure({ guards: on ? "off" : "on" })}
    >
      Guards
      <span
        aria-hidden
        className={`inline-flex h-4 w-7 items-center rounded-full border px-0.5 ${on ? "justify-end border-accent bg-accent" : "justify-start border-warn bg-warn-soft"}`}
      >
        <span className={`size-2.5 rounded-full ${on ? "bg-accent-ink" : "bg-warn"}`} />
      </span>
      <span aria-hidden className="w-5 text-left text-xs">
        {on ? "on" : "off"}
      </span>
    </button>
  );
}
