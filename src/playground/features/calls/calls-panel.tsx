/** Calls: every invocation with its state and its three numbers, filtered, and paged from the store. */
import { ListFilter } from "lucide-react";
import { memo, useCallback, useState, type ReactElement } from "react";
import { arrowKeys, ROW_STOP } from "../../components/arrow-keys.ts";
import type { InvocationRecord } from "../../../store/index.ts";
import { Button } from "../../components/button.tsx";
import { Counts } from "../../components/counts.tsx";
import { Pager } from "../../components/pager.tsx";
import { Empty, Panel, Waiting } from "../../components/panel.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { plural, shortId, show, timeOfDay, verdictWord } from "../../components/format.ts";
import { VerdictBadge } from "../../components/verdict-badge.tsx";
import {
  useCalls,
  useShownState,
  VERDICT_FILTERS,
  type CallFilter,
  type CallSummary,
} from "../../hooks/use-calls.ts";
import { useCallFilter, usePlace } from "../../hooks/use-location.ts";
import { PausedCalls } from "../steps/index.ts";
import { usePage } from "../../components/use-page.ts";
import { Select } from "../../components/select.tsx";
import { usePlaygroundPart } from "../../hooks/use-playground.ts";

/** The newest calls stand first; a row is a line. */
const STATES = ["running", "completed", "failed", "interrupted", "cancelled"] as const;
const TIMES = { 1: "the last minute", 10: "the last 10 minutes", 60: "the last hour" } as const;

export default function CallsPanel(): ReactElement {
  const [{ callVerdict, callTool, callState, callText, callErrors, callCrashed, callMinutes }] =
    useCallFilter();
  const filter: CallFilter = {
    verdict: callVerdict,
    tool: callTool,
    state: callState,
    text: callText,
    errors: callErrors,
    crashed: callCrashed,
    minutes: callMinutes,
  };
  const isFiltered = Object.values(filter).some(Boolean);
  const [shown, setShown] = useState(isFiltered);
  return (
    <Panel
      title="Calls"
      actions={
        <>
          <PausedCalls />
          <Button
            tone="quiet"
            aria-expanded={shown}
            pressed={isFiltered}
            icon={<ListFilter size={13} aria-hidden />}
            onClick={() => setShown(!shown)}
          >
            Filter
          </Button>
        </>
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
  const select = useCallback((id: string): void => void setPlace({ call: id }), [setPlace]);
  const compareWith = useCallback(
    (id: string): void => void setPlace({ compare: { call: id } }),
    [setPlace],
  );
  if (!data || error) return <Waiting error={error} />;
  const { calls, hasNewer, hasOlder, lookedTo } = data;
  if (calls.length === 0 && lookedTo === undefined && !hasNewer && !hasOlder) {
    return (
      <Empty>
        {isFiltered
          ? "No call fits the filter."
          : "No calls yet. Call a tool: each call is a row here, with what became of it outside, how often it ran and what it really did."}
      </Empty>
    );
  }
  return (
    <>
      {isFiltered ? (
        <p role="status" className="border-b border-line px-3 py-0.5 text-xs text-muted">
          {plural(calls.length, "call")}
          {hasNewer || hasOlder ? " on this page" : ""} {calls.length === 1 ? "fits" : "fit"} the
          filter.
        </p>
      ) : null}
      <ul ref={arrowKeys} aria-label="Calls">
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
      {lookedTo === undefined ? null : (
        <p className="flex flex-wrap items-center gap-2 px-3 py-1 text-sm text-muted">
          Many calls were looked at that do not fit; there are more.
          <Button onClick={() => page.goTo(lookedTo)}>Look further</Button>
        </p>
      )}
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
  const tools = usePlaygroundPart((state) => state.tools);
  const [filter, setFilter] = useCallFilter();
  return (
    <div
      role="search"
      aria-label="Filter calls"
      className="flex flex-wrap items-center gap-1 border-b border-line px-3 py-1.5"
    >
      <Select
        label="Verdict of the calls"
        value={filter.callVerdict}
        options={[
          ["", "any verdict"],
          ...VERDICT_FILTERS.map(
            (name) => [name, name === "unknown" ? verdictWord(name) : name] as const,
          ),
        ]}
        onChange={(callVerdict) => void setFilter({ callVerdict })}
      />
      <Select
        label="Tool of the calls"
        value={filter.callTool}
        options={[["", "any tool"], ...tools.map(({ name }) => name)]}
        onChange={(callTool) => void setFilter({ callTool })}
      />
      <Select
        label="State of the calls"
        value={filter.callState}
        options={[["", "any state"], ...STATES]}
        onChange={(callState) => void setFilter({ callState })}
      />
      <Select
        label="Time of the calls"
        value={String(filter.callMinutes ?? "")}
        options={[["", "any time"], ...Object.entries(TIMES)]}
        onChange={(minutes) =>
          void setFilter({ callMinutes: minutes === "" ? null : Number(minutes) })
        }
      />
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
      <Button
        pressed={filter.callCrashed}
        title="A server died in one of its executions."
        onClick={() => void setFilter({ callCrashed: !filter.callCrashed })}
      >
        Crashed
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
  const { invocation, judgement, crashed: _, ...counts } = call;
  const { id, tool, args, createdAt } = invocation;
  const state = useShownState(invocation);
  return (
    <li className="flex items-center border-b border-line">
      <button
        {...ROW_STOP}
        type="button"
        aria-current={isSelected ? "true" : undefined}
        className="@container flex min-w-0 flex-1 items-center px-2 py-1 text-left hover:bg-raised aria-[current]:bg-accent-soft aria-[current]:shadow-[inset_3px_0_var(--accent)]"
        onClick={() => select(id)}
      >
        <span className="grid w-full grid-cols-[188px_minmax(0,1fr)_auto] items-center gap-x-2 @max-2xl:grid-cols-[minmax(0,1fr)_auto] @max-2xl:gap-y-0.5">
          <span className="flex">
            {judgement ? <VerdictBadge judgement={judgement} /> : <StateBadge state={state} />}
          </span>
          <span className="flex min-w-0 items-baseline gap-x-2 @max-2xl:order-3 @max-2xl:col-span-2">
            <span className="shrink-0 font-mono text-sm font-medium">{tool}</span>
            <span className="min-w-0 truncate font-mono text-xs text-muted">{show(args, 0)}</span>
            <AnswerInShort invocation={invocation} />
          </span>
          <span className="flex items-center gap-x-3">
            <Counts {...counts} />
            <span
              className="font-mono text-xs whitespace-nowrap text-muted tabular-nums @max-lg:hidden"
              title={id}
            >
              {timeOfDay(createdAt)} {shortId(id)}
            </span>
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
  const { state, last } = invocation;
  const { status, errorType } = last.answer ?? {};
  const said = errorType ?? status ?? (state === "failed" || state === "cancelled" ? state : "");
  if (said === "") return null;
  return (
    <span className="shrink-0 font-mono text-xs whitespace-nowrap text-muted">
      → {last.responseLost ? "answer lost" : said}
    </span>
  );
}
