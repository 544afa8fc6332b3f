/** A call's executions: its timeline, and the same as a table of steps; what is selected in one is in the other. */
import { useState, type ReactElement, type ReactNode } from "react";
import { arrowKeys } from "../../components/arrow-keys.ts";
import type { ExecutionCause, ExecutionRecord, TraceEvent } from "../../../store/index.ts";
import { Empty, Notice, Waiting } from "../../components/panel.tsx";
import { part } from "../../components/part.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { duration, plural } from "../../components/format.ts";
import { STEPS_READ, type CallSummary } from "../../hooks/use-calls.ts";
import { useLiveQuery } from "../../hooks/use-live-query.ts";
import { useOtherServers } from "../../hooks/use-servers.ts";
import { usePlace } from "../../hooks/use-location.ts";
import { stepId, Timeline, type StepId, type StepSelection } from "./timeline.tsx";
import { TraceRow } from "./trace-row.tsx";

const CodeChanged = part(() => import("./code-changed.tsx"));
const Answer = part(() => import("./answer.tsx"), <div className="h-20" />);

export function Executions({
  call,
  isDead,
  children,
}: {
  readonly call: CallSummary;
  /** The server of the last execution died, and no other has noticed yet. */
  readonly isDead: boolean;
  /** What stands beside the steps. */
  readonly children: ReactNode;
}): ReactElement {
  const { invocation } = call;
  const { id } = invocation;
  const { data, error } = useLiveQuery(
    ["invocations", "trace"],
    ["executions", id],
    async ({ store }) => {
      const [executions, trace] = await Promise.all([
        store.readExecutions(id),
        store.readTrace({ invocation: id, limit: STEPS_READ }),
      ]);
      return { executions, trace };
    },
    { invocation: id },
  );
  const [{ step }, setPlace] = usePlace();
  const [hovered, setHovered] = useState<StepId | null>(null);
  const selection: StepSelection = {
    selected: step,
    hovered,
    onSelect: (chosen) =>
      void setPlace({ step: chosen === step ? null : chosen }, { history: "replace" }),
    onHover: setHovered,
  };
  if (!data || error) return <Waiting error={error} />;
  const { executions, trace } = data;
  // Of the last execution: what an earlier one came upon is in its steps.
  const changes = trace.filter(
    ({ type, execution }) => type === "code-changed" && execution === executions.at(-1)?.number,
  );
  const differs = trace.find(
    ({ type, outcome }) => type === "effect-validation" && outcome === "different",
  );
  return (
    <>
      <Timeline executions={executions} trace={trace} isDead={isDead} {...selection} />
      <div className="grid min-h-0 flex-1 grid-cols-1 @4xl:min-h-56 @4xl:grid-cols-2">
        <div
          className="min-h-0 @4xl:overflow-auto"
          // A region that scrolls must be reachable by the keyboard.
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
        >
          <ol ref={arrowKeys} aria-label="Executions">
            {executions.map((execution) => (
              <Execution
                key={execution.number}
                call={id}
                tool={invocation.tool}
                execution={execution}
                outcome={execution.outcome ?? (isDead ? "crashed" : "running")}
                events={trace.filter((event) => event.execution === execution.number)}
                selection={selection}
              />
            ))}
            {trace.length === STEPS_READ ? <Empty>The newest {STEPS_READ} steps.</Empty> : null}
          </ol>
          {changes.length > 0 ? <CodeChanged call={id} changes={changes} /> : null}
          {differs ? (
            <Notice
              tone="warn"
              title={`The callable of "${differs.alias ?? ""}" does not do the same twice.`}
            >
              A crash between its end and its record lets it run again, to another end.{" "}
              {differs.detail}
            </Notice>
          ) : null}
          {invocation.trimmed ? (
            <p className="border-b border-line px-3 py-1.5 text-sm text-muted">
              The older part of its recording was trimmed, as the settings say. Its guards and what
              it wrote to maps are kept.
            </p>
          ) : null}
          <Missing call={call} trace={trace} />
        </div>
        <div className="flex min-h-0 flex-col border-line @max-4xl:order-first @max-4xl:h-64 @max-4xl:border-b @4xl:border-l">
          {children}
        </div>
      </div>
    </>
  );
}

/** A kill takes the last moments of a recording; what was committed counts all the same. */
function Missing({
  call: { invocation, attempts, effects },
  trace,
}: {
  readonly call: CallSummary;
  readonly trace: readonly TraceEvent[];
}): ReactElement | null {
  const isWhole = trace.length < STEPS_READ && !invocation.trimmed;
  if (!isWhole || invocation.state === "running") return null;
  const count = (isMeant: (event: TraceEvent) => boolean): number => trace.filter(isMeant).length;
  const missing = [
    plural(
      attempts - count(({ type, detail }) => type === "attempt-started" && detail !== VALIDATION),
      "attempt",
    ),
    plural(
      effects - count(({ type, outcome }) => type === "effect" && outcome === "happened"),
      "effect",
    ),
  ].filter((text) => /^[1-9]/.test(text));
  if (missing.length === 0) return null;
  return (
    <p role="note" className="border-b border-line px-3 py-1.5 text-sm text-muted">
      The recording lacks {missing.join(" and ")}: a kill takes its last moments. The numbers above
      count what was committed.
    </p>
  );
}

