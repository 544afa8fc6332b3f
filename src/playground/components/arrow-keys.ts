/** A list whose rows are one tab stop: the arrow keys, Home and End go from row to row. */

/** Marks what a row is reached by. What else stands in a row keeps its own tab stop. */
export const ROW_STOP = { "data-row-stop": "" } as const;

const STOPS = "[data-row-stop]";
const CHOSEN = ["aria-current", "aria-pressed"];

/**
 * For the `ref` of the element around the rows. Up and Down keep to the column where the rows
 * are a table's.
 */
export function arrowKeys(list: HTMLElement | null): (() => void) | undefined {
  if (!list) return undefined;
  const stops = (): HTMLElement[] => [...list.querySelectorAll<HTMLElement>(STOPS)];

  /** One stop can be tabbed to: the one given, the chosen one, or the one it was. */
  const settle = (given?: HTMLElement): void => {
    const all = stops();
    const isChosen = (stop: Element): boolean =>
      CHOSEN.some((name) => stop.hasAttribute(name) && stop.getAttribute(name) !== "false");
    const tabbed =
      given ??
      all.find((stop) => stop === document.activeElement) ??
      all.find(isChosen) ??
      all.find((stop) => stop.getAttribute("tabindex") === "0") ??
      all[0];
    for (const stop of all) {
      const tabIndex = stop === tabbed ? 0 : -1;
      if (stop.tabIndex !== tabIndex || !stop.hasAttribute("tabindex")) stop.tabIndex = tabIndex;
    }
  };
  const stopOf = ({ target }: Event): HTMLElement | undefined =>
    target instanceof HTMLElement && target.matches(STOPS) ? target : undefined;
  const onFocus = (event: FocusEvent): void => {
    const stop = stopOf(event);
    if (stop) settle(stop);
  };
  const onKey = (event: KeyboardEvent): void => {
    const stop = stopOf(event);
    if (!stop || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = nextStop(stops(), stop, event.key);
    if (!next) return;
    event.preventDefault();
    next.focus();
  };

  settle();
  const changes = new MutationObserver(() => settle());
  changes.observe(list, { childList: true, subtree: true, attributeFilter: CHOSEN });
  list.addEventListener("focusin", onFocus);
  list.addEventListener("keydown", onKey);
  return () => {
    changes.disconnect();
    list.removeEventListener("focusin", onFocus);
    list.removeEventListener("keydown", onKey);
  };
}

function nextStop(
  stops: readonly HTMLElement[],
  stop: HTMLElement,
  key: string,
): HTMLElement | undefined {
  const at = stops.indexOf(stop);
  const column = columnOf(stop);
  const sameColumn = (other: HTMLElement): boolean => columnOf(other) === column;
  switch (key) {
    case "ArrowDown":
      return stops.slice(at + 1).find(sameColumn);
    case "ArrowUp":
      return stops.slice(0, at).findLast(sameColumn);
    case "ArrowRight":
      return stops[at + 1];
    case "ArrowLeft":
      return stops[at - 1];
    case "Home":
      return stops[0];
    case "End":
      return stops.at(-1);
    default:
      return undefined;
  }
}

function columnOf(stop: HTMLElement): number | undefined {
  return stop.closest("td")?.cellIndex;
}
