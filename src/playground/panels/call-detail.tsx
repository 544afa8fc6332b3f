/** The selected call: what was done in each execution, what was answered, and what to do next. */
import type { Progress } from "@modelcontextprotocol/sdk/types.js";
import { Copy, GitCompareArrows, Play, RefreshCw, Square } from "lucide-react";
import { lazy, Suspense, type ReactElement, type ReactNode } from "react";
import type {
  ExecutionCause,
  ExecutionRecord,
  InvocationRecord,
  TraceEvent,
} from "../../store/index.ts";
import { Button } from "../components/button.tsx";
import { Counts } from "../components/counts.tsx";
import { Json } from "../components/json.tsx";
import { Empty, Notice, Panel, Waiting } from "../components/panel.tsx";
import { StateBadge } from "../components/state-badge.tsx";
import { duration, shortId, show } from "../format.ts";
import { STEPS_READ, useCall, useShownState, type CallSummary } from "../hooks/use-calls.ts";
import { useLiveQuery } from "../hooks/use-live-query.ts";
import { usePlace } from "../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../hooks/use-playground.ts";
import type { ClientView } from "../runtime/state.ts";
import { stepId, Timeline, type StepId } from "./timeline.tsx";
import { TraceRow } from "./trace-row.tsx";

const Compare = lazy(() => import("./compare.tsx"));

export default function CallDetail(): ReactElement {
  const [{ call, compare }] = usePlace();
  if (call === null || compare === null) return <SelectedCall call={call} />;
  return (
    <Suspense fallback={<SelectedCall call={call} />}>
      <Compare call={call} comparing={compare} />
    </Suspense>
  );
}

function SelectedCall({ call }: { readonly call: string | null }): ReactElement {
  const { data, error } = useCall(call);
  const { client } = usePlaygroundState();
  const view = call === null ? undefined : client.get(call);
  if (call === null) {
    return (
      <Panel title="Selected call">
        <Empty>Select a call above: what happened in it, step by step, stands here.</Empty>
      </Panel>
    );
  }
  if (data === undefined || error) {
    return (
      <Panel title="Selected call">
        <Waiting error={error} />
      </Panel>
    );
  }
  if (data === null) {
    return (
      <Panel title="Selected call">
        <NotAnInvocation view={view} />
      </Panel>
    );
  }
  return <Call call={data} view={view} />;
}

function Call({
  call,
  view,
}: {
  readonly call: CallSummary;
  readonly view: ClientView | undefined;
}): ReactElement {
  const { invocation, ...counts } = call;
  const state = useShownState(invocation);
  return (
    <Panel title={`Call ${shortId(invocation.id)}`} actions={<Actions invocation={invocation} />}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-3 py-1.5">
        <StateBadge state={state} />
        <span className="font-mono text-sm font-medium">{invocation.tool}</span>
        <Counts {...counts} />
      </div>
      {counts.duplicated ? <WhyTwice id={invocation.id} /> : null}
      {invocation.held === undefined ? null : (
        <Notice tone="warn" title="This call is not resumed by itself.">
          {invocation.held}
        </Notice>
      )}
      <Executions invocation={invocation} isDead={state !== invocation.state} />
      <Section title="What the client saw">
        <ClientSaw view={view} />
      </Section>
      <Section title="Arguments">
        <Json value={invocation.args} />
      </Section>
      <p className="px-3 pb-2 font-mono text-xs text-muted">{invocation.id}</p>
    </Panel>
  );
}

/** The SDK refused the call, or it has not reached the journal yet: there is no invocation. */
function NotAnInvocation({ view }: { readonly view: ClientView | undefined }): ReactElement {
  if (!view) {
    return (
      <Empty>There is no such call in this example: it was wiped, or the link is another's.</Empty>
    );
  }
  if (view.state === "waiting") return <Empty>The call is on its way.</Empty>;
  return (
    <Section title="What the client saw; no invocation was started">
      <ClientSaw view={view} />
    </Section>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="px-3 py-2">
      <h3 className="label mb-1">{title}</h3>
      {children}
    </section>
  );
}

