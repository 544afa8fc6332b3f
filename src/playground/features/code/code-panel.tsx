/** The code of the example's server, with the guard that is executing marked in it. Loaded when shown. */
import { javascript } from "@codemirror/lang-javascript";
import { Compartment, EditorState, RangeSet, type Extension } from "@codemirror/state";
import { Decoration, EditorView, lineNumbers } from "@codemirror/view";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, type ReactElement } from "react";
import type { TraceEvent } from "../../../store/index.ts";
import { codeLook, editorRoot } from "../../components/code-look.ts";
import { Waiting } from "../../components/panel.tsx";
import { useLiveQuery } from "../../hooks/use-live-query.ts";
import { usePlayground, usePlaygroundState } from "../../hooks/use-playground.ts";

/** The sources as text, beside what runs. */
const sources = import.meta.glob<string>("../../../examples/*/server.ts", {
  query: "?raw",
  import: "default",
});

export default function CodePanel(): ReactElement {
  const { example } = usePlayground();
  const { dead } = usePlaygroundState();
  const { data: source, error } = useQuery({
    queryKey: ["source", example.name],
    queryFn: async () => {
      const load = sources[`../../../examples/${example.name}/server.ts`];
      if (!load) throw new Error(`There is no source of the example ${example.name}.`);
      return await load();
    },
  });
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
  // What the journal calls running under a server that died is not.
  const living = guards.filter(({ owner }) => !dead.has(owner));
  const executing = [...new Set(living.flatMap(({ aliases }) => aliases))];
  if (source === undefined) return <Waiting error={error} />;
  return (
    <>
      <p role="status" className="border-b border-line px-3 py-1.5 text-sm text-muted">
        {executing.length === 0
          ? `src/examples/${example.name}/server.ts. The guard that is executing will be marked.`
          : `Executing now: ${executing.map((alias) => `“${alias}”`).join(", ")}, marked below.`}
      </p>
      <Source text={source} executing={executing} />
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
}: {
  readonly text: string;
  readonly executing: readonly string[];
}): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<{ view: EditorView; marks: Compartment } | null>(null);
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
    const aliases = key === "" ? [] : key.split("\u0000");
    const { extension, first } = markLines(view.state, aliases);
    view.dispatch({
      effects: [
        marks.reconfigure(extension),
        ...(first === undefined ? [] : [EditorView.scrollIntoView(first, { y: "center" })]),
      ],
    });
  }, [key, text]);

  return <div ref={host} />;
}

const mark = Decoration.line({ class: "cm-executing", attributes: { "aria-current": "true" } });

/** Marks the calls of the guards, from the function to the alias; and tells where the first begins. */
function markLines(
  state: EditorState,
  aliases: readonly string[],
): { extension: Extension; first: number | undefined } {
  const lines = new Set<number>();
  for (const { index, 0: text, 1: alias } of state.doc.toString().matchAll(GUARD_CALL)) {
    if (alias === undefined || !aliases.includes(alias)) continue;
    const last = state.doc.lineAt(index + text.length).number;
    for (let line = state.doc.lineAt(index).number; line <= last; line++) lines.add(line);
  }
  const starts = [...lines].map((line) => state.doc.line(line).from);
  const marks = RangeSet.of(starts.map((from) => mark.range(from)));
  return { extension: EditorView.decorations.of(marks), first: starts[0] };
}

/** A guard's call with its alias, as the examples write it. */
const GUARD_CALL = /\bat(?:Least|Most)Once\(\s*"([^"]+)"/g;
