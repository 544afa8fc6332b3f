/** TypeScript as text, with what is wrong marked where it is wrong. */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { bracketMatching } from "@codemirror/language";
import { linter, type Diagnostic } from "@codemirror/lint";
import { EditorState, type Text } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { useEffect, useEffectEvent, useRef, type ReactElement } from "react";
import { codeLook, editorRoot } from "../../components/code-look.ts";
import { compile, CompileError } from "../../runtime/compile.ts";

export default function CodeEditor({
  text,
  onChange,
  onRun,
}: {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly onRun: () => void;
}): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const changed = useEffectEvent(onChange);
  const run = useEffectEvent(onRun);
  const initial = useEffectEvent(() => text);
  useEffect(() => {
    if (!host.current) return;
    const root = editorRoot(host.current);
    const editor = new EditorView({
      parent: root,
      root,
      state: EditorState.create({
        doc: initial(),
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
          keymap.of([...defaultKeymap, ...historyKeymap]),
          javascript({ typescript: true }),
          linter(({ state }) => problemsOf(state.doc)),
          bracketMatching(),
          codeLook,
          replaceByState,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({
            "aria-label": "The code of your server",
            tabindex: "0",
          }),
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (docChanged) changed(state.doc.toString());
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
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);
  return <div ref={host} className="min-h-0 flex-1 overflow-auto" />;
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

function problemsOf(doc: Text): Diagnostic[] {
  try {
    compile(doc.toString());
    return [];
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    const line = doc.line(Math.min(Math.max(error.line, 1), doc.lines));
    const from = Math.min(line.from + error.column - 1, line.to);
    return [{ from, to: line.to, severity: "error", message: error.message }];
  }
}