function Actions({ invocation }: { readonly invocation: InvocationRecord }): ReactElement {
  const playground = usePlayground();
  const { server, serverId, client } = usePlaygroundState();
  const [, setPlace] = usePlace();
  const { id, tool, args, state, executions } = invocation;
  const up = server === "running";
  const isRunning = state === "running" && executions.at(-1)?.owner === serverId;
  const compare = async (): Promise<void> => {
    const last = executions.length;
    const comparing =
      last > 1
        ? { execution: last - 1, call: id, callExecution: last }
        : { call: (await playground.callBefore(invocation)) ?? id };
    await setPlace({ compare: comparing });
  };
  const edit = (): void => {
    playground.draft(tool, JSON.stringify(args, null, 2));
    void setPlace({ tool, column: "do" }).then(() =>
      document.querySelector<HTMLElement>(".schema-form input, .schema-form select")?.focus(),
    );
  };
  return (
    <>
      {isRunning || client.get(id)?.state === "waiting" ? (
        <Button
          icon={<Square size={12} aria-hidden />}
          disabled={!up}
          title="Send notifications/cancelled: the call is fenced, its guards stay as they are."
          onClick={() => playground.client.cancel(id)}
        >
          Cancel
        </Button>
      ) : null}
      {state === "interrupted" ? (
        <Button
          icon={<Play size={13} aria-hidden />}
          disabled={!up}
          onClick={() => void playground.resume(id)}
        >
          Resume
        </Button>
      ) : null}
      <Button
        icon={<RefreshCw size={13} aria-hidden />}
        disabled={!up}
        title="The same invocation again: its guards remember."
        onClick={() => playground.client.retry(invocation)}
      >
        Retry
      </Button>
      <Button
        icon={<Copy size={13} aria-hidden />}
        disabled={!up}
        title="A new invocation with the same arguments: nothing is remembered."
        onClick={({ detail }) => {
          if (detail < 2) void setPlace({ call: playground.client.call(tool, { ...args }) });
        }}
      >
        Call again
      </Button>
      <Button title="Load the arguments into the form, to change them first." onClick={edit}>
        Edit…
      </Button>
      <Button
        icon={<GitCompareArrows size={13} aria-hidden />}
        title="Its last two executions, or this call and the one of the tool before it, side by side."
        onClick={() => void compare()}
      >
        Compare
      </Button>
    </>
  );
}

function Executions({
  invocation,
  isDead,
}: {
  readonly invocation: InvocationRecord;
  /** The server of the last execution died, and no other has noticed yet. */
  readonly isDead: boolean;
}): ReactElement {
  const { data: trace, error } = useLiveQuery(["trace"], ["trace", invocation.id], ({ store }) =>
    store.readTrace({ invocation: invocation.id, limit: STEPS_READ }),
  );
  const [{ step }, setPlace] = usePlace();
  const select = (chosen: StepId): void =>
    void setPlace({ step: chosen === step ? null : chosen }, { history: "replace" });
  if (!trace || error) return <Waiting error={error} />;
  const differs = trace.find(
    ({ type, outcome }) => type === "effect-validation" && outcome === "different",
  );
  return (
    <>
      {differs ? (
        <Notice
          tone="warn"
          title={`The callable of "${differs.alias ?? ""}" does not do the same twice.`}
        >
          A crash between its end and its record lets it run again, to another end. {differs.detail}
        </Notice>
      ) : null}
      <Timeline
        invocation={invocation}
        trace={trace}
        isDead={isDead}
        selected={step}
        onSelect={select}
      />
      <ol aria-label="Executions">
        {invocation.executions.map((execution) => (
          <Execution
            key={execution.number}
            execution={execution}
            outcome={execution.outcome ?? (isDead ? "crashed" : "running")}
            events={trace.filter((event) => event.execution === execution.number)}
            step={step}
            select={select}
          />
        ))}
        {trace.length === STEPS_READ ? <Empty>The newest {STEPS_READ} steps.</Empty> : null}
      </ol>
    </>
  );
}

