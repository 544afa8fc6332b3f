/** The code of a person's own server: written, run, renamed, copied, deleted. Loaded when shown. */
import { Copy, Pencil, Play, Trash2 } from "lucide-react";
import { useRef, useState, type ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import type { Stretch } from "../../components/code-marks.ts";
import { TextField } from "../../components/text-field.tsx";
import { usePlace } from "../../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../../hooks/use-playground.ts";
import { ownServers, type OwnServer } from "../../runtime/own-servers.ts";
import type { Problem } from "../../runtime/type-messages.ts";
import { useOwnServers } from "../../hooks/use-own-servers.ts";
import CodeEditor from "./code-editor.tsx";
import { Problems } from "./problems.tsx";

export default function OwnCode({
  id,
  paused,
}: {
  readonly id: string;
  /** Where a call waits for the person, as far as the text shows it. */
  readonly paused: Stretch | undefined;
}): ReactElement {
  const own = useOwnServers().find((server) => server.id === id);
  if (!own) return <p className="p-3 text-sm text-muted">This server was deleted.</p>;
  return <Written own={own} paused={paused} />;
}

function Written({
  own,
  paused,
}: {
  readonly own: OwnServer;
  readonly paused: Stretch | undefined;
}): ReactElement {
  const { id, title } = own;
  const playground = usePlayground();
  const [{ file }, setPlace] = usePlace();
  const [asks, setAsks] = useState<"name" | "delete">();
  const copy = (): void =>
    void playground.attempt(async () => {
      const { code, client } = own;
      const made = ownServers.add({ title: `Copy of ${title}`, code, client });
      await setPlace({ example: made.id, call: null, tool: null, run: null });
    });
  const files = [
    ["server", "Server"],
    ["client", "Client script"],
  ] as const;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex flex-wrap items-center gap-1 border-b border-line px-3 py-1">
        {files.map(([name, text]) => (
          <Button
            key={name}
            tone="quiet"
            aria-pressed={file === name}
            className={file === name ? "bg-accent-soft text-accent" : ""}
            onClick={() => void setPlace({ file: name })}
          >
            {text}
            {name === "server" && file !== "server" && paused ? " (a call is paused)" : ""}
          </Button>
        ))}
        <span className="ml-auto flex flex-wrap gap-1">
          <Button
            tone="quiet"
            icon={<Pencil size={13} aria-hidden />}
            onClick={() => setAsks("name")}
          >
            Rename…
          </Button>
          <Button tone="quiet" icon={<Copy size={13} aria-hidden />} onClick={copy}>
            Copy
          </Button>
          <Button
            tone="quiet"
            icon={<Trash2 size={13} aria-hidden />}
            onClick={() => setAsks("delete")}
          >
            Delete…
          </Button>
        </span>
      </div>
      {file === "server" ? (
        <ServerCode key={id} own={own} paused={paused} />
      ) : (
        <ClientCode key={id} own={own} />
      )}
      {asks === "name" ? <Rename {...{ id, title }} onClose={() => setAsks(undefined)} /> : null}
      {asks === "delete" ? <Delete {...{ id, title }} onClose={() => setAsks(undefined)} /> : null}
    </div>
  );
}

function ServerCode({
  own: { id, code },
  paused,
}: {
  readonly own: OwnServer;
  readonly paused: Stretch | undefined;
}): ReactElement {
  const playground = usePlayground();
  const { runs, server } = usePlaygroundState();
  const run = (): void => {
    ownServers.runWritten(id);
    void playground.restart();
  };
  const about =
    server === "running" ? "This code runs. Change it, and run it anew." : "This code ran last.";
  return (
    <Edited
      label="The code of your server"
      path="/server.ts"
      text={code}
      // Of code that is not the one that runs, the place is unknown.
      paused={runs === code ? paused : undefined}
      about={runs === code ? about : "What is written is kept, and does not run yet."}
      action="Run this code"
      isWanted={runs !== code}
      onChange={(text) => ownServers.change(id, { code: text })}
      onRun={run}
    />
  );
}

