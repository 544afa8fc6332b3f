/** The selected call: what was done in each execution, what was answered, and what to do next. */
import type { Progress } from "@modelcontextprotocol/sdk/types.js";
import { Copy, GitCompareArrows, Play, RefreshCw, Square } from "lucide-react";
import { useState, type ReactElement, type ReactNode } from "react";
import type { InvocationRecord, Judgement } from "../../../store/index.ts";
import { Button } from "../../components/button.tsx";
import { Counts } from "../../components/counts.tsx";
import { Value } from "../../components/json.tsx";
import { Empty, Notice, Panel, Waiting } from "../../components/panel.tsx";
import { part } from "../../components/part.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { VerdictBadge } from "../../components/verdict-badge.tsx";
import { shortId, show } from "../../components/format.ts";
import { STEPS_READ, useCall, useShownState, type CallSummary } from "../../hooks/use-calls.ts";
import { useLiveQuery } from "../../hooks/use-live-query.ts";
import { usePlace } from "../../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../../hooks/use-playground.ts";
import type { ClientView } from "../../runtime/state.ts";
import { CallPanels } from "./call-panels.tsx";
import { Executions } from "./executions.tsx";

const Answer = part(() => import("./answer.tsx"), <div className="h-20" />);

export default function CallDetail(): ReactElement {
  const [{ call }] = usePlace();
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
  const { invocation, judgement, crashed: _, ...counts } = call;
  const { id, tool, args } = invocation;
  const state = useShownState(invocation);
  return (
    <Panel title={`Call ${shortId(id)}`} actions={<Actions key={id} invocation={invocation} />}>
      <div className="@container flex min-h-full flex-col @4xl:h-full">
        <div className="flex h-15 shrink-0 flex-wrap content-start items-center gap-x-3 gap-y-1 overflow-hidden px-3 py-1.5 @3xl:h-8">
          <span className="flex min-w-44">
            {judgement ? <VerdictBadge judgement={judgement} /> : <StateBadge state={state} />}
          </span>
          <span className="font-mono text-sm font-medium">{tool}</span>
          <span className="min-w-20 text-xs text-muted">{judgement ? state : ""}</span>
          <Counts {...counts} />
          {judgement && judgement.missing.length > 0 ? (
            <span className="text-xs text-warn">not done: {judgement.missing.join(", ")}</span>
          ) : null}
        </div>
        {invocation.held === undefined ? null : (
          <Notice tone="warn" title="This call is not resumed by itself.">
            {invocation.held}
          </Notice>
        )}
        <Executions call={call} isDead={state !== invocation.state}>
          <CallPanels
            id={id}
            answer={
              <>
                <Section title="What the client saw">
                  <ClientSaw tool={tool} view={view} />
                </Section>
                <Section title="Arguments">
                  <Value label="the arguments" value={args} />
                </Section>
                <p className="px-3 pb-2 font-mono text-xs text-muted">{id}</p>
              </>
            }
          />
        </Executions>
        {judgement ? <WhatItMeans judgement={judgement} invocation={invocation} /> : null}
      </div>
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
  const { data: isHanging } = useLiveQuery(["invocations", "trace"], ["hanging"], () =>
    Promise.resolve(playground.isHanging),
  );
  const [isFirst, setIsFirst] = useState(false);
  const compare = async (): Promise<void> => {
    const last = invocation.last.number;
    if (last > 1) {
      await setPlace({ call: id, compare: { execution: last - 1, call: id, callExecution: last } });
      return;
    }
    const query = { before: invocation.seq, limit: 1, filter: { tool } };
    const [before] = (await playground.store?.readInvocations(query)) ?? [];
    setIsFirst(!before);
    if (before) await setPlace({ call: id, compare: { call: before.id } });
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
      {isRunning && isHanging ? (
        <Button
          icon={<Play size={13} aria-hidden />}
          title="Let what hangs because of a fault go on."
          onClick={() => playground.release()}
        >
          Release
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
      {isFirst ? (
        <span role="status" className="text-xs text-muted">
          There is no earlier call of {tool}.
        </span>
      ) : null}
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
        Nothing: the call was made in another tab, or what this tab saw of it was too long ago or
        too large to keep. The journal has the answer, in the steps beside.
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
  return <Answer label="what the client saw" tool={tool} response={view.result} />;
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

/** What a verdict asks of the caller; it stands below, so that nothing moves when it comes. */
function WhatItMeans({
  judgement: { verdict },
  invocation: { id, last },
}: {
  readonly judgement: Judgement;
  readonly invocation: InvocationRecord;
}): ReactElement | null {
  if (verdict === "done twice") return <WhyTwice id={id} />;
  if (verdict !== "unknown") return null;
  return <AskTheService id={id} isLost={last.responseLost ?? false} />;
}

/** What the caller asks the service about, and what the ledger, which plays the service here, says of it. */
function AskTheService({
  id,
  isLost,
}: {
  readonly id: string;
  /** The tool was done, and its answer did not arrive. */
  readonly isLost: boolean;
}): ReactElement | null {
  const [, setPlace] = usePlace();
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
  if (!rows || !guards) return null;
  if (isLost && guards.length > 0 && guards.every(({ state }) => state === "stored")) {
    return (
      <Notice tone="warn" role="note" title="The answer was lost on its way: retry the call.">
        Its guards have stored what was done. A retry of this invocation does nothing again, and is
        given the answer.
      </Notice>
    );
  }
  const real = rows.filter(({ validation }) => !validation);
  const happened = real.filter(({ outcome }) => outcome !== "refused" && outcome !== "uncertain");
  const services = [...new Set(real.map(({ service }) => service))];
  const asked = services.length === 0 ? "the service" : `the ${services.join(" and the ")}`;
  return (
    <Notice tone="warn" role="note" title={`From the answer alone nobody can tell: ask ${asked}.`}>
      <p>
        A caller that must know looks it up by what it sent
        {real[0] ? (
          <>
            {" "}
            (
            <code className="font-mono text-xs [overflow-wrap:anywhere]">
              {show(real[0].request, 0, 160)}
            </code>
            )
          </>
        ) : null}
        . Here the ledger is the service:{" "}
        {happened.length === 0
          ? "it happened not at all."
          : `${happened.map(({ service, operation }) => `${service}.${operation}`).join(", ")} happened.`}{" "}
        <button
          type="button"
          className="text-accent underline"
          onClick={() => void setPlace({ panel: "effects" })}
        >
          Show its effects
        </button>
      </p>
    </Notice>
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
