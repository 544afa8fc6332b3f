/** A large value as text that folds and is searched; only what is in sight is in the page. Loaded when it is first shown. */
import { defaultKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { codeFolding, foldEffect, foldGutter, foldKeymap, unfoldAll } from "@codemirror/language";
import { openSearchPanel, search, searchKeymap } from "@codemirror/search";
import { EditorState, type StateEffect } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { FoldVertical, Search, UnfoldVertical } from "lucide-react";
import { useEffect, useRef, type ReactElement } from "react";
import { Button } from "./button.tsx";
import { codeLook, editorRoot } from "./code-look.ts";

const height = EditorView.theme({
  "&": { maxHeight: "360px" },
  ".cm-scroller": { overflow: "auto" },
});

/** What is nested so deep is folded at first: the value's own members are seen. */
const FOLDED_DEPTH = 1;

export default function LargeValue({
  label,
  text,
  isJson,
}: {
  readonly label: string;
  readonly text: string;
  readonly isJson: boolean;
}): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);

  useEffect(() => {
    if (!host.current) return;
    const root = editorRoot(host.current);
    const editor = new EditorView({
      parent: root,
      root,
      state: EditorState.create({
        doc: text,
        extensions: [
          EditorState.readOnly.of(true),
          // A carriage return is a character to be seen.
          EditorState.lineSeparator.of("\n"),
          isJson ? json() : [],
          codeFolding(),
          foldGutter(),
          search({ top: true }),
          keymap.of([...searchKeymap, ...foldKeymap, ...defaultKeymap]),
          codeLook,
          height,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
        ],
      }),
    });
    view.current = editor;
    if (isJson) foldNested(editor);
    return () => editor.destroy();
  }, [label, text, isJson]);

  const act = (action: (view: EditorView) => unknown): void => {
    if (view.current) action(view.current);
  };
  return (
    <>
      <div className="flex flex-wrap items-center gap-1 py-1">
        <Button icon={<Search size={13} aria-hidden />} onClick={() => act(openSearchPanel)}>
          Search
        </Button>
        {isJson ? (
          <>
            <Button icon={<FoldVertical size={13} aria-hidden />} onClick={() => act(foldNested)}>
              Fold
            </Button>
            <Button icon={<UnfoldVertical size={13} aria-hidden />} onClick={() => act(unfoldAll)}>
              Unfold
            </Button>
          </>
        ) : null}
      </div>
      <div ref={host} className="overflow-hidden rounded border border-line" />
    </>
  );
}

/** Folds every object and array within the value's members, as the indentation of its lines tells. */
function foldNested(view: EditorView): void {
  const { doc } = view.state;
  const effects: StateEffect<{ readonly from: number; readonly to: number }>[] = [];
  const open: number[] = [];
  for (let n = 1; n <= doc.lines; n++) {
    const { text, from, to } = doc.line(n);
    const start = text.search(/\S/);
    if (/^[}\]]/.test(text.slice(start))) {
      const begin = open.pop();
      if (begin !== undefined && open.length >= FOLDED_DEPTH) {
        effects.push(foldEffect.of({ from: begin, to: from + start }));
      }
    }
    if (/[{[]$/.test(text)) open.push(to);
  }
  // An object ends after what is within it, and is folded before it.
  view.dispatch({ effects: effects.toSorted((a, b) => a.value.from - b.value.from) });
}
