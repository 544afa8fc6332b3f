/** Calls: every invocation, a row each. */
import type { ReactElement } from "react";
import { z } from "zod";
import type { InvocationRecord } from "../../store/index.ts";
import { Counts } from "../components/counts.tsx";
import { Empty, Panel, Waiting } from "../components/panel.tsx";
import { StateBadge } from "../components/state-badge.tsx";
import { shortId, show, timeOfDay } from "../format.ts";
import { CALL_LIMIT, useCalls, useShownState, type CallSummary } from "../hooks/use-calls.ts";
import { usePlace } from "../hooks/use-location.ts";

export default function CallsPanel(): ReactElement {
  const { data: calls, error } = useCalls();
  return (
    <Panel
      title="Calls"
      actions={<span className="text-xs text-muted tabular-nums">{calls?.length ?? ""}</span>}
    >
      {!calls || error ? (
        <Waiting error={error} />
      ) : calls.length === 0 ? (
        <Empty>
          No calls yet. Call a tool, or take the first minute: each call is a row here, with how
          often it ran and what it really did.
        </Empty>
      ) : (
        <ul aria-label="Calls">
          {calls.map((call) => (
            <CallRow key={call.invocation.id} call={call} />
          ))}
          {calls.length === CALL_LIMIT ? <Empty>The newest {CALL_LIMIT} calls.</Empty> : null}
        </ul>
      )}
    </Panel>
  );
}

function CallRow({ call }: { readonly call: CallSummary }): ReactElement {
  const [place, setPlace] = usePlace();
  const { invocation, ...counts } = call;
  const { id, tool, args, createdAt } = invocation;
  const state = useShownState(invocation);
  const selected = place.call === id;
  return (
    <li className="border-b border-line">
      <button
        type="button"
        aria-current={selected ? "true" : undefined}
        className="flex w-full flex-col gap-0.5 px-3 py-1.5 text-left hover:bg-raised aria-[current]:bg-accent-soft aria-[current]:shadow-[inset_3px_0_var(--accent)]"
        onClick={() => void setPlace({ call: id, scope: "call" })}
      >
        <span className="flex w-full flex-wrap items-center gap-x-3">
          <StateBadge state={state} />
          <span className="font-mono text-sm font-medium">{tool}</span>
          <span className="ml-auto">
            <Counts {...counts} />
          </span>
        </span>
        <span className="flex w-full items-baseline gap-x-3 font-mono text-xs text-muted">
          <span className="min-w-0 truncate">{show(args, 0)}</span>
          <AnswerInShort invocation={invocation} />
          <span className="ml-auto whitespace-nowrap tabular-nums" title={id}>
            {timeOfDay(createdAt)} {shortId(id)}
          </span>
        </span>
      </button>
    </li>
  );
}

const structuredAnswer = z.object({
  structuredContent: z.object({ status: z.string(), error_type: z.string().optional() }),
});

/** What the tool itself says of its end: a completed call may well answer that it failed. */
function AnswerInShort({
  invocation,
}: {
  readonly invocation: InvocationRecord;
}): ReactElement | null {
  const answer = structuredAnswer.safeParse(invocation.executions.at(-1)?.response);
  if (!answer.success) return null;
  const { status, error_type } = answer.data.structuredContent;
  return (
    <span className={`whitespace-nowrap ${status === "success" ? "text-good" : "text-bad"}`}>
      → {error_type ?? status}
    </span>
  );
}
