/**
 * The run of an example: starts its server, waits until it answers, runs its client script and shows
 * the transcript as it comes. It begins by itself right after the example was chosen in the menu, and
 * otherwise by its button: a link, a reload and the history only show it.
 */
import { Play, Square, Trash2 } from "lucide-react";
import { useEffect, useEffectEvent, useRef, useState, type ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import { Empty } from "../../components/panel.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { Transcript } from "../../components/transcript.tsx";
import { useChosenExample } from "../../hooks/use-chosen-example.ts";
import { usePlayground, usePlaygroundState } from "../../hooks/use-playground.ts";
import { ownServers } from "../../runtime/own-servers.ts";
import { WipeDialog } from "../server/index.ts";

export function HarnessRun({ onRun }: { readonly onRun: () => void }): ReactElement {
  const playground = usePlayground();
  const { server, phase, transcript, transcriptRunning } = usePlaygroundState();
  const [{ chosen }, change] = useChosenExample();
  const [wiping, setWiping] = useState(false);
  const shown = useRef(true);
  useEffect(() => {
    shown.current = true;
    return () => {
      shown.current = false;
    };
  }, []);

  const run = (): void => {
    onRun();
    // The script waits until the server answers; one that does not come up is for the person to see.
    if (server === "stopped" || server === "crashed") void playground.start();
    void playground.script.run();
  };
  const isChosen = chosen === playground.example.name && phase === "ready";
  const begin = useEffectEvent(() => {
    if (!isChosen) return;
    change({ chosen: null });
    run();
  });
  useEffect(() => begin(), [isChosen]);

  const scrolled = useRef<HTMLDivElement>(null);
  // Follows what comes.
  useEffect(() => {
    scrolled.current?.scrollTo({ top: scrolled.current.scrollHeight });
  }, [transcript]);
  const isNew = transcript.length === 0 && !transcriptRunning;
  const isIdle = server === "running" && !transcriptRunning;
  return (
    <>
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-1.5">
        <StateBadge state={server === "running" ? "up" : server} label={`server ${server}`} />
        <Button
          icon={<Square size={12} aria-hidden />}
          disabled={!transcriptRunning}
          onClick={() => void playground.script.stop()}
        >
          Stop
        </Button>
        <Button
          tone={isNew ? "primary" : "plain"}
          icon={<Play size={13} aria-hidden />}
          disabled={phase !== "ready" || server === "starting" || transcriptRunning}
          onClick={run}
        >
          {isNew
            ? `Run this ${ownServers.named(playground.example.name) ? "server" : "example"}`
            : "Run again on the kept store"}
        </Button>
        <Button
          icon={<Trash2 size={13} aria-hidden />}
          disabled={!isIdle}
          onClick={() => setWiping(true)}
        >
          Wipe and run again…
        </Button>
        {server === "crashed" || server === "stopped" ? (
          <Button tone="primary" onClick={() => void playground.restart()}>
            Restart the server
          </Button>
        ) : null}
      </div>
      <div
        ref={scrolled}
        className="min-h-0 flex-1 overflow-auto pb-2"
        // A region that scrolls must be reachable by the keyboard.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
      >
        {isNew ? (
          <Empty>
            {playground.example.shows} Run it, and each call and answer stands here as it comes.
          </Empty>
        ) : (
          <Transcript lines={transcript} />
        )}
      </div>
      {wiping ? (
        <WipeDialog
          onClose={() => setWiping(false)}
          onWiped={() => {
            if (shown.current) {
              onRun();
              void playground.script.run();
            }
          }}
        />
      ) : null}
    </>
  );
}
