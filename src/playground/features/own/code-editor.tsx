/** TypeScript as text: checked and completed as it is typed, with what is wrong marked where it is wrong. */
import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { bracketMatching } from "@codemirror/language";
import { linter, lintKeymap } from "@codemirror/lint";
import { Annotation, Compartment, EditorState } from "@codemirror/state";
import { EditorView, hoverTooltip, keymap, lineNumbers, type Tooltip } from "@codemirror/view";
import { useEffect, useEffectEvent, useRef, type ReactElement } from "react";
import { codeLook, editorRoot } from "../../components/code-look.ts";
import { linesOf, marked, pausedLine, type Stretch } from "../../components/code-marks.ts";
import { compile, CompileError } from "../../runtime/compile.ts";
import { typeChecker } from "../../runtime/type-checker.ts";
import type { HoverInfo, Problem } from "../../runtime/type-messages.ts";

/** A change of the text that was not made here. */
const ofOtherTab = Annotation.define<boolean>();

export default function CodeEditor({
  label,
  path,
  text,
  paused,
  onChange,
  onRun,
  onProblems,
}: {
  readonly label: string;
  /** As the checker knows the file; the same as long as this is shown. */
  readonly path: string;
  readonly text: string;
  /** Where a call waits for the person: marked, and scrolled to. */
  readonly paused: Stretch | undefined;
  readonly onChange: (text: string) => void;
  readonly onRun: () => void;
  /** What is wrong in the code as it is now; without types where the compiler could not be loaded. */
  readonly onProblems: (problems: readonly Problem[], isTyped: boolean) => void;
}): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const marks = useRef(new Compartment());
  const changed = useEffectEvent(onChange);
  const run = useEffectEvent(onRun);
  const reported = useEffectEvent(onProblems);
  const initial = useEffectEvent(() => ({ label, path, text }));
  useEffect(() => {
    if (!host.current) return;
    const root = editorRoot(host.current);
    const { label, path, text } = initial();
    const check = async (code: string): Promise<readonly Problem[]> => {
      try {
        await typeChecker().updateFile({ path, code });
        const problems = await typeChecker().getLints({ path });
        reported(problems, true);
        return problems;
      } catch {
        const problems = syntaxProblems(code);
        reported(problems, false);
        return problems;
      }
    };
    const editor = new EditorView({
      parent: root,
      root,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          history(),
          keymap.of([
            {
              key: "Mod-s",
              preventDefault: true,
              run: () => {
                run();
                return true;
              },
            },
          ]),
          // Tab leaves the editor: nobody is caught in it.
          keymap.of([...completionKeymap, ...lintKeymap, ...defaultKeymap, ...historyKeymap]),
          javascript({ typescript: true }),
          autocompletion({
            override: [
              async ({ pos, explicit }) =>
                await unlessMissing(
                  typeChecker().getAutocompletion({ path, context: { pos, explicit } }),
                ),
            ],
          }),
          hoverTooltip(async (_, pos) => {
            const found = await unlessMissing(typeChecker().getHover({ path, pos }));
            return found ? tooltip(found) : null;
          }),
          linter(async ({ state }) => {
            const problems = await check(state.doc.toString());
            return problems.map(({ from, to, severity, message }) => ({
              from: Math.min(from, state.doc.length),
              to: Math.min(to, state.doc.length),
              severity,
              message,
            }));
          }),
          bracketMatching(),
          codeLook,
          marks.current.of([]),
          replaceByState,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({
            "aria-label": label,
            tabindex: "0",
          }),
          EditorView.updateListener.of(({ docChanged, state, transactions }) => {
            if (!docChanged) return;
            const code = state.doc.toString();
            // What another tab wrote is kept there: told once more, it would come back into what is typed.
            if (!transactions.some((made) => made.annotation(ofOtherTab))) changed(code);
            // What is completed must know what was just typed.
            void unlessMissing(typeChecker().updateFile({ path, code }));
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, []);
  // What another tab wrote; what was typed here is there already.
  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === text) return;
    editor.dispatch({
      changes: { from: 0, to: editor.state.doc.length, insert: text },
      annotations: ofOtherTab.of(true),
    });
  }, [text]);
  const { from, to } = paused ?? {};
  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const isThere = from !== undefined && to !== undefined && to <= editor.state.doc.length;
    const lines = linesOf(editor.state, isThere ? [{ from, to }] : [], pausedLine);
    editor.dispatch({
      effects: [
        marks.current.reconfigure(marked(lines)),
        ...(isThere ? [EditorView.scrollIntoView(from, { y: "center" })] : []),
      ],
    });
  }, [from, to]);
  return <div ref={host} className="min-h-0 flex-1 overflow-auto" />;
}

/** Nothing where the compiler could not be loaded, which is told below the code. */
async function unlessMissing<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch {
    return null;
  }
}

/** What the name at a place is, and what its documentation says. */
function tooltip({ start, end, quickInfo }: HoverInfo): Tooltip {
  const textOf = (parts: readonly { readonly text: string }[] = []): string =>
    parts.map(({ text }) => text).join("");
  const text = [textOf(quickInfo?.displayParts), textOf(quickInfo?.documentation)];
  return {
    pos: start,
    end,
    create: () => {
      const dom = document.createElement("div");
      dom.className = "cm-type";
      dom.textContent = text.filter(Boolean).join("\n\n");
      return { dom };
    },
  };
}

/** Chromium keeps the look of a replaced selection by inline styles, which the page's policy forbids. */
const replaceByState = EditorView.domEventHandlers({
  beforeinput: ({ inputType, data }, view) => {
    if (inputType !== "insertText" || data === null || view.state.selection.main.empty)
      return false;
    view.dispatch(view.state.replaceSelection(data), { userEvent: "input.type" });
    return true;
  },
});

function syntaxProblems(code: string): Problem[] {
  try {
    compile(code);
    return [];
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    const { line, column, message } = error;
    const lines = code.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0);
    const to = start + (lines[line - 1] ?? "").length;
    return [
      { from: Math.min(start + column - 1, to), to, severity: "error", message, line, column },
    ];
  }
}
