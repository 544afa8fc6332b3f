/** The selected call on one axis of time: executions one under another, a row for each guard. */
import type { ReactElement, ReactNode } from "react";
import { arrowKeys, ROW_STOP } from "../../components/arrow-keys.ts";
import type { ExecutionRecord, TraceEvent } from "../../../store/index.ts";
import { duration } from "../../components/format.ts";
import { isBar, timelineOf, type Lane, type Mark, type MarkKind } from "./lanes.ts";
import { textOfEvent } from "./trace-row.tsx";

/** A step of the call: its execution and its place there. */
export type StepId = `${number}.${number}`;

export function stepId({ execution, n }: Pick<TraceEvent, "execution" | "n">): StepId {
  return `${execution}.${n}`;
}

/** What is chosen and what the pointer is on, in the timeline and in the table of steps alike. */
export interface StepSelection {
  readonly selected: string | null;
  readonly hovered: string | null;
  readonly onSelect: (step: StepId) => void;
  readonly onHover: (step: StepId | null) => void;
}

export interface TimelineProps extends StepSelection {
  readonly executions: readonly ExecutionRecord[];
  readonly trace: readonly TraceEvent[];
  readonly isDead: boolean;
}

const ROW = "grid grid-cols-[88px_1fr] items-center gap-2";

export function Timeline({ executions, trace, isDead, ...selection }: TimelineProps): ReactElement {
  // What is running is drawn as far as its last step, and grows with the next one.
  const lanes = timelineOf(executions, trace, isDead, trace.at(-1)?.at ?? 0);
  return (
    <>
      <section
        aria-label="Timeline"
        className="h-28 shrink-0 [@media(min-height:880px)]:h-36 overflow-auto border-t border-line px-3 py-1"
        // A region that scrolls must be reachable by the keyboard.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
      >
        <Scale lanes={lanes} />
        <ol ref={arrowKeys} className="flex flex-col gap-1">
          {lanes.map((lane) => (
            <LaneRows key={lane.execution} lane={lane} {...selection} />
          ))}
        </ol>
      </section>
      <Legend />
    </>
  );
}

/** Times since each execution began; how long a break was, and how long no server was at it. */
function Scale({ lanes }: { readonly lanes: readonly Lane[] }): ReactElement {
  return (
    <div className={`${ROW} text-[10px] leading-4 text-muted tabular-nums`}>
      <span />
      <div className="relative h-4 overflow-x-clip" aria-hidden>
        {lanes.flatMap(({ execution, from, gapMs, breaks, ticks }) => [
          ...ticks.map(({ at, ms, isMinor }) => (
            <At key={`${execution} ${ms}`} part={at}>
              <span
                className={`absolute border-strong whitespace-nowrap ${isMinor ? "@max-2xl:hidden" : ""} ${at > 0.95 ? "-translate-x-full border-r pr-0.5" : "border-l pl-0.5"}`}
              >
                {ms === 0 ? "0" : duration(ms)}
              </span>
            </At>
          )),
          ...breaks.map((wait) => (
            <At key={`${execution} wait ${wait.from}`} part={(wait.from + wait.to) / 2}>
              <span className="absolute -translate-x-1/2 px-0.5 whitespace-nowrap text-ink">
                ⋯ {duration(wait.ms)} ⋯
              </span>
            </At>
          )),
          gapMs === undefined ? null : (
            <At key={`${execution} down`} part={from}>
              <span
                className="absolute -translate-x-full pr-1 whitespace-nowrap text-bad"
                title="So long no server was at it."
              >
                ⋯ {duration(gapMs)}
              </span>
            </At>
          ),
        ])}
      </div>
    </div>
  );
}

/** At a part of the axis; moved without a new layout, as the axis grows with what is running. */
function At({
  part,
  children,
}: {
  readonly part: number;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <div className="absolute inset-0" style={{ transform: `translateX(${percent(part)})` }}>
      {children}
    </div>
  );
}

function LaneRows({ lane, ...selection }: StepSelection & { readonly lane: Lane }): ReactElement {
  const { execution, from, to, isCrashed, gapMs, breaks, rows } = lane;
  const shown = rows.length > 0 ? rows : [{ alias: undefined, marks: [] }];
  return (
    <li
      aria-label={`Execution ${execution}${gapMs === undefined ? "" : `, ${duration(gapMs)} after the one before`}`}
      className="flex flex-col"
    >
      {shown.map(({ alias, marks }, index) => (
        <div key={alias ?? ""} className={ROW}>
          <span className="truncate text-xs text-muted" title={alias}>
            {index === 0 ? `${execution} · ` : ""}
            {alias ?? "body"}
          </span>
          <div className="relative h-6 border-b border-line">
            <span
              aria-hidden
              className="absolute inset-y-1 rounded bg-raised"
              style={{ left: percent(from), width: percent(to - from) }}
            />
            {marks.map((mark) => (
              <MarkButton key={mark.n} mark={mark} laneEnd={to} {...selection} />
            ))}
            {breaks.map((wait) => (
              <span
                key={wait.from}
                aria-hidden
                className="break pointer-events-none absolute inset-y-0"
                style={{ left: percent(wait.from), width: percent(wait.to - wait.from) }}
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
  paused: { sign: "‖", look: "font-bold text-accent" },
  note: { sign: "·", look: "text-muted" },
};

/** What a bar is wide at least, as its class says. */
const LEAST_BAR_PX = 6;

const ENDS = { stored: "", failed: "bg-bad!", cut: "opacity-60" } as const;

function MarkButton({
  mark: { kind, event, from, to, end },
  laneEnd,
  selected,
  hovered,
  onSelect,
  onHover,
}: StepSelection & {
  readonly mark: Mark;
  readonly laneEnd: number;
}): ReactElement {
  const { sign, look } = LOOKS[kind];
  const text = `${textOfEvent(event)}${end === "cut" ? " The server died meanwhile." : ""}`;
  const hasLength = isBar(kind);
  const id = stepId(event);
  return (
    <button
      {...ROW_STOP}
      type="button"
      aria-label={text}
      aria-pressed={selected === id}
      title={text}
      className={`absolute min-w-1.5 text-xs leading-3 aria-pressed:outline-2 aria-pressed:outline-offset-1 aria-pressed:outline-accent ${hovered === id ? "outline-1 outline-offset-1 outline-strong" : ""} ${look} ${end ? ENDS[end] : ""} ${hasLength ? "" : "top-0.5 -translate-x-1/2"}`}
      style={
        hasLength
          ? {
              left: `min(${percent(from)}, ${percent(laneEnd)} - ${LEAST_BAR_PX}px)`,
              width: percent(to - from),
            }
          : { left: percent(from) }
      }
      onClick={() => onSelect(id)}
      onPointerEnter={() => onHover(id)}
      onPointerLeave={() => onHover(null)}
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
  ["paused", "paused"],
  ["note", "note"],
];

/** Whole, so that nothing in it moves when another mark comes. */
function Legend(): ReactElement {
  return (
    <p
      aria-hidden
      className="flex shrink-0 flex-wrap items-center gap-x-3 border-b border-line px-3 py-0.5 text-xs text-muted"
    >
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
      <span>
        <span className="break inline-block h-2.5 w-4" /> a wait, drawn shorter
      </span>
      <span className="text-bad">┆ crash</span>
    </p>
  );
}

function percent(part: number): string {
  return `${(part * 100).toFixed(3)}%`;
}