function Execution({
  execution,
  outcome,
  events,
  step,
  select,
}: {
  readonly execution: ExecutionRecord;
  readonly outcome: string;
  readonly events: readonly TraceEvent[];
  readonly step: string | null;
  readonly select: (step: StepId) => void;
}): ReactElement {
  const { number, cause, guards, startedAt, endedAt, responseLost } = execution;
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
          isSelected={step === stepId(event)}
          onSelect={() => select(stepId(event))}
        />
      ))}
    </ul>
  );
  return (
    <li className="border-b border-line py-1.5">
      <h3 className="flex flex-wrap items-center gap-2 px-3 pb-1 text-sm font-semibold">
        Execution {number}
        <span className="text-xs font-normal text-muted">{CAUSES[cause]}</span>
        <StateBadge state={outcome} />
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
      {crashed ? (
        <p className="my-1 flex items-center gap-2 px-3 text-xs font-medium text-bad">
          <span aria-hidden className="h-0 flex-1 border-t-2 border-dashed border-bad" />
          the server died here
          <span aria-hidden className="h-0 flex-1 border-t-2 border-dashed border-bad" />
        </p>
      ) : null}
      {after.length > 0 ? rows(after) : null}
      {execution.response === undefined ? null : (
        <details className="px-3 pt-1">
          <summary className="label">The answer</summary>
          <Json value={execution.response} />
        </details>
      )}
    </li>
  );
}

const CAUSES: Record<ExecutionCause, string> = {
  call: "by the call",
  retry: "by the client's retry",
  resume: "by the server, after a crash",
};

function ClientSaw({ view }: { readonly view: ClientView | undefined }): ReactElement {
  if (!view) {
    return (
      <p className="text-sm text-muted">
        Nothing in this tab: the call was made before a reload, in another tab, or resumed without a
        client.
      </p>
    );
  }
  if (view.state === "waiting") return <ClientWaits progress={view.progress} />;
  if (view.state === "error") {
    return (
      <p className="text-sm">
        <span className="text-bad">{view.error}</span>
        {view.lost
          ? " The client cannot know what was done. A retry of the same invocation finds out."
          : ""}
      </p>
    );
  }
  const { structuredContent, content, isError } = view.result;
  if (structuredContent) return <Json value={structuredContent} />;
  return (
    <p className={`text-sm break-words ${isError ? "text-bad" : ""}`}>
      {content.map((part) => (part.type === "text" ? part.text : show(part))).join("\n")}
    </p>
  );
}

/** The call's progress, where its tool tells it by MCP's notifications. */
function ClientWaits({ progress }: { readonly progress: Progress | undefined }): ReactElement {
  if (!progress) return <p className="text-sm text-muted">Nothing yet: it waits.</p>;
  const { progress: done, total, message = "" } = progress;
  return (
    <label className="flex flex-wrap items-center gap-2 text-sm">
      <progress className="accent-accent" value={done} max={total} />
      {message}
      {total === undefined ? "" : ` (${done} of ${total})`}
    </label>
  );
}

/** An effect happened twice: the page says whose fault it was. */
function WhyTwice({ id }: { readonly id: string }): ReactElement | null {
  const { data: rows } = useLiveQuery(["ledger"], ["effects", id], ({ world }) =>
    world.ledger.rows({ invocation: id, limit: STEPS_READ }),
  );
  const { data: guards } = useLiveQuery(["guards"], ["guards", id], ({ store }) =>
    store.readGuards({ invocation: id, limit: STEPS_READ }),
  );
  const real = rows?.filter(({ validation }) => !validation) ?? [];
  const again = real.find(({ occurrence }) => occurrence > 1);
  const first = real.find(
    ({ alias, service, error }) => alias === again?.alias && service === again?.service && error,
  );
  if (!again || !guards) return null;
  const guard = guards.find(({ alias }) => alias === again.alias);
  return (
    <Notice tone="bad" title={`${again.service}.${again.operation} happened more than once.`}>
      {!guard
        ? "The guards were off: nothing remembered that it had happened, so the next execution did it again."
        : guard.kind === "atLeastOnce"
          ? `atLeastOnce "${guard.alias}" runs until it has succeeded, so it may happen again. Use atMostOnce for what must not.`
          : `The callable of "${guard.alias}" threw ${first?.error?.name ?? "a retryable error"} after it had already happened. A retryable error says that nothing happened, so the guard ran it again: the fault is the callable's.`}
    </Notice>
  );
}
