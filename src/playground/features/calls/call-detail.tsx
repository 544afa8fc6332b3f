/** The selected call: what was done in each execution, what was answered, and what to do next. */
import type { Progress } from "@modelcontextprotocol/sdk/types.js";
import { Copy, GitCompareArrows, Pencil, Play, RefreshCw, Square } from "lucide-react";
import { type ReactElement, type ReactNode, useEffect, useRef, useState } from "react";
import type { InvocationRecord } from "../../../store/index.ts";
import { Button } from "../../components/button.tsx";
import { Counts } from "../../components/counts.tsx";
import { Value } from "../../components/json.tsx";
import { Empty, Notice, Panel, Waiting } from "../../components/panel.tsx";
import { part } from "../../components/part.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { VerdictBadge } from "../../components/verdict-badge.tsx";
import { visible } from "../../components/visible.ts";
import { shortId } from "../../components/format.ts";
import { useCall, useShownState, type CallSummary, useIsHanging } from "../../hooks/use-calls.ts";
import { usePlace } from "../../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../../hooks/use-playground.ts";
import type { ClientView } from "../../runtime/state.ts";
import { PausedCall } from "../steps/index.ts";
import { CallPanels } from "./call-panels.tsx";
import { Executions } from "./executions.tsx";
import { asksSomething, WhatItMeans } from "./what-it-means.tsx";

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
  const top = useRef<HTMLDivElement>(null);
  const meaning = useRef<HTMLDivElement>(null);
  // Another call is shown from its beginning.
  useEffect(() => {
    top.current?.parentElement?.scrollTo({ top: 0 });
  }, [id]);
  return (
    <Panel
      title={`Call ${shortId(id)}`}
      actions={<Actions key={id} invocation={invocation} />}
      footer={
        state === "running" || state === "paused" ? (
          <PausedCall key={id} invocation={invocation} />
        ) : undefined
      }
    >
      <div ref={top} className="@container flex min-h-full flex-col @4xl:h-full">
        <div className="flex h-15 shrink-0 flex-wrap content-start items-center gap-x-3 gap-y-1 overflow-hidden px-3 py-1.5 @3xl:h-8">
          <span className="flex min-w-44">
            {judgement ? <VerdictBadge judgement={judgement} /> : <StateBadge state={state} />}
          </span>
          <span className="font-mono text-sm font-medium">{tool}</span>
          <span className="min-w-20 text-xs text-muted">{judgement ? state : ""}</span>
          <Counts {...counts} />
          {judgement && asksSomething(judgement) ? (
            <button
              type="button"
              className="text-xs text-accent underline @max-3xl:hidden"
              onClick={() => meaning.current?.scrollIntoView({ block: "nearest" })}
            >
              What it means
            </button>
          ) : null}
          {judgement && judgement.missing.length > 0 ? (
            <span className="text-xs text-warn">not done: {judgement.missing.join(", ")}</span>
          ) : null}
        </div>
        {invocation.held === undefined ? null : (
          <Notice tone="warn" title="This call is not resumed by itself.">
            {invocation.held}
          </Notice>
        )}
        <Executions call={call} isDead={state === "interrupted" && invocation.state === "running"}>
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
        <div ref={meaning}>
          {judgement ? <WhatItMeans judgement={judgement} invocation={invocation} /> : null}
        </div>
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
  const { data: isHanging } = useIsHanging();
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
          <Label>Cancel</Label>
        </Button>
      ) : null}
      {isRunning && isHanging ? (
        <Button
          icon={<Play size={13} aria-hidden />}
          title="Let what hangs because of a fault go on."
          onClick={() => playground.release()}
        >
          <Label>Release</Label>
        </Button>
      ) : null}
      {state === "interrupted" ? (
        <Button
          icon={<Play size={13} aria-hidden />}
          disabled={!up}
          onClick={() => void playground.resume(id)}
        >
          <Label>Resume</Label>
        </Button>
      ) : null}
      <Button
        icon={<RefreshCw size={13} aria-hidden />}
        disabled={!up}
        title="The same invocation again: its guards remember."
        onClick={() => playground.client.retry(invocation)}
      >
        <Label>Retry</Label>
      </Button>
      <Button
        icon={<Copy size={13} aria-hidden />}
        disabled={!up}
        title="A new invocation with the same arguments: nothing is remembered."
        onClick={({ detail }) => {
          if (detail < 2) void setPlace({ call: playground.client.call(tool, { ...args }) });
        }}
      >
        <Label>Call again</Label>
      </Button>
      <Button
        icon={<Pencil size={12} aria-hidden />}
        title="Load the arguments into the form, to change them first."
        onClick={edit}
      >
        <Label>Edit…</Label>
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
        <Label>Compare</Label>
      </Button>
    </>
  );
}

/** A narrow page has room for the icons, in one row. */
function Label({ children }: { readonly children: string }): ReactElement {
  return <span className="max-sm:sr-only">{children}</span>;
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
        <span className="whitespace-pre-wrap text-bad wrap-anywhere">{visible(view.error)}</span>
        {view.lost
          ? " The client cannot know what was done. A retry of the same invocation is told what the guards know."
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
      <progress value={done} max={total} />
      {message}
      {total === undefined ? "" : ` (${done} of ${total})`}
    </label>
  );
}
