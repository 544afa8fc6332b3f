/** A large value as text that folds and is searched; only what is in sight is in the page. Loaded when it is first shown. */
import { defaultKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import {
  codeFolding,
  ensureSyntaxTree,
  foldEffect,
  foldGutter,
  foldKeymap,
  unfoldAll,
} from "@codemirror/language";
import { openSearchPanel, search, searchKeymap } from "@codemirror/search";
import { EditorState, type StateEffect } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { FoldVertical, Search, UnfoldVertical } from "lucide-react";
import { useEffect, useRef, type ReactElement } from "react";
import { Button } from "../components/button.tsx";
import { codeLook, editorRoot } from "../components/code-look.ts";

const height = EditorView.theme({
  "&": { maxHeight: "360px" },
  ".cm-scroller": { overflow: "auto" },
});

/** What is nested so deep is folded at first: the value's own members are seen. */
const FOLDED_DEPTH = 1;
/** Parsing more is not waited for, in milliseconds; what is not parsed is not folded. */
const PARSE_MS = 40;

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
    foldNested(editor);
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
        <Button icon={<FoldVertical size={13} aria-hidden />} onClick={() => act(foldNested)}>
          Fold
        </Button>
        <Button icon={<UnfoldVertical size={13} aria-hidden />} onClick={() => act(unfoldAll)}>
          Unfold
        </Button>
      </div>
      <div ref={host} className="overflow-hidden rounded border border-line" />
    </>
  );
}

/** Folds every object and array within the value's members that takes more than one line. */
function foldNested(view: EditorView): void {
  const { state } = view;
  const effects: StateEffect<unknown>[] = [];
  let depth = 0;
  ensureSyntaxTree(state, state.doc.length, PARSE_MS)?.iterate({
    enter: ({ name, from, to }) => {
      if (name !== "Object" && name !== "Array") return;
      depth++;
      const isLong = state.doc.lineAt(from).number !== state.doc.lineAt(to).number;
      if (depth > FOLDED_DEPTH && isLong) {
        effects.push(foldEffect.of({ from: from + 1, to: to - 1 }));
      }
    },
    leave: ({ name }) => {
      if (name === "Object" || name === "Array") depth--;
    },
  });
  view.dispatch({ effects });
}
