/** The selected call: what was done in each execution, what was answered, and what to do next. */
import type { Progress } from "@modelcontextprotocol/sdk/types.js";
import { Copy, GitCompareArrows, Play, RefreshCw, Square } from "lucide-react";
import { lazy, Suspense, type ReactElement, type ReactNode } from "react";
import type { InvocationRecord } from "../../store/index.ts";
import { Button } from "../components/button.tsx";
import { Counts } from "../components/counts.tsx";
import { Value } from "../components/json.tsx";
import { Empty, Notice, Panel, Waiting } from "../components/panel.tsx";
import { StateBadge } from "../components/state-badge.tsx";
import { shortId } from "../format.ts";
import { STEPS_READ, useCall, useShownState, type CallSummary } from "../hooks/use-calls.ts";
import { useLiveQuery } from "../hooks/use-live-query.ts";
import { usePlace } from "../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../hooks/use-playground.ts";
import type { ClientView } from "../runtime/state.ts";
import { Executions } from "./executions.tsx";

const Answer = lazy(() => import("./answer.tsx"));
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
      <Executions call={call} isDead={state !== invocation.state} />
      <Section title="What the client saw">
        <ClientSaw tool={invocation.tool} view={view} />
      </Section>
      <Section title="Arguments">
        <Value label="the arguments" value={invocation.args} />
      </Section>
      <p className="px-3 pb-2 font-mono text-xs text-muted">{invocation.id}</p>
    </Panel>
  );
}

/** The SDK refused the call, or it has not reached the journal yet: there is no invocation. */
function NotAnInvocation({ view }: { readonly view: ClientView | undefined }): ReactElement {
  if (!view) {
    return (
      <Empty>
        No call of this id has begun in this example: it was refused, it was wiped, or the link is
        another’s.
      </Empty>
    );
  }
  if (view.state === "waiting") return <Empty>The call is on its way.</Empty>;
  return (
    <Section title="What the client saw; no invocation was started">
      <ClientSaw tool="" view={view} />
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
  const { id, tool, args, state } = invocation;
  const up = server === "running";
  const isRunning = state === "running" && invocation.last.owner === serverId;
  const compare = async (): Promise<void> => {
    const last = invocation.last.number;
    if (last > 1) {
      await setPlace({ call: id, compare: { execution: last - 1, call: id, callExecution: last } });
      return;
    }
    const before = await playground.callBefore(invocation);
    if (before !== undefined) await setPlace({ call: id, compare: { call: before } });
  };
  const edit = (): void => {
    void setPlace({ tool, column: "do" }).then(() => playground.drafts.edit(tool, args));
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

function ClientSaw({
  tool,
  view,
}: {
  readonly tool: string;
  readonly view: ClientView | undefined;
}): ReactElement {
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
  return (
    <Suspense fallback={<div className="h-20" />}>
      <Answer label="what the client saw" tool={tool} response={view.result} />
    </Suspense>
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
  const { data: rows } = useLiveQuery(
    ["ledger"],
    ["effects", id],
    ({ world }) => world.ledger.rows({ invocation: id, limit: STEPS_READ }),
    { invocation: id },
  );
  const { data: guards } = useLiveQuery(
    ["guards"],
    ["guards", id],
    ({ store }) => store.readGuards({ invocation: id, limit: STEPS_READ }),
    { invocation: id },
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