/** The detail of an attempt that is the second run of effect validation. */
const VALIDATION = "effect validation";

function Execution({
  call,
  tool,
  execution,
  outcome,
  events,
  selection: { selected, hovered, onSelect, onHover },
}: {
  readonly call: string;
  readonly tool: string;
  readonly execution: ExecutionRecord;
  readonly outcome: string;
  readonly events: readonly TraceEvent[];
  readonly selection: StepSelection;
}): ReactElement {
  const { number, cause, guards, startedAt, endedAt, responseLost, owner, unfinished } = execution;
  const isElsewhere = useOtherServers().includes(owner);
  const crashed = outcome === "crashed";
  const after = events.filter(({ type }) => type === "interrupted" || type === "held");
  const before = events.filter((event) => !after.includes(event));
  // When a crash was noticed says nothing of how long the execution ran.
  const end = crashed ? before.at(-1)?.at : endedAt;
  const rows = (part: readonly TraceEvent[]): ReactElement => (
    <ul>
      {part.map((event) => (
        <TraceRow
          key={event.n}
          event={event}
          startedAt={startedAt}
          isSelected={selected === stepId(event)}
          isHovered={hovered === stepId(event)}
          onSelect={() => onSelect(stepId(event))}
          onHover={(isOn) => onHover(isOn ? stepId(event) : null)}
        />
      ))}
    </ul>
  );
  return (
    <li className="border-b border-line py-1.5">
      <h3 className="flex flex-wrap items-center gap-2 px-3 pb-1 text-sm font-semibold">
        Execution {number}
        <span className="text-xs font-normal text-muted">{CAUSES[cause]}</span>
        {outcome === "completed" && execution.answer?.isError ? (
          <StateBadge state="failed" label="answered an error" />
        ) : (
          <StateBadge state={outcome} />
        )}
        {outcome === "running" && isElsewhere ? (
          <span className="rounded bg-raised px-1.5 text-xs">in another tab</span>
        ) : null}
        {guards === "off" ? (
          <span className="rounded bg-warn-soft px-1.5 text-xs text-warn">guards off</span>
        ) : null}
        {responseLost ? (
          <span className="rounded bg-warn-soft px-1.5 text-xs text-warn">response lost</span>
        ) : null}
        {end === undefined ? null : (
          <span className="text-xs font-normal text-muted">{duration(end - startedAt)}</span>
        )}
      </h3>
      {rows(before)}
      {crashed && before.length === 0 ? (
        <p className="px-3 text-sm text-muted">
          Nothing of it was recorded: the server was killed before its first steps were written.
        </p>
      ) : null}
      {crashed ? <Cut look="border-bad text-bad">the server died here</Cut> : null}
      {outcome === "cancelled" ? (
        <Cut look="border-strong text-muted">
          the call was cancelled here: what it had not written stays unwritten
        </Cut>
      ) : null}
      {unfinished ? (
        <Notice
          tone="warn"
          title={
            outcome === "cancelled"
              ? "It was cancelled while this was running."
              : "It ended while work was still running."
          }
        >
          {unfinished.join(", ")}: nothing of it is written any more, and what it had begun outside
          may still happen.
          {outcome === "cancelled" ? "" : " Await everything before the tool answers."}
        </Notice>
      ) : null}
      {after.length > 0 ? rows(after) : null}
      {execution.answer === undefined ? null : (
        <JournalledAnswer call={call} tool={tool} number={number} />
      )}
    </li>
  );
}

/** Where an execution ended before its time. */
function Cut({
  look,
  children,
}: {
  readonly look: string;
  readonly children: string;
}): ReactElement {
  return (
    <p className={`my-1 flex items-center gap-2 px-3 text-xs font-medium ${look}`}>
      <span aria-hidden className="h-0 flex-1 border-t-2 border-dashed border-inherit" />
      {children}
      <span aria-hidden className="h-0 flex-1 border-t-2 border-dashed border-inherit" />
    </p>
  );
}

/** Read only when it is opened: an answer may be large. */
function JournalledAnswer({
  call,
  tool,
  number,
}: {
  readonly call: string;
  readonly tool: string;
  readonly number: number;
}): ReactElement {
  const [open, setOpen] = useState(false);
  return (
    <details className="px-3 pt-1" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className="label">The answer</summary>
      {open ? <ReadAnswer {...{ call, tool, number }} /> : null}
    </details>
  );
}

function ReadAnswer({
  call,
  tool,
  number,
}: {
  readonly call: string;
  readonly tool: string;
  readonly number: number;
}): ReactElement {
  const { data, error } = useLiveQuery(
    ["invocations"],
    ["answer", call, number],
    async ({ store }) => ({ response: await store.readAnswer(call, number) }),
    { invocation: call },
  );
  if (!data || error) return <Waiting error={error} />;
  if (data.response === undefined) return <Empty>Its recording was trimmed.</Empty>;
  const label = `the answer of execution ${number}`;
  return <Answer label={label} tool={tool} response={data.response} />;
}

const CAUSES: Record<ExecutionCause, string> = {
  call: "by the call",
  retry: "by the client's retry",
  resume: "by the server, after a crash",
};
