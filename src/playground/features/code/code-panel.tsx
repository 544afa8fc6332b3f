/**
 * The code of the example's server, with the guard that is executing marked in it. It follows the chosen
 * call and step, and a click on a guard in it chooses that guard's last step. Loaded when shown.
 */
import { javascript } from "@codemirror/lang-javascript";
import { Compartment, EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef, type ReactElement } from "react";
import { exampleNamed } from "../../../examples/index.ts";
import type { Pause } from "../../../host/index.ts";
import type { ToolFileState } from "../../../sandbox/index.ts";
import type { TraceEvent } from "../../../store/index.ts";
import { codeLook, editorRoot } from "../../components/code-look.ts";
import {
  chosenLine,
  executingLine,
  linesOf,
  marked,
  pausedLine,
} from "../../components/code-marks.ts";
import { Empty, Notice, Waiting } from "../../components/panel.tsx";
import { STEPS_READ } from "../../hooks/use-calls.ts";
import { useOwnServers } from "../../hooks/use-own-servers.ts";
import { useLiveQuery } from "../../hooks/use-live-query.ts";
import { usePlace } from "../../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../../hooks/use-playground.ts";
import { sourceOf } from "../../runtime/example-source.ts";
import { SERVED, served } from "../../runtime/opened-on.ts";
import { OwnCode, Problems } from "../own/index.ts";
import { guardCalls, placeOfPause, placeOfTool } from "./places.ts";

export default function CodePanel(): ReactElement {
  const { name } = usePlayground().example;
  const own = useOwnServers().find(({ id }) => id === name);
  if (name === SERVED && served?.example === undefined) return <Elsewhere />;
  if (own?.file) return <FileCode file={own.file} isLost={own.isLost ?? false} />;
  // One that was deleted in another tab says so.
  const shown = name === SERVED ? served?.example : name;
  if (own || exampleNamed(shown ?? "") === undefined)
    return <WrittenCode id={name} code={own?.code} />;
  return <ExampleCode name={shown ?? name} />;
}

/** The code of a server in another process is there. */
function Elsewhere(): ReactElement {
  return (
    <Empty>
      The code is where the server runs. To see it beside the calls, open the page on its file: npm
      start -- &lt;file&gt;.
    </Empty>
  );
}

/** What is written in the page, with where a call waits for the person. */
function WrittenCode({
  id,
  code,
}: {
  readonly id: string;
  readonly code: string | undefined;
}): ReactElement {
  const pause = usePause();
  return (
    <OwnCode id={id} paused={pause && code !== undefined ? placeOfPause(code, pause) : undefined} />
  );
}

/** Of the chosen call, or of the one that has waited longest. */
function usePause(): Pause | undefined {
  const { pauses } = usePlaygroundState();
  const [{ call }] = usePlace();
  return pauses.find(({ invocation }) => invocation === call) ?? pauses[0];
}

function ExampleCode({ name }: { readonly name: string }): ReactElement {
  const { data, error } = useQuery({ queryKey: ["source", name], queryFn: () => sourceOf(name) });
  if (data === undefined) return <Waiting error={error} />;
  return (
    <MarkedCode
      about={`src/examples/${name}/server.ts. The guard that is executing will be marked.`}
      source={data}
      isRunning
    />
  );
}

/** The file as it lies on the disk, where it is written. */
function FileCode({
  file: { code, error, client, problems, path, source },
  isLost,
}: {
  readonly file: ToolFileState;
  readonly isLost: boolean;
}): ReactElement {
  const { runs } = usePlaygroundState();
  const isRunning = code !== undefined && runs === code;
  return (
    <>
      {isLost ? (
        <Notice tone="warn" title="The file is not followed any more.">
          The command that told of it has ended, or is not reached: what is saved now is not seen
          here. Begin it again, and the page goes on by itself.
        </Notice>
      ) : null}
      {error === undefined ? null : (
        <Notice tone="bad" title="What was saved last does not run.">
          {error}
        </Notice>
      )}
      {client?.error === undefined ? null : (
        <Notice tone="bad" title="The client script does not run.">
          {client.error}
        </Notice>
      )}
      {problems.length === 0 ? null : <Problems problems={problems} />}
      <MarkedCode
        about={`${path}. ${isRunning ? "What is saved runs." : "What was saved last does not run yet."}`}
        source={source}
        isRunning={isRunning}
      />
    </>
  );
}

