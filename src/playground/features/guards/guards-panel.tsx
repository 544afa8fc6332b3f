/** Guards: each as the state machine it is, with what it stores. */
import { ArrowRight } from "lucide-react";
import type { ReactElement } from "react";
import { arrowKeys, ROW_STOP } from "../../components/arrow-keys.ts";
import type { GuardRecord, TraceEvent } from "../../../store/index.ts";
import { Json } from "../../components/json.tsx";
import { Pager } from "../../components/pager.tsx";
import { Empty, Waiting } from "../../components/panel.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { executionList, plural, shortId, timeOfDay } from "../../components/format.ts";
import { useLiveQuery } from "../../hooks/use-live-query.ts";
import { usePage } from "../../components/use-page.ts";
import { usePlace } from "../../hooks/use-location.ts";
import { usePlaygroundState } from "../../hooks/use-playground.ts";
import { STEPS_READ } from "../../hooks/use-calls.ts";

export function GuardsPanel({ call }: { readonly call: string | null }): ReactElement {
  const of = call === null ? {} : { invocation: call };
  const page = usePage<[number, string]>();
  const { data: found, error } = useLiveQuery(
    ["guards"],
    ["guards", call, page.query],
    ({ store }) => store.readGuards({ ...page.query, ...of }),
    { keepPrevious: true, invocation: call ?? undefined },
  );
  // Who was answered is shown for one call; for all of them it would mean to read every trace.
  const { data: trace = [] } = useLiveQuery(
    ["trace"],
    ["guard-trace", call],
    async ({ store }) =>
      call === null ? [] : await store.readTrace({ invocation: call, limit: STEPS_READ }),
    { invocation: call ?? undefined },
  );
  if (!found || error) return <Waiting error={error} />;
  const { rows: guards, hasNewer, hasOlder } = page.cut(found);
  if (guards.length === 0) {
    return (
      <Empty>
        {call === null
          ? "No guards yet. Each atLeastOnce and atMostOnce of a call appears here with what it stores."
          : "This call has no guards: its tool uses none, it has not reached one, or guards were off."}
      </Empty>
    );
  }
  const keyOf = (guard: GuardRecord | undefined): [number, string] | undefined =>
    guard && [guard.invocationSeq, guard.alias];
  return (
    <>
      <ul ref={arrowKeys} aria-label="Guards">
        {guards.map((guard) => (
          <Guard
            key={`${guard.invocation}/${guard.alias}`}
            guard={guard}
            trace={trace.filter(
              ({ invocation, alias }) => invocation === guard.invocation && alias === guard.alias,
            )}
            showCall={call === null}
          />
        ))}
      </ul>
      <Pager
        label="guards"
        page={page}
        first={keyOf(guards[0])}
        last={keyOf(guards.at(-1))}
        hasNewer={hasNewer}
        hasOlder={hasOlder && call === null}
      />
    </>
  );
}

function Guard({
  guard,
  trace,
  showCall,
}: {
  readonly guard: GuardRecord;
  readonly trace: readonly TraceEvent[];
  readonly showCall: boolean;
}): ReactElement {
  const [, setPlace] = usePlace();
  const { alias, kind, state, attempts, error, invocation, updatedAt } = guard;
  const running = useIsRunning(guard);
  const reused = trace.some(({ type }) => type === "alias-reused");
  return (
    <li className="flex flex-col gap-1.5 border-b border-line px-3 py-2">
      <div className="flex flex-wrap items-baseline gap-x-2">
        <h3 className="font-mono text-sm font-semibold">{alias}</h3>
        <span className="text-xs text-muted">{kind}</span>
        {reused ? (
          <span className="rounded bg-warn-soft px-1.5 text-xs text-warn">alias reused</span>
        ) : null}
        {showCall ? (
          <button
            {...ROW_STOP}
            type="button"
            className="ml-auto font-mono text-xs text-accent underline"
            onClick={() => void setPlace({ call: invocation })}
          >
            call {shortId(invocation)}
          </button>
        ) : null}
      </div>
      <StateMachine guard={guard} />
      <p className="text-sm">
        {running ? "It is running now, and is written down as begun." : meaning(guard, trace)}
      </p>
      {error && state !== "stored" ? (
        <p className="text-sm text-bad">
          {error.name}: {error.message}
        </p>
      ) : null}
      {state === "stored" ? <Json value={guard.value} /> : null}
      <p className="text-xs text-muted">
        {plural(attempts, "attempt")} · {state} in execution {guard.execution} ·{" "}
        {timeOfDay(updatedAt)}
      </p>
    </li>
  );
}

/** Whether the execution that claimed a started guard is still under way. */
function useIsRunning({ invocation, state, execution }: GuardRecord): boolean {
  const { dead } = usePlaygroundState();
  const { data: call } = useLiveQuery(
    ["invocations"],
    ["invocation", invocation],
    ({ store }) => store.readInvocation(invocation).then((found) => found ?? null),
    { invocation },
  );
  const last = call?.last;
  return (
    state === "started" &&
    call?.state === "running" &&
    last?.number === execution &&
    !dead.has(last.owner)
  );
}

/** The states a guard of its kind can be in; the current one is lit. */
function StateMachine({ guard: { kind, state } }: { readonly guard: GuardRecord }): ReactElement {
  const path = kind === "atMostOnce" ? ["absent", "started", "stored"] : ["absent", "stored"];
  return (
    <div className="flex flex-wrap items-center gap-1" aria-label={`State: ${state}`} role="img">
      {path.map((step, index) => (
        <span key={step} className="flex items-center gap-1">
          {index > 0 ? <ArrowRight size={11} aria-hidden className="text-muted" /> : null}
          <Step step={step} lit={step === state} />
        </span>
      ))}
      {kind === "atMostOnce" ? (
        <span className="flex items-center gap-1 pl-2">
          <span className="text-xs text-muted">or</span>
          <Step step="failed" lit={state === "failed"} />
        </span>
      ) : null}
    </div>
  );
}

function Step({ step, lit }: { readonly step: string; readonly lit: boolean }): ReactElement {
  if (lit) return <StateBadge state={step} />;
  return <span className="rounded border border-line px-1.5 text-xs text-muted">{step}</span>;
}

/** What the state means for the next retry, and who ran and who was answered. */
function meaning(guard: GuardRecord, trace: readonly TraceEvent[]): string {
  const among = (type: TraceEvent["type"]): number[] => [
    ...new Set(trace.filter((event) => event.type === type).map(({ execution }) => execution)),
  ];
  const answered = among("guard-answered");
  const refused = among("guard-refused");
  switch (guard.state) {
    case "stored":
      return (
        `Ran in execution ${guard.execution}.` +
        (answered.length === 0
          ? " A retry is answered from the store."
          : ` Answered from the store in ${executionList(answered)}.`)
      );
    case "started":
      return (
        "It began and did not complete: whether the outside thing happened is unknown, so it is never run again. A retry says “failed before completing”." +
        (refused.length === 0 ? "" : ` So it did in ${executionList(refused)}.`)
      );
    case "failed":
      return (
        "It failed for good and is never run again. A retry says “failed before completing”." +
        (refused.length === 0 ? "" : ` So it did in ${executionList(refused)}.`)
      );
    case "absent":
      return "Nothing is stored: a retry runs it.";
  }
}