function ClientCode({ own: { id, client } }: { readonly own: OwnServer }): ReactElement {
  const playground = usePlayground();
  const { server, transcriptRunning } = usePlaygroundState();
  const [, setPlace] = usePlace();
  const isReady = server === "running" && !transcriptRunning;
  const run = (): void => {
    if (!isReady) return;
    void setPlace({ bottom: "transcript" });
    void playground.script.run();
  };
  return (
    <Edited
      label="The code of your client script"
      path="/client.ts"
      text={client}
      paused={undefined}
      about={
        transcriptRunning
          ? "A script runs: see the transcript."
          : server === "running"
            ? "It calls your tools from end to end; what it does stands in the transcript."
            : "It can run when the server does."
      }
      action="Run this script"
      isDisabled={!isReady}
      onChange={(text) => ownServers.change(id, { client: text })}
      onRun={run}
    />
  );
}

function Edited({
  about,
  action,
  isWanted = false,
  isDisabled = false,
  onChange,
  ...editor
}: {
  readonly label: string;
  readonly path: string;
  readonly text: string;
  readonly paused: Stretch | undefined;
  /** What is true of the text as it is. */
  readonly about: string;
  /** What running it is called. */
  readonly action: string;
  /** It is what a person will do next. */
  readonly isWanted?: boolean;
  readonly isDisabled?: boolean;
  readonly onChange: (text: string) => void;
  readonly onRun: () => void;
}): ReactElement {
  const playground = usePlayground();
  const [checked, setChecked] = useState<{
    readonly problems: readonly Problem[];
    readonly isTyped: boolean;
  }>();
  return (
    <>
      <div className="flex flex-wrap items-center gap-1 border-b border-line px-3 py-1">
        <span role="status" className="mr-auto text-sm text-muted">
          {about}
        </span>
        <Button
          tone={isWanted ? "primary" : "plain"}
          icon={<Play size={13} aria-hidden />}
          title="Ctrl or Cmd and S"
          disabled={isDisabled}
          onClick={editor.onRun}
        >
          {action}
        </Button>
      </div>
      <CodeEditor
        {...editor}
        onChange={(text) => void playground.attempt(() => onChange(text))}
        onProblems={(problems, isTyped) => setChecked({ problems, isTyped })}
      />
      <Problems problems={checked?.problems} isTyped={checked?.isTyped} />
    </>
  );
}

interface AskProps {
  readonly id: string;
  readonly title: string;
  readonly onClose: () => void;
}

function Rename({ id, title, onClose }: AskProps): ReactElement {
  const playground = usePlayground();
  const dialog = useRef<HTMLDialogElement>(null);
  const [name, setName] = useState(title);
  return (
    <Dialog dialog={dialog} title="Rename the server" size="w-sm" onClose={onClose}>
      <form
        className="mt-2 flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void playground.attempt(() => ownServers.change(id, { title: name.trim() || title }));
          dialog.current?.close();
        }}
      >
        <TextField label="Name" value={name} onChange={setName} />
        <div className="flex justify-end gap-2">
          <Button onClick={() => dialog.current?.close()}>Cancel</Button>
          <Button type="submit" tone="primary">
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Delete({ id, title, onClose }: AskProps): ReactElement {
  const playground = usePlayground();
  const [, setPlace] = usePlace();
  const dialog = useRef<HTMLDialogElement>(null);
  const remove = (): void =>
    void playground.attempt(async () => {
      // What it kept goes with it.
      if (!(await playground.wipe())) return;
      await playground.stop();
      await setPlace({ example: null, call: null, tool: null, run: null, bottom: null });
      ownServers.remove(id);
    });
  return (
    <Dialog dialog={dialog} title={`Delete “${title}”?`} size="w-sm" onClose={onClose}>
      <p className="mt-1 text-muted">
        Its code, its calls, guards, maps and ledger are deleted. This cannot be undone.
      </p>
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={() => dialog.current?.close()}>Keep it</Button>
        <Button tone="danger" onClick={remove}>
          Delete it
        </Button>
      </div>
    </Dialog>
  );
}
