/** Composes the page; does nothing else. */
import { lazy, Suspense, useEffect, useState, type ReactElement } from "react";
import { WideLayout } from "./columns.tsx";
import { Boundary } from "./components/panel.tsx";
import { useChangeFeed } from "./hooks/use-live-query.ts";
import { usePlace } from "./hooks/use-location.ts";
import { useMedia } from "./hooks/use-media.ts";
import { usePlayground, usePlaygroundState } from "./hooks/use-playground.ts";
import { useStoredState } from "./hooks/use-stored-state.ts";
import { useTheme } from "./hooks/use-theme.ts";
import { ServerBar } from "./panels/server-bar.tsx";

/** The first minute is about a payment. */
const GUIDED_EXAMPLE = "processing";

const BottomPanel = lazy(() => import("./panels/bottom-panel.tsx"));
const Notices = lazy(() => import("./panels/notices.tsx"));
const GuidePanel = lazy(() => import("./panels/guide-panel.tsx"));
const NarrowLayout = lazy(() => import("./narrow-layout.tsx"));
const Explore = lazy(() => import("./panels/explore.tsx"));
const Harness = lazy(() => import("./panels/harness.tsx"));
const QuestionDialog = lazy(() => import("./panels/question-dialog.tsx"));
const CommandPalette = lazy(() => import("./panels/command-palette.tsx"));

export function App(): ReactElement {
  const playground = usePlayground();
  useChangeFeed(playground);
  const [question] = usePlaygroundState().questions;
  const [place] = usePlace();
  const hasGuide = playground.example.name === GUIDED_EXAMPLE && playground.run === null;
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
        <Boundary>
          <Suspense fallback={null}>
            <Notices />
          </Suspense>
        </Boundary>
        {guide === "open" && hasGuide ? (
          <Boundary>
            <Suspense fallback={<div className="h-32 shrink-0" />}>
              <GuidePanel onClose={() => setGuide("closed")} />
            </Suspense>
          </Boundary>
        ) : null}
        <div className="min-h-0 flex-1">
          {wide ? (
            <WideLayout />
          ) : (
            <Suspense fallback={null}>
              <NarrowLayout />
            </Suspense>
          )}
        </div>
        <Boundary>
          <Suspense fallback={<div className="h-9 shrink-0" />}>
            <BottomPanel />
          </Suspense>
        </Boundary>
      </main>
      {question ? (
        <Suspense fallback={null}>
          <QuestionDialog key={question.id} question={question} />
        </Suspense>
      ) : null}
      {place.explore === null ? null : (
        <Boundary>
          <Suspense fallback={null}>
            <Explore />
          </Suspense>
        </Boundary>
      )}
      {place.harness === null ? null : (
        <Boundary>
          <Suspense fallback={null}>
            <Harness view={place.harness} />
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
