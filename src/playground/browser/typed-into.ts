/** Where a key is text, and no command. */
const EDITABLE = "input, select, textarea, [contenteditable]";

/** Whether what the event happened in is typed into; an editor may stand in a shadow tree. */
export function isTypedInto(event: Event): boolean {
  return event.composedPath().some((at) => at instanceof Element && at.matches(EDITABLE));
}