function MarkedCode({
  about,
  source,
  isRunning,
}: {
  /** Of other code the places are unknown. */
  readonly isRunning: boolean;
  /** What is said of it while nothing executes. */
  readonly about: string;
  readonly source: string;
}): ReactElement {
  const { dead } = usePlaygroundState();
  const { data: guards = [] } = useLiveQuery(
    ["trace", "invocations"],
    ["executing"],
    async ({ store }) => {
      const running = await store.readPendingInvocations("running");
      return await Promise.all(
        running.map(async ({ id, last }) => ({
          owner: last.owner,
          aliases: executingGuards(await store.readTrace({ invocation: id, limit: 200 })),
        })),
      );
    },
  );
  const [{ call, step }, setPlace] = usePlace();
  const { data: chosen } = useLiveQuery(
    ["invocations", "trace"],
    ["code of call", call],
    async ({ store }) => {
      const invocation = call === null ? undefined : await store.readInvocation(call);
      if (!invocation) return null;
      const trace = await store.readTrace({ invocation: invocation.id, limit: STEPS_READ });
      return { tool: invocation.tool, trace };
    },
    { invocation: call ?? undefined },
  );
  const at = chosen?.trace.find((event) => `${event.execution}.${event.n}` === step);
  const choose = (alias: string): void => {
    const last = chosen?.trace.findLast((event) => event.alias === alias);
    if (last) void setPlace({ step: `${last.execution}.${last.n}` }, { history: "replace" });
  };
  // What the journal calls running under a server that died is not.
  const living = guards.filter(({ owner }) => !dead.has(owner));
  const executing = [...new Set(living.flatMap(({ aliases }) => aliases))];
  const paused = usePause();
  const pause = isRunning ? paused : undefined;
  return (
    <>
      <p role="status" className="border-b border-line px-3 py-1.5 text-sm text-muted">
        {pause
          ? `${pause.invocation === call ? "It" : "Another call"} is paused at ${pause.point}${placeOfPause(source, pause) ? ", marked below" : ", at a place that its text does not show"}.`
          : executing.length === 0
            ? about
            : `Executing now: ${executing.map((alias) => `“${alias}”`).join(", ")}, marked below.`}
      </p>
      <Source
        text={source}
        executing={executing}
        pause={pause}
        tool={chosen?.tool}
        alias={at?.alias}
        onAlias={choose}
      />
    </>
  );
}

/** The aliases of guards whose callable was entered and has not ended, in the last execution. */
function executingGuards(trace: readonly TraceEvent[]): string[] {
  const last = trace.at(-1)?.execution;
  const entered = new Set<string>();
  for (const { alias, type, execution } of trace) {
    if (alias === undefined || execution !== last) continue;
    if (type === "attempt-started") entered.add(alias);
    if (["attempt-failed", "guard-stored", "guard-failed"].includes(type)) entered.delete(alias);
  }
  return [...entered];
}

function Source({
  text,
  executing,
  pause,
  tool,
  alias,
  onAlias,
}: {
  readonly text: string;
  readonly executing: readonly string[];
  /** The call that waits for the person. */
  readonly pause: Pause | undefined;
  /** The chosen call's. */
  readonly tool: string | undefined;
  /** The guard of the chosen step. */
  readonly alias: string | undefined;
  /** A guard's call was clicked. */
  readonly onAlias: (alias: string) => void;
}): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<{ view: EditorView; marks: Compartment } | null>(null);
  const clicked = useEffectEvent((position: number) => {
    const found = guardCalls(text).find(({ from, to }) => from <= position && position <= to);
    if (found) onAlias(found.alias);
  });
  useEffect(() => {
    if (!host.current) return;
    const root = editorRoot(host.current);
    const marks = new Compartment();
    const view = new EditorView({
      parent: root,
      root,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          javascript({ typescript: true }),
          codeLook,
          marks.of([]),
          EditorState.readOnly.of(true),
          EditorView.lineWrapping,
          EditorView.domEventHandlers({
            click: (event, view) => {
              const position = view.posAtCoords({ x: event.clientX, y: event.clientY });
              if (position !== null) clicked(position);
            },
          }),
          EditorView.contentAttributes.of({ "aria-label": "The server's code", tabindex: "0" }),
        ],
      }),
    });
    editor.current = { view, marks };
    return () => view.destroy();
  }, [text]);

  const key = executing.join("\u0000");
  useEffect(() => {
    const { view, marks } = editor.current ?? {};
    if (!view || !marks) return;
    const running = key === "" ? [] : key.split("\u0000");
    const calls = guardCalls(text);
    const paused = pause && placeOfPause(text, pause);
    const lines = [
      ...linesOf(view.state, paused ? [paused] : [], pausedLine),
      ...linesOf(
        view.state,
        calls.filter((call) => call.alias === alias),
        chosenLine,
      ),
      ...linesOf(
        view.state,
        calls.filter((call) => running.includes(call.alias) && call.from !== paused?.from),
        executingLine,
      ),
    ];
    view.dispatch({
      effects: marks.reconfigure(marked(lines)),
    });
    // What waits or executes is looked at first, then the chosen step, then the chosen call's tool.
    const executed = paused ?? calls.find((call) => running.includes(call.alias));
    const first = executed?.from ?? calls.find((call) => call.alias === alias)?.from;
    const shown = first ?? (tool === undefined ? undefined : placeOfTool(text, tool));
    if (shown !== undefined) {
      view.dispatch({ effects: EditorView.scrollIntoView(shown, { y: "center" }) });
    }
  }, [key, text, pause, tool, alias]);

  return <div ref={host} />;
}
