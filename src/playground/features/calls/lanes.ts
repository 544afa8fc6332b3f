/**
 * An invocation's steps on one axis of time: its executions one after the other, the time between
 * them cut out and long waits compressed, and in each a row for the tool's body and one for every guard.
 */
import type { ExecutionRecord, TraceEvent } from "../../../store/index.ts";
import { axisOf, ticksOf } from "./axis.ts";

/** How a step is drawn: `ran` and `waited` take time, the others are moments. */
export type MarkKind =
  | "ran"
  | "waited"
  | "answered"
  | "refused"
  | "wrote"
  | "effect"
  | "lost"
  | "fault"
  | "paused"
  | "note";

export interface Mark {
  /** The event that it stands for, or that began it. */
  readonly n: number;
  readonly kind: MarkKind;
  readonly event: TraceEvent;
  /** Where it is drawn on the axis, 0 to 1: at its time, or as near to it as the marks before it leave room. */
  readonly from: number;
  readonly to: number;
  /** How an attempt ended; absent while it is under way. */
  readonly end?: "stored" | "failed" | "cut";
}

export interface Row {
  /** A guard's alias; `undefined` for the tool's body. */
  readonly alias: string | undefined;
  readonly marks: readonly Mark[];
}

export interface Lane {
  readonly execution: number;
  readonly from: number;
  readonly to: number;
  readonly isCrashed: boolean;
  /** Milliseconds since the execution before it ended, which are cut out; absent for the first. */
  readonly gapMs?: number;
  readonly rows: readonly Row[];
  /** Its waits that are drawn shorter than they were, and how long they were. */
  readonly breaks: readonly { readonly from: number; readonly to: number; readonly ms: number }[];
  /** Its scale: where on the axis, and how many milliseconds after it began. */
  readonly ticks: readonly Tick[];
}

export interface Tick {
  readonly at: number;
  readonly ms: number;
  /** Left out where there is little room. */
  readonly isMinor: boolean;
}

/** What a label of the scale takes of the axis at least. */
const LEAST_LABEL = 0.11;

/** The part of the axis that stands for the time between two executions, however long it was. */
const GAP = 0.06;
/** An execution is never shorter on the axis, in milliseconds. */
const LEAST_MS = 1;
/** What a mark takes of the axis at least: about 8 pixels where it is narrowest. */
const LEAST_MARK = 0.03;

const ENDS: Partial<Record<TraceEvent["type"], Mark["end"]>> = {
  "guard-stored": "stored",
  "guard-failed": "failed",
  "attempt-failed": "failed",
};

const KINDS: Partial<Record<TraceEvent["type"], MarkKind>> = {
  backoff: "waited",
  "guard-answered": "answered",
  "guard-refused": "refused",
  fault: "fault",
  paused: "paused",
};

/** An effect counts where it happened, and nowhere else. */
const EFFECTS: Readonly<Record<string, MarkKind>> = {
  happened: "effect",
  "answer lost": "lost",
  "may have happened": "lost",
  refused: "refused",
  "not begun": "refused",
};

function kindOf({ type, outcome = "" }: TraceEvent): MarkKind {
  if (type === "effect") return EFFECTS[outcome] ?? "note";
  // What was written before is skipped.
  if (type === "map-written") return outcome === "applied" ? "wrote" : "answered";
  return KINDS[type] ?? "note";
}

/** How long after an event what it tells of lasts, in milliseconds; a pause lies behind its end. */
function aheadOf({ type, ms = 0 }: TraceEvent): number {
  return type === "continued" ? 0 : ms;
}

