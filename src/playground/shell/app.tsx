/** Composes the page; does nothing else. */
import { useEffect, useState, type ReactElement } from "react";
import { useMedia } from "../browser/use-media.ts";
import { useStoredState } from "../browser/use-stored-state.ts";
import { useTheme } from "../browser/use-theme.ts";
import { Boundary } from "../components/panel.tsx";
import { part } from "../components/part.tsx";
import { GuidePanel } from "../features/guide/index.tsx";
import { Harness } from "../features/harness/index.ts";
import { NewServerDialog } from "../features/own/index.ts";
import {
  Notices,
  ServerBar,
  ServicesDialog,
  SettingsDialog,
  WipeDialog,
} from "../features/server/index.ts";
import { QuestionDialog } from "../features/tools/index.ts";
import { useChangeFeed } from "../hooks/use-live-query.ts";
import { useFormCall } from "../hooks/use-form-call.ts";
import { usePlace } from "../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../hooks/use-playground.ts";
import { WideLayout } from "./columns.tsx";

/** The first minute is about a payment. */
const GUIDED_EXAMPLE = "processing";

const Dock = part(() => import("./dock.tsx"), <div className="h-9 shrink-0" />);
const NarrowLayout = part(() => import("./narrow-layout.tsx"));
const CommandPalette = part(() => import("./command-palette.tsx"));
const Shortcuts = part(() => import("./shortcuts.tsx"));

/** The list of commands; each opening begins anew. */
interface Palette {
  readonly isOpen: boolean;
  readonly openings: number;
}

const opened = (palette: Palette): Palette =>
  palette.isOpen ? palette : { isOpen: true, openings: palette.openings + 1 };

export function App(): ReactElement {
  const playground = usePlayground();
  useChangeFeed(playground);
  const {
    questions: [question],
  } = usePlaygroundState();
  const [place, setPlace] = usePlace();
  const form = useFormCall();
  const hasGuide = playground.example.name === GUIDED_EXAMPLE && playground.run === null;
  const [theme, nextTheme] = useTheme();
  const [palette, setPalette] = useState<Palette>({ isOpen: false, openings: 0 });
  const [dialog, setDialog] = useState<"settings" | "services" | "wipe" | "new">();
  const [guide, setGuide] = useStoredState("guide", "open");
  const wide = useMedia("(min-width: 900px)");

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setPalette(opened);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);

  const isDockFull = place.bottom !== null && place.dock === "full";
  const isGuiding = guide === "open" && hasGuide && place.explore === null;
  const showGuide = (): void => {
    setGuide("open");
    void setPlace({ explore: null });
  };
  /** A click explores at once; a link only shows. */
  const explore = (): void => {
    void setPlace({ explore: "open", run: null, column: "happened" });
    void import("../runtime/explorer.ts").then(
      ({ explorer }) => void explorer.explore(playground, form),
      () => undefined, // That it cannot be loaded is told in its place.
    );
  };

  const acts = {
    onTheme: nextTheme,
    onSettings: () => setDialog("settings"),
    onServices: () => setDialog("services"),
    onWipe: () => setDialog("wipe"),
    onNew: () => setDialog("new"),
    onExplore: explore,
    onGuide: hasGuide && !isGuiding ? showGuide : undefined,
  };

  return (
    <div className="flex h-full flex-col">
      <Boundary>
        <ServerBar theme={theme} onPalette={() => setPalette(opened)} {...acts} />
      </Boundary>
      <main className="flex min-h-0 flex-1 flex-col gap-2 p-2">
        <Notices />
        {isGuiding ? <GuidePanel onClose={() => setGuide("closed")} onExplore={explore} /> : null}
        {wide ? (
          <>
            {isDockFull ? null : (
              <div className="min-h-0 flex-1">
                <WideLayout />
              </div>
            )}
            <div className={isDockFull ? "min-h-0 flex-1" : "shrink-0"}>
              <Dock />
            </div>
          </>
        ) : (
          <div className="min-h-0 flex-1">
            <NarrowLayout />
          </div>
        )}
      </main>
      {question ? <QuestionDialog key={question.id} question={question} /> : null}
      {place.harness === null ? null : <Harness view={place.harness} />}
      {dialog === "settings" ? <SettingsDialog onClose={() => setDialog(undefined)} /> : null}
      {dialog === "services" ? <ServicesDialog onClose={() => setDialog(undefined)} /> : null}
      {dialog === "wipe" ? <WipeDialog onClose={() => setDialog(undefined)} /> : null}
      {dialog === "new" ? <NewServerDialog onClose={() => setDialog(undefined)} /> : null}
      {palette.isOpen ? (
        <CommandPalette
          key={palette.openings}
          onClose={() => setPalette((shown) => ({ ...shown, isOpen: false }))}
          {...acts}
        />
      ) : null}
      {palette.isOpen || dialog ? null : <Shortcuts {...acts} />}
    </div>
  );
}
