/** How code looks in the page's editors. */
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView, highlightSpecialChars } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { HIDDEN, signOf } from "./visible.ts";

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.keyword, tags.definitionKeyword], color: "var(--accent)" },
  { tag: tags.string, color: "var(--good)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--warn)" },
  { tag: tags.comment, color: "var(--muted)" },
]);

const look = EditorView.theme({
  "&": { fontSize: "12px", backgroundColor: "var(--panel)" },
  "&.cm-focused": { outline: "2px solid var(--accent)" },
  ".cm-content": { fontFamily: "var(--font-mono)", caretColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--panel)", color: "var(--muted)", border: "none" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "none" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--accent-soft)",
    color: "var(--ink)",
  },
  ".cm-type": { padding: "4px 8px", whiteSpace: "pre-wrap", fontFamily: "var(--font-mono)" },
  ".cm-tooltip-hover": { maxWidth: "600px", maxHeight: "300px", overflow: "auto" },
  ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "none" },
  ".cm-panel.cm-search": { padding: "6px 8px", fontFamily: "inherit" },
  ".cm-panel.cm-search label": { fontSize: "12px" },
  ".cm-panel.cm-search [name=select]": { display: "none" },
  ".cm-panel.cm-search [name=close]": { fontSize: "16px", padding: "0 6px" },
  ".cm-textfield, .cm-button": {
    height: "24px",
    padding: "0 8px",
    fontSize: "12px",
    color: "var(--ink)",
    background: "var(--panel)",
    border: "1px solid var(--strong)",
    borderRadius: "4px",
  },
  ".cm-foldPlaceholder": {
    backgroundColor: "var(--raised)",
    color: "var(--muted)",
    border: "1px solid var(--line)",
  },
  ".cm-searchMatch": { backgroundColor: "var(--warn-soft)" },
  ".cm-searchMatch-selected": { outline: "1px solid var(--warn)" },
  ".cm-executing": { backgroundColor: "var(--accent-soft)", fontWeight: "600" },
  ".cm-chosen": { boxShadow: "inset 3px 0 var(--accent)", backgroundColor: "var(--raised)" },
  ".cm-selectionBackground, &.cm-focused .cm-selectionBackground": {
    backgroundColor: "var(--accent-soft) !important",
  },
});

/** As elsewhere on the page. */
const hidden = highlightSpecialChars({
  addSpecialChars: HIDDEN,
  render: (code) => {
    const sign = document.createElement("span");
    sign.textContent = signOf(code);
    sign.className = "cm-specialChar";
    return sign;
  },
});

export const codeLook: Extension = [syntaxHighlighting(colours), look, hidden];

/**
 * Where an editor is mounted: within a shadow root its styles are adopted sheets, which a strict
 * Content-Security-Policy allows.
 */
export function editorRoot(host: HTMLElement): ShadowRoot {
  return host.shadowRoot ?? host.attachShadow({ mode: "open" });
}