/** @param now the time to draw what is still running to, in milliseconds */
export function timelineOf(
  executions: readonly ExecutionRecord[],
  trace: readonly TraceEvent[],
  isDead: boolean,
  now: number,
): Lane[] {
  const spans = executions.map(({ number, startedAt, endedAt, outcome }) => {
    const events = trace.filter(
      ({ execution, type }) => execution === number && type !== "interrupted" && type !== "held",
    );
    const isCrashed = (outcome ?? (isDead ? "crashed" : "running")) === "crashed";
    // When a crash was noticed says nothing of how long the execution ran.
    const last = Math.max(
      startedAt,
      ...events.map((event) => event.at + Number(!isCrashed) * aheadOf(event)),
    );
    const end = isCrashed ? last : (endedAt ?? Math.max(now, last));
    return {
      number,
      isCrashed,
      events,
      start: startedAt,
      end: Math.max(end, startedAt + LEAST_MS),
    };
  });
  const axes = spans.map(({ events, start, end }) => {
    const times = events.flatMap((event) => [event.at - start, event.at + aheadOf(event) - start]);
    return axisOf(times, end - start);
  });
  const total = axes.reduce((sum, { length }) => sum + length, 0);
  // However many executions there are, half of the axis is theirs.
  const gap = Math.min(GAP, 0.5 / Math.max(1, spans.length - 1));
  const scale = (1 - gap * Math.max(0, spans.length - 1)) / total;
  let offset = 0;
  return spans.map(({ number, isCrashed, events, start, end }, index) => {
    const axis = axes[index] ?? axisOf([], end - start);
    const from = offset;
    const to = from + axis.length * scale;
    offset = to + gap;
    const place = (at: number): number => from + axis.place(at - start) * scale;
    const before = spans[index - 1];
    const isLast = index === spans.length - 1;
    const breaks = axis.breaks.map((wait) => ({
      from: place(start + wait.from),
      to: place(start + wait.to),
      ms: wait.to - wait.from,
    }));
    const count = Math.floor((axis.length * scale) / LEAST_LABEL);
    const ticks = ticksOf(axis, end - start, count)
      .map((ms) => ({ at: place(start + ms), ms }))
      // A label of its own stands in a break.
      .filter(
        ({ at, ms }) =>
          ms === 0 ||
          (to - from >= LEAST_LABEL &&
            (isLast || to + gap - at >= LEAST_LABEL) &&
            breaks.every((wait) => Math.abs((wait.from + wait.to) / 2 - at) >= LEAST_LABEL)),
      )
      .map((tick, nth): Tick => {
        const isCrowded = !isLast && to + gap - tick.at < 2 * LEAST_LABEL;
        return { ...tick, isMinor: isCrowded || (tick.ms > 0 && nth % 2 === 1) };
      });
    return {
      execution: number,
      from,
      to,
      isCrashed,
      ...(before ? { gapMs: Math.max(0, start - before.end) } : {}),
      breaks,
      ticks,
      rows: rowsOf(events, place, { from, to, isCrashed }),
    };
  });
}

function rowsOf(
  events: readonly TraceEvent[],
  place: (at: number) => number,
  lane: Pick<Lane, "from" | "to" | "isCrashed">,
): Row[] {
  const rows = new Map<string | undefined, Mark[]>();
  const open = new Map<string, Mark>();
  const add = (mark: Mark): void => {
    const { alias } = mark.event;
    rows.set(alias, [...(rows.get(alias) ?? []), mark]);
  };
  const close = (alias: string, to: number, how: Mark["end"]): void => {
    const mark = open.get(alias);
    if (!mark) return;
    open.delete(alias);
    add({ ...mark, to, ...(how ? { end: how } : {}) });
  };
  for (const event of events) {
    const { n, type, at, alias, ms = 0 } = event;
    const from = place(at);
    const ended = ENDS[type];
    // In the order of their first steps: none moves when another comes.
    if (!rows.has(alias)) rows.set(alias, []);
    if (type === "attempt-started" && alias !== undefined) {
      open.set(alias, { n, kind: "ran", event, from, to: lane.to });
    } else if (ended && alias !== undefined && open.has(alias)) {
      close(alias, from, ended);
    } else {
      const kind = kindOf(event);
      add({ n, kind, event, from, to: type === "backoff" ? place(at + ms) : from });
    }
  }
  for (const alias of [...open.keys()]) close(alias, lane.to, lane.isCrashed ? "cut" : undefined);
  return [...rows].map(([alias, marks]) => {
    const [bars = [], moments = []] = [true, false].map((bar) =>
      spread(
        marks.filter(({ kind }) => isBar(kind) === bar).toSorted((a, b) => a.from - b.from),
        lane,
      ),
    );
    return { alias, marks: [...bars, ...moments].toSorted((a, b) => a.from - b.from) };
  });
}

/** Whether a mark takes time, and has a line of its own below the moments. */
export function isBar(kind: MarkKind): boolean {
  return kind === "ran" || kind === "waited";
}

/**
 * Marks of one line moved apart, so that none covers another: to the right, and back from the end
 * of their lane as far as they fit there.
 * @param marks in their order on the axis
 */
function spread(marks: readonly Mark[], lane: Pick<Lane, "from" | "to">): Mark[] {
  const least = Math.min(LEAST_MARK, 1 / marks.length);
  const starts: number[] = [];
  for (const { from } of marks) starts.push(Math.max(from, (starts.at(-1) ?? -1) + least));
  let limit = Math.min(1, Math.max(lane.to, lane.from + least * (marks.length - 1)));
  for (const [index, start] of [...starts.entries()].toReversed()) {
    starts[index] = Math.min(start, limit);
    limit = Math.min(start, limit) - least;
  }
  return marks.map((mark, index) => {
    const from = starts[index] ?? mark.from;
    const to = isBar(mark.kind) ? Math.min(mark.to, starts[index + 1] ?? 1) : from;
    return { ...mark, from, to: Math.max(from, to) };
  });
}
