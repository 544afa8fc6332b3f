/** Where the page is, kept in the URL: reload and back keep it. A link shows, and runs nothing. */
import {
  createParser,
  parseAsBoolean,
  parseAsInteger,
  parseAsString,
  parseAsStringLiteral,
  useQueryStates,
  type Options,
} from "nuqs";
import { useCallback } from "react";
import { SERVED, served, toolFileUrl } from "../runtime/opened-on.ts";

/** What the chosen call has beside its steps. */
export const CALL_PANELS = ["answer", "guards", "effects", "writes", "messages"] as const;
export type CallPanel = (typeof CALL_PANELS)[number];

/** What stands below: of all calls, and of the page. */
export const DOCK_PANELS = [
  "maps",
  "guards",
  "effects",
  "protocol",
  "transcript",
  "log",
  "code",
] as const;
export type DockPanel = (typeof DOCK_PANELS)[number];

/** What I do, what happened, what is true now: a narrow page shows one at a time. */
export const COLUMNS = ["do", "happened", "true"] as const;

/** What the selected call is compared with; executions are absent where whole calls are compared. */
export interface Comparing {
  /** Of the selected call. */
  readonly execution?: number | undefined;
  readonly call: string;
  readonly callExecution?: number | undefined;
}

/** In the URL: execution, call and its execution, with 0 for the whole call. */
const parseAsComparing = createParser<Comparing>({
  parse: (text) => {
    const [, of = "", call = "", other = ""] = /^(\d+)\.([\w-]+)\.(\d+)$/.exec(text) ?? [];
    if (call === "") return null;
    return { call, execution: Number(of) || undefined, callExecution: Number(other) || undefined };
  },
  serialize: ({ execution = 0, call, callExecution = 0 }) =>
    `${execution}.${call}.${callExecution}`,
  eq: (a, b) =>
    a.call === b.call && a.execution === b.execution && a.callExecution === b.callExecution,
});

/** What is of one database, and is left with it. */
const ofDatabase = {
  map: parseAsString,
  /** An earlier moment, as the number of a write: the map is shown as it was right after it. */
  moment: parseAsInteger,
  start: parseAsString,
  end: parseAsString,
  prefix: parseAsString,
};

/** A call that is gone to is in sight. */
const SHOWN = { explore: null, dock: "half", column: "happened" } as const;

/** What is left with a database. */
const LEFT = { map: null, moment: null, start: null, end: null, prefix: null, file: null } as const;

const place = {
  // Where a file is shown without a name, the first example has one.
  example: parseAsString
    .withDefault(served ? SERVED : "processing")
    .withOptions({ clearOnDefault: toolFileUrl() === undefined }),
  tool: parseAsString,
  /** The selected invocation. */
  call: parseAsString,
  /** The selected step of it: its execution and its place there. */
  step: parseAsString,
  compare: parseAsComparing,
  panel: parseAsStringLiteral(CALL_PANELS).withDefault("answer"),
  column: parseAsStringLiteral(COLUMNS).withDefault("do"),
  /** What the dock shows; folded without it. */
  bottom: parseAsStringLiteral(DOCK_PANELS),
  /** How much of the page the dock takes. */
  dock: parseAsStringLiteral(["half", "full"] as const).withDefault("half"),
  /** Of a server of one's own, what is written: itself, or what calls it. */
  file: parseAsStringLiteral(["server", "client"] as const).withDefault("server"),
  /** The sweep's matrix. */
  explore: parseAsStringLiteral(["open"] as const),
  /** The selected case of it. */
  cell: parseAsString,
  /** A run of the sweep, by the name of its database, in place of the example's own. */
  run: parseAsString,
  ...ofDatabase,
  /** The harness: its menu, or the example's run, which only a click begins. */
  harness: parseAsStringLiteral(["menu", "run"] as const),
};

const calls = {
  callTool: parseAsString.withDefault(""),
  callVerdict: parseAsString.withDefault(""),
  callState: parseAsString.withDefault(""),
  callText: parseAsString.withDefault(""),
  callErrors: parseAsBoolean.withDefault(false),
  callCrashed: parseAsBoolean.withDefault(false),
  callMinutes: parseAsInteger,
};

/** Which calls the list shows. Typing in its fields is no move. */
export function useCallFilter() {
  return useQueryStates(calls, { history: "replace" });
}

/** Each move is an entry of the history. To go to a call leaves what was looked at in another. */
export function usePlace() {
  const [now, set] = useQueryStates(place, { history: "push" });
  const move = useCallback(
    (to: Partial<Nullable<typeof now>>, options?: Options) =>
      set(
        {
          ...("call" in to ? { step: null, compare: null } : {}),
          ...(typeof to.call === "string" ? SHOWN : {}),
          ...("example" in to || "run" in to ? LEFT : {}),
          ...to,
        },
        options,
      ),
    [set],
  );
  return [now, move] as const;
}

type Nullable<T> = { [Name in keyof T]: T[Name] | null };

const range = {
  ...ofDatabase,
  reverse: parseAsBoolean.withDefault(false),
  /** As it was typed. */
  limit: parseAsString.withDefault("50"),
};

/** Typing in a range's fields is no move. */
export function useMapRange() {
  return useQueryStates(range, { history: "replace" });
}
