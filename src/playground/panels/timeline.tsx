/** The selected call on one axis of time: executions one under another, a row for each guard. */
import type { ReactElement } from "react";
import type { ExecutionRecord, TraceEvent } from "../../store/index.ts";
import { duration } from "../format.ts";
import { isBar, timelineOf, type Lane, type Mark, type MarkKind } from "../runtime/timeline.ts";
import { textOfEvent } from "./trace-row.tsx";

/** A step of the call: its execution and its place there. */
export type StepId = `${number}.${number}`;

export function stepId({ execution, n }: Pick<TraceEvent, "execution" | "n">): StepId {
  return `${execution}.${n}`;
}

export interface TimelineProps {
  readonly executions: readonly ExecutionRecord[];
  readonly trace: readonly TraceEvent[];
  readonly isDead: boolean;
  readonly selected: string | null;
  readonly onSelect: (step: StepId) => void;
}

export function Timeline({
  executions,
  trace,
  isDead,
  selected,
  onSelect,
}: TimelineProps): ReactElement {
  // What is running is drawn as far as its last step, and grows with the next one.
  const lanes = timelineOf(executions, trace, isDead, trace.at(-1)?.at ?? 0);
  return (
    <section aria-label="Timeline" className="border-b border-line px-3 py-2">
      <ol className="flex flex-col gap-2">
        {lanes.map((lane) => (
          <LaneRows key={lane.execution} {...{ lane, selected, onSelect }} />
        ))}
      </ol>
      <Legend />
    </section>
  );
}

function LaneRows({
  lane,
  selected,
  onSelect,
}: {
  readonly lane: Lane;
  readonly selected: string | null;
  readonly onSelect: (step: StepId) => void;
}): ReactElement {
  const { execution, from, to, isCrashed, gapMs, rows } = lane;
  const shown = rows.length > 0 ? rows : [{ alias: undefined, marks: [] }];
  return (
    <li aria-label={`Execution ${execution}`} className="flex flex-col">
      {shown.map(({ alias, marks }, index) => (
        <div key={alias ?? ""} className="grid grid-cols-[88px_1fr] items-center gap-2">
          <span className="truncate text-xs text-muted" title={alias}>
            {index === 0 ? `${execution} · ` : ""}
            {alias ?? "body"}
          </span>
          <div className="relative h-6 border-b border-line">
            {index === 0 && gapMs !== undefined ? (
              <span
                className="absolute text-xs whitespace-nowrap text-muted"
                style={{ right: percent(1 - from + 0.02) }}
              >
                after {duration(gapMs)} ⋯
              </span>
            ) : null}
            <span
              aria-hidden
              className="absolute inset-y-1 rounded bg-raised"
              style={{ left: percent(from), width: percent(to - from) }}
            />
            {marks.map((mark) => (
              <MarkButton
                key={mark.n}
                mark={mark}
                laneEnd={to}
                isSelected={selected === stepId(mark.event)}
                onSelect={onSelect}
              />
            ))}
            {isCrashed ? (
              <span
                aria-hidden
                className="pointer-events-none absolute inset-y-0 border-l-2 border-dashed border-bad"
                style={{ left: percent(to) }}
              />
            ) : null}
          </div>
        </div>
      ))}
    </li>
  );
}

/** Shapes tell kinds apart, not colours alone: bars that ran, hatched ones that waited, signs for moments. */
const LOOKS: Record<MarkKind, { readonly sign: string; readonly look: string }> = {
  ran: { sign: "", look: "bottom-0.5 h-2 rounded-sm bg-accent" },
  waited: { sign: "", look: "waited bottom-0.5 h-2 rounded-sm" },
  answered: { sign: "◆", look: "text-accent" },
  refused: { sign: "⊘", look: "text-warn" },
  wrote: { sign: "▮", look: "text-muted" },
  effect: { sign: "●", look: "text-good" },
  lost: { sign: "○", look: "text-bad" },
  fault: { sign: "✕", look: "text-bad" },
  note: { sign: "·", look: "text-muted" },
};

/** What a bar is wide at least, as its class says. */
const LEAST_BAR_PX = 6;

const ENDS = { stored: "", failed: "bg-bad!", cut: "opacity-60" } as const;

function MarkButton({
  mark: { kind, event, from, to, end },
  laneEnd,
  isSelected,
  onSelect,
}: {
  readonly mark: Mark;
  readonly laneEnd: number;
  readonly isSelected: boolean;
  readonly onSelect: (step: StepId) => void;
}): ReactElement {
  const { sign, look } = LOOKS[kind];
  const text = `${textOfEvent(event)}${end === "cut" ? " The server died meanwhile." : ""}`;
  const hasLength = isBar(kind);
  return (
    <button
      type="button"
      aria-label={text}
      aria-pressed={isSelected}
      title={text}
      className={`absolute min-w-1.5 text-xs leading-3 aria-pressed:outline-2 aria-pressed:outline-offset-1 aria-pressed:outline-accent ${look} ${end ? ENDS[end] : ""} ${hasLength ? "" : "top-0.5 -translate-x-1/2"}`}
      style={
        hasLength
          ? {
              left: `min(${percent(from)}, ${percent(laneEnd)} - ${LEAST_BAR_PX}px)`,
              width: percent(to - from),
            }
          : { left: percent(from) }
      }
      onClick={() => onSelect(stepId(event))}
    >
      {sign}
    </button>
  );
}

/** The signs of moments, in words. */
const SIGNS: readonly (readonly [MarkKind, string])[] = [
  ["answered", "from the store, or skipped"],
  ["refused", "refused"],
  ["effect", "effect"],
  ["lost", "answer lost"],
  ["wrote", "map write"],
  ["fault", "fault"],
  ["note", "note"],
];

function Legend(): ReactElement {
  return (
    <p aria-hidden className="mt-1 flex flex-wrap items-center gap-x-3 text-xs text-muted">
      <span>
        <span className="inline-block h-2 w-4 rounded-sm bg-accent" /> ran
      </span>
      <span>
        <span className="inline-block h-2 w-4 rounded-sm bg-bad" /> failed
      </span>
      <span>
        <span className="waited inline-block h-2 w-4 rounded-sm" /> waited
      </span>
      {SIGNS.map(([kind, words]) => (
        <span key={kind}>
          <span className={LOOKS[kind].look}>{LOOKS[kind].sign}</span> {words}
        </span>
      ))}
      <span className="text-bad">┆ crash</span>
    </p>
  );
}

function percent(part: number): string {
  return `${(part * 100).toFixed(3)}%`;
}
