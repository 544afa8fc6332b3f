/** Calls: every invocation with its state and its three numbers, filtered, and paged from the store. */
import { ListFilter } from "lucide-react";
import { memo, useCallback, useState, type ReactElement } from "react";
import type { InvocationRecord } from "../../store/index.ts";
import { Button } from "../components/button.tsx";
import { Counts } from "../components/counts.tsx";
import { Pager } from "../components/pager.tsx";
import { Empty, Panel, Waiting } from "../components/panel.tsx";
import { StateBadge } from "../components/state-badge.tsx";
import { shortId, show, timeOfDay } from "../format.ts";
import { useCalls, useShownState, type CallFilter, type CallSummary } from "../hooks/use-calls.ts";
import { useCallFilter, usePlace } from "../hooks/use-location.ts";
import { usePage } from "../hooks/use-page.ts";
import { usePlaygroundState } from "../hooks/use-playground.ts";

const STATES = ["running", "completed", "failed", "interrupted", "cancelled"] as const;
const TIMES = { 1: "the last minute", 10: "the last 10 minutes", 60: "the last hour" } as const;

export default function CallsPanel(): ReactElement {
  const [{ callTool, callState, callText, callErrors, callMinutes }] = useCallFilter();
  const filter: CallFilter = {
    tool: callTool,
    state: callState,
    text: callText,
    errors: callErrors,
    minutes: callMinutes,
  };
  const isFiltered = Object.values(filter).some(Boolean);
  const [shown, setShown] = useState(isFiltered);
  return (
    <Panel
      title="Calls"
      actions={
        <Button
          tone="quiet"
          aria-expanded={shown}
          pressed={isFiltered}
          icon={<ListFilter size={13} aria-hidden />}
          onClick={() => setShown(!shown)}
        >
          Filter
        </Button>
      }
    >
      {shown ? <Filters /> : null}
      {/* Another filter begins with its newest. */}
      <Calls key={JSON.stringify(filter)} filter={filter} isFiltered={isFiltered} />
    </Panel>
  );
}

function Calls({
  filter,
  isFiltered,
}: {
  readonly filter: CallFilter;
  readonly isFiltered: boolean;
}): ReactElement {
  const page = usePage<number>();
  const { data, error } = useCalls(filter, page);
  const [{ call: selected, compare }, setPlace] = usePlace();
  const select = useCallback(
    (id: string): void => void setPlace({ call: id, scope: "call" }),
    [setPlace],
  );
  const compareWith = useCallback(
    (id: string): void => void setPlace({ compare: { call: id } }),
    [setPlace],
  );
  if (!data || error) return <Waiting error={error} />;
  const { calls, hasNewer, hasOlder } = data;
  if (calls.length === 0) {
    return (
      <Empty>
        {isFiltered
          ? "No call fits the filter."
          : "No calls yet. Call a tool: each call is a row here, with how often it ran and what it really did."}
      </Empty>
    );
  }
  return (
    <>
      <ul aria-label="Calls">
        {calls.map((call) => (
          <CallRow
            key={call.invocation.id}
            call={call}
            isSelected={call.invocation.id === selected}
            compared={compare?.call}
            {...{ select, compareWith }}
          />
        ))}
      </ul>
      <Pager
        label="calls"
        page={page}
        first={calls[0]?.invocation.seq}
        last={calls.at(-1)?.invocation.seq}
        hasNewer={hasNewer}
        hasOlder={hasOlder}
      />
    </>
  );
}

function Filters(): ReactElement {
  const { tools } = usePlaygroundState();
  const [filter, setFilter] = useCallFilter();
  return (
    <div
      role="search"
      aria-label="Filter calls"
      className="flex flex-wrap items-center gap-1 border-b border-line px-3 py-1.5"
    >
      <select
        className="field w-auto"
        aria-label="Tool of the calls"
        value={filter.callTool}
        onChange={({ target }) => void setFilter({ callTool: target.value })}
      >
        <option value="">any tool</option>
        {tools.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <select
        className="field w-auto"
        aria-label="State of the calls"
        value={filter.callState}
        onChange={({ target }) => void setFilter({ callState: target.value })}
      >
        <option value="">any state</option>
        {STATES.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <select
        className="field w-auto"
        aria-label="Time of the calls"
        value={filter.callMinutes ?? ""}
        onChange={({ target }) =>
          void setFilter({ callMinutes: target.value === "" ? null : Number(target.value) })
        }
      >
        <option value="">any time</option>
        {Object.entries(TIMES).map(([minutes, text]) => (
          <option key={minutes} value={minutes}>
            {text}
          </option>
        ))}
      </select>
      <input
        className="field w-36"
        aria-label="Text in the calls"
        placeholder="id, argument, answer"
        value={filter.callText}
        onChange={({ target }) => void setFilter({ callText: target.value })}
      />
      <Button
        pressed={filter.callErrors}
        onClick={() => void setFilter({ callErrors: !filter.callErrors })}
      >
        Errors
      </Button>
      <Button tone="quiet" onClick={() => void setFilter(null)}>
        Clear
      </Button>
    </div>
  );
}

/** A call that is read again and has not changed is the same object, and its row is left as it is. */
const CallRow = memo(function CallRow({
  call,
  isSelected,
  compared,
  select,
  compareWith,
}: {
  readonly call: CallSummary;
  readonly isSelected: boolean;
  /** The call that the selected one is compared with; absent where it is compared with none. */
  readonly compared: string | undefined;
  readonly select: (id: string) => void;
  readonly compareWith: (id: string) => void;
}): ReactElement {
  const { invocation, ...counts } = call;
  const { id, tool, args, createdAt } = invocation;
  const state = useShownState(invocation);
  return (
    <li className="flex items-center border-b border-line">
      <button
        type="button"
        aria-current={isSelected ? "true" : undefined}
        className="flex min-w-0 flex-1 flex-col gap-0.5 px-3 py-1.5 text-left hover:bg-raised aria-[current]:bg-accent-soft aria-[current]:shadow-[inset_3px_0_var(--accent)]"
        onClick={() => select(id)}
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
      {compared === undefined || isSelected ? null : (
        <Button
          className="mr-2"
          aria-label={`Compare with ${tool} ${shortId(id)}`}
          pressed={compared === id}
          onClick={() => compareWith(id)}
        >
          Compare with
        </Button>
      )}
    </li>
  );
});

function AnswerInShort({
  invocation,
}: {
  readonly invocation: InvocationRecord;
}): ReactElement | null {
  const { status, errorType } = invocation.last.answer ?? {};
  if (status === undefined) return null;
  return (
    <span className={`whitespace-nowrap ${status === "success" ? "text-good" : "text-bad"}`}>
      → {errorType ?? status}
    </span>
  );
}
