/** Where the page is, kept in the URL: reload and back keep it. */
import {
  parseAsBoolean,
  parseAsInteger,
  parseAsString,
  parseAsStringLiteral,
  useQueryStates,
} from "nuqs";

export const STATE_PANELS = ["guards", "effects", "maps", "code"] as const;
export type StatePanel = (typeof STATE_PANELS)[number];

export const BOTTOM_PANELS = ["protocol", "transcript", "log"] as const;
export type BottomPanelName = (typeof BOTTOM_PANELS)[number];

/** The three columns, which a narrow page shows one at a time. */
export const COLUMNS = ["do", "happened", "true"] as const;

const place = {
  example: parseAsString.withDefault("processing"),
  tool: parseAsString,
  /** The selected invocation. */
  call: parseAsString,
  /** The selected step of it: its execution and its place there. */
  step: parseAsString,
  panel: parseAsStringLiteral(STATE_PANELS).withDefault("guards"),
  /** Whether the panels show the selected call or all of them. */
  scope: parseAsStringLiteral(["call", "all"] as const).withDefault("call"),
  column: parseAsStringLiteral(COLUMNS).withDefault("do"),
  bottom: parseAsStringLiteral(BOTTOM_PANELS),
  /** The harness: its menu, or the example's run. */
  harness: parseAsStringLiteral(["menu", "run"] as const),
};

const calls = {
  callTool: parseAsString.withDefault(""),
  callState: parseAsString.withDefault(""),
  callText: parseAsString.withDefault(""),
  callErrors: parseAsBoolean.withDefault(false),
  callMinutes: parseAsInteger,
};

/** Which calls the list shows. Typing in its fields is no move. */
export function useCallFilter() {
  return useQueryStates(calls, { history: "replace" });
}

/** Each move is an entry of the history. */
export function usePlace() {
  return useQueryStates(place, { history: "push" });
}

const range = {
  map: parseAsString,
  start: parseAsString,
  end: parseAsString,
  prefix: parseAsString,
  reverse: parseAsBoolean.withDefault(false),
  /** As it was typed. */
  limit: parseAsString.withDefault("50"),
  /** An earlier moment, as a UUIDv7: the map is shown as it was then. */
  moment: parseAsString,
};

/** Typing in a range's fields is no move. */
export function useMapRange() {
  return useQueryStates(range, { history: "replace" });
}
