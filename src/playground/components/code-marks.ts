/** Lines of code that are marked: where something executes, is chosen, or waits. */
import { RangeSet, type EditorState, type Extension, type Range } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";

/** A part of the code, by the offsets of its characters. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export const executingLine = Decoration.line({
  class: "cm-executing",
  attributes: { "aria-current": "true" },
});
export const pausedLine = Decoration.line({
  class: "cm-executing",
  attributes: { "aria-current": "location" },
});
export const chosenLine = Decoration.line({
  class: "cm-chosen",
  attributes: { "aria-current": "step" },
});

/** Every line of the stretches. */
export function linesOf(
  { doc }: EditorState,
  stretches: readonly Stretch[],
  mark: Decoration,
): Range<Decoration>[] {
  return stretches.flatMap(({ from, to }) => {
    const [first, last] = [doc.lineAt(from).number, doc.lineAt(to).number];
    return Array.from({ length: last - first + 1 }, (_, nth) =>
      mark.range(doc.line(first + nth).from),
    );
  });
}

/** Shows the marks. */
export function marked(lines: readonly Range<Decoration>[]): Extension {
  return EditorView.decorations.of(RangeSet.of(lines, true));
}
