/** The bar at the top: which example, and the life and death of its server. */
import {
  Command,
  Moon,
  Play,
  RotateCcw,
  SlidersHorizontal,
  Sun,
  SunMoon,
  Trash2,
  Zap,
} from "lucide-react";
import { lazy, Suspense, useState, type ReactElement } from "react";
import { examples } from "../../examples/index.ts";
import { Button } from "../components/button.tsx";
import { StateBadge } from "../components/state-badge.tsx";
import { useLiveQuery } from "../hooks/use-live-query.ts";
import { plural } from "../format.ts";
import { useOtherServers } from "../hooks/use-servers.ts";
import { usePlace } from "../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../hooks/use-playground.ts";
import type { Theme } from "../hooks/use-theme.ts";

const WipeDialog = lazy(() => import("./wipe-dialog.tsx"));
const SettingsDialog = lazy(() => import("./settings-dialog.tsx"));

/** The page may lie under any path. */
const ICON = `${import.meta.env.BASE_URL}icon.svg`;
const THEME_ICONS = { system: SunMoon, light: Sun, dark: Moon } as const;

export interface ServerBarProps {
  readonly theme: Theme;
  readonly onTheme: () => void;
  readonly onPalette: () => void;
  /** Shows the first minute again; absent while it is shown, or where the example has none. */
  readonly onGuide?: (() => void) | undefined;
}

export function ServerBar({ theme, onTheme, onPalette, onGuide }: ServerBarProps): ReactElement {
  const [, setPlace] = usePlace();
  const ThemeIcon = THEME_ICONS[theme];
  return (
    <header className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-panel px-3 py-1.5">
      <h1 className="flex items-center gap-2 text-base font-semibold whitespace-nowrap max-md:flex-1">
        <img src={ICON} alt="" width={18} height={18} />
        Durable MCP Playground
      </h1>
      <ExampleMenu />
      <ServerControls />
      <div className="flex items-center gap-1 max-md:order-2 md:ml-auto">
        <Button tone="quiet" onClick={() => void setPlace({ explore: "open", run: null })}>
          Explore…
        </Button>
        <Button tone="quiet" onClick={() => void setPlace({ harness: "menu" })}>
          Run examples
        </Button>
        {onGuide ? (
          <Button tone="quiet" onClick={onGuide}>
            First minute
          </Button>
        ) : null}
        <Button tone="quiet" icon={<Command size={14} aria-hidden />} onClick={onPalette}>
          <span className="max-2xl:sr-only">Commands</span>
          <kbd className="font-mono text-xs text-muted max-2xl:hidden">Ctrl K</kbd>
        </Button>
        <Button
          tone="quiet"
          aria-label={`Theme: ${theme}. Change`}
          title={`Theme: ${theme}`}
          icon={<ThemeIcon size={14} aria-hidden />}
          onClick={onTheme}
        />
      </div>
    </header>
  );
}

function ExampleMenu(): ReactElement {
  const { example } = usePlayground();
  const [, setPlace] = usePlace();
  return (
    <label className="flex items-center gap-2 max-md:order-3">
      <span className="sr-only">Example</span>
      <select
        className="field w-auto"
        value={example.name}
        onChange={({ target }) =>
          void setPlace({ example: target.value, call: null, tool: null, run: null })
        }
      >
        {examples.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

function ServerControls(): ReactElement {
  const playground = usePlayground();
  const { server, settings, phase } = usePlaygroundState();
  const open = phase === "ready";
  const running = server === "running";
  return (
    <div
      className="flex flex-wrap items-center gap-1 max-md:order-4"
      role="group"
      aria-label="Server"
    >
      <span className="flex items-center gap-2 pr-1" role="status" aria-label="Server state">
        <span className="sr-only">Server</span>
        <StateBadge state={running ? "up" : server} label={server} />
      </span>
      <OtherTabs />
      <Button
        tone="danger"
        icon={<Zap size={13} aria-hidden />}
        disabled={!running}
        title="Kill the server where it stands. What is under way is interrupted."
        onClick={() => playground.crash()}
      >
        Crash
      </Button>
      <Button
        tone={running ? "plain" : "primary"}
        icon={<RotateCcw size={13} aria-hidden />}
        disabled={!open || server === "starting"}
        title="Start a new server on the same store."
        onClick={() => void playground.restart()}
      >
        Restart
      </Button>
      <Button
        pressed={settings.resume === "hold"}
        disabled={!open}
        title="When the server starts, leave interrupted calls as they are until you resume them."
        onClick={() =>
          void playground.settings.configure({
            resume: settings.resume === "hold" ? "automatic" : "hold",
          })
        }
      >
        Hold interrupted
      </Button>
      <Button
        pressed={settings.guards === "off"}
        disabled={!open}
        title="Run every guarded step without any record, to see what the guards are for."
        onClick={() =>
          void playground.settings.configure({ guards: settings.guards === "on" ? "off" : "on" })
        }
      >
        Guards off
      </Button>
      <SettingsButton />
      <WipeButton />
      <ReleaseButton />
    </div>
  );
}

/** Who else works on the same data. */
function OtherTabs(): ReactElement | null {
  const { dead } = usePlaygroundState();
  const others = useOtherServers().filter((server) => !dead.has(server));
  if (others.length === 0) return null;
  return (
    <span
      role="note"
      className="rounded bg-raised px-1.5 text-xs"
      title="Servers of other tabs work on the same data. A call is executed by one of them at a time; if one dies, another takes its calls over."
    >
      and {plural(others.length, "other tab")}
    </span>
  );
}

/** Shown while a call hangs because of a fault; the last, so that no other button moves. */
function ReleaseButton(): ReactElement | null {
  const playground = usePlayground();
  const { data: isHanging } = useLiveQuery(["invocations", "trace"], ["hanging"], () =>
    Promise.resolve(playground.isHanging),
  );
  if (!isHanging) return null;
  return (
    <Button
      icon={<Play size={13} aria-hidden />}
      title="Let the hanging call go on."
      onClick={() => playground.release()}
    >
      Release
    </Button>
  );
}

function SettingsButton(): ReactElement {
  const { phase, settings } = usePlaygroundState();
  const [open, setOpen] = useState(false);
  const set = [
    settings.delays === "skip" ? "delays skipped" : "",
    settings.effectValidation ? "effects validated" : "",
  ].filter(Boolean);
  return (
    <>
      <Button
        icon={<SlidersHorizontal size={13} aria-hidden />}
        disabled={phase !== "ready"}
        onClick={() => setOpen(true)}
      >
        Settings…
      </Button>
      {set.length > 0 ? (
        <span className="rounded bg-warn-soft px-1.5 text-xs text-warn">{set.join(", ")}</span>
      ) : null}
      {open ? (
        <Suspense fallback={null}>
          <SettingsDialog onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}

function WipeButton(): ReactElement {
  const { phase } = usePlaygroundState();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button
        icon={<Trash2 size={13} aria-hidden />}
        disabled={phase !== "ready"}
        onClick={() => setAsking(true)}
      >
        Wipe…
      </Button>
      {asking ? (
        <Suspense fallback={null}>
          <WipeDialog onClose={() => setAsking(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
