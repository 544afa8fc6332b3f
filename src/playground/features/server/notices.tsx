/** What keeps the page from its database or from what was asked for, in words, and what to do. */
import { useSyncExternalStore, type ReactElement } from "react";
import { exampleNamed } from "../../../examples/index.ts";
import { Button } from "../../components/button.tsx";
import { Notice } from "../../components/panel.tsx";
import { usePlace } from "../../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../../hooks/use-playground.ts";
import { explorer } from "../../runtime/explorer.ts";
import { SERVED } from "../../runtime/opened-on.ts";
import { textOfCase } from "../../runtime/case-text.ts";
import { LossNotice } from "./loss-notice.tsx";

export default function Notices(): ReactElement {
  return (
    <>
      <ConnectionNotice />
      <Lost />
      <NotHere />
      <Problem />
      <Refused />
      <Silent />
      <RunOfSweep />
    </>
  );
}

/** A link to a server of one's own leads nowhere in another browser. */
function NotHere(): ReactElement | null {
  const [{ example }] = usePlace();
  const shown = usePlayground().example;
  if (example === shown.name || exampleNamed(example)) return null;
  return (
    <Notice tone="warn" title={`There is no server “${example}” in this browser.`}>
      {shown.title} is shown in its place. A server of one’s own is kept by the browser in which it
      was written, and one of a file by the page that was opened on it.
    </Notice>
  );
}

/** A server of the person's own that does not answer can be ended. */
function Silent(): ReactElement | null {
  const playground = usePlayground();
  const { silent } = usePlaygroundState();
  if (silent === 0) return null;
  return (
    <Notice tone="warn" title={`The server has not answered for ${Math.floor(silent / 1000)} s.`}>
      <p>It may be in a loop without end. To end it is a crash: what was committed stays.</p>
      <Button tone="danger" onClick={() => playground.crash()}>
        End it
      </Button>
    </Notice>
  );
}

/** A sweep's run is shown in place of the example's own data. */
function RunOfSweep(): ReactElement | null {
  const { run } = usePlayground();
  const [, setPlace] = usePlace();
  const { on, off, pairs } = useSyncExternalStore(explorer.subscribe, explorer.snapshot);
  if (run === null) return null;
  const shown = [...on, ...off, ...pairs].find(({ run: { name } }) => name === run);
  return (
    <div
      role="note"
      className="flex flex-wrap items-center gap-2 rounded-md border border-accent bg-accent-soft px-3 py-1 text-sm"
    >
      <span className="mr-auto">
        <b>A run of Explore</b>
        {shown ? `: ${textOfCase(shown)}, guards ${off.includes(shown) ? "off" : "on"};` : ","} on a
        store and a ledger of its own.
      </span>
      <Button onClick={() => void setPlace({ run: null, call: null, explore: "open" })}>
        Back to the matrix
      </Button>
      <Button onClick={() => void setPlace({ run: null, call: null })}>Back to the example</Button>
    </div>
  );
}

function ConnectionNotice(): ReactElement | null {
  const playground = usePlayground();
  const { phase, connection, error } = usePlaygroundState();
  const { example } = playground;
  if (phase === "failed") {
    return (
      <Notice
        tone="bad"
        title={
          example.name === SERVED
            ? "The server could not be reached."
            : "The database could not be opened."
        }
      >
        <p>{error?.message}</p>
        <Button onClick={() => void playground.open()}>Try again</Button>
      </Notice>
    );
  }
  if (phase === "closed" && connection === "lost") {
    return (
      <Notice tone="warn" title="The connection to the server’s process is lost.">
        The page goes on by itself as soon as npm run serve runs again at this address. What had
        been committed is kept.
      </Notice>
    );
  }
  if (phase === "closed") {
    return (
      <Notice
        tone="warn"
        title={
          connection === "superseded"
            ? "Another tab needed the database: it was upgraded or deleted there."
            : "The browser closed the database: it was deleted, or its disk failed."
        }
      >
        <p>The server was stopped. What had been committed is kept, unless it was deleted.</p>
        <Button onClick={() => void playground.open()}>Open it again</Button>
      </Notice>
    );
  }
  if (phase === "opening" && connection === "blocked") {
    return (
      <Notice tone="warn" title="Another tab holds an older version of the database open.">
        Close the other tabs of the playground: this one goes on by itself. Nothing is lost.
      </Notice>
    );
  }
  return null;
}

/** What the browser lost of the example's data. */
function Lost(): ReactElement | null {
  const { loss } = usePlaygroundState();
  if (!loss) return null;
  return <LossNotice loss={loss} />;
}

/** What was asked for last, and could not be done. */
function Problem(): ReactElement | null {
  const playground = usePlayground();
  const { problem } = usePlaygroundState();
  if (problem === undefined) return null;
  return (
    <Notice tone="bad" title={problem}>
      <Button onClick={() => playground.dismiss()}>Dismiss</Button>
    </Notice>
  );
}

/** Another server may be at work, and only a person knows. */
function Refused(): ReactElement | null {
  const playground = usePlayground();
  const { phase, server, refused } = usePlaygroundState();
  if (phase !== "ready" || server !== "stopped") return null;
  if (refused !== undefined) {
    return (
      <Notice tone="warn" title="The server was not started: another one may be at work.">
        <p>{refused}</p>
        <div className="flex flex-wrap gap-2">
          <Button onClick={() => void playground.takeOver()}>Take over</Button>
          <Button onClick={() => void playground.start()}>Try again</Button>
        </div>
      </Notice>
    );
  }
  return null;
}
