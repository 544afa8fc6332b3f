/** JSON as text, with what is wrong marked where it is wrong. Loaded when it is first shown. */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json, jsonParseLinter } from "@codemirror/lang-json";
import { bracketMatching } from "@codemirror/language";
import { linter } from "@codemirror/lint";
import { Annotation, EditorState } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { useEffect, useEffectEvent, useRef, type ReactElement } from "react";
import { codeLook, editorRoot } from "./code-look.ts";

const height = EditorView.theme({
  "&": { maxHeight: "240px" },
  ".cm-scroller": { overflow: "auto" },
  ".cm-content": { minHeight: "72px" },
});

/** The change comes from outside, which need not hear of it again. */
const typedElsewhere = Annotation.define<boolean>();

export interface JsonEditorProps {
  readonly label: string;
  readonly text: string;
  readonly onChange: (text: string) => void;
  /** Ctrl or Cmd and Enter were pressed. */
  readonly onSubmit: () => void;
}

export default function JsonEditor({
  label,
  text,
  onChange,
  onSubmit,
}: JsonEditorProps): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const changed = useEffectEvent(onChange);
  const submitted = useEffectEvent(onSubmit);
  const initialText = useEffectEvent(() => text);

  useEffect(() => {
    if (!host.current) return;
    const root = editorRoot(host.current);
    const editor = new EditorView({
      parent: root,
      root,
      state: EditorState.create({
        doc: initialText(),
        extensions: [
          history(),
          keymap.of([
            {
              key: "Mod-Enter",
              run: () => {
                submitted();
                return true;
              },
            },
          ]),
          // Tab leaves the editor: nobody is caught in it.
          keymap.of([...defaultKeymap, ...historyKeymap]),
          json(),
          linter(jsonParseLinter()),
          bracketMatching(),
          codeLook,
          height,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
          EditorView.updateListener.of((update) => {
            const isTyped = !update.transactions.some((step) => step.annotation(typedElsewhere));
            if (update.docChanged && isTyped) changed(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [label]);

  // What was typed elsewhere; what was typed here is there already.
  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === text) return;
    editor.dispatch({
      changes: { from: 0, to: editor.state.doc.length, insert: text },
      annotations: typedElsewhere.of(true),
    });
  }, [text]);

  return <div ref={host} className="overflow-hidden rounded border border-strong" />;
}
