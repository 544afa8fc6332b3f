/** Explore: the call that stands in the form, made to fail in every way, and what became of it. */
import { Play, Square, X } from "lucide-react";
import { useState, useSyncExternalStore, type ReactElement } from "react";
import { INVOCATION, type CaseResult } from "../../../explore/index.ts";
import { Button } from "../../components/button.tsx";
import { duration, plural, show, verdictText } from "../../components/format.ts";
import { Notice, Panel } from "../../components/panel.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { useFormCall } from "../../hooks/use-form-call.ts";
import { usePlace } from "../../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../../hooks/use-playground.ts";
import { explorer, type ExploreState } from "../../runtime/explorer.ts";
import { asError } from "../../runtime/state-cell.ts";
import { textOfCase } from "../../runtime/case-text.ts";
import { CaseVerdict } from "./case-verdict.tsx";
import { Matrix } from "./explore-matrix.tsx";
import { Pairs } from "./explore-pairs.tsx";
import { Summary } from "./explore-summary.tsx";

export default function Explore(): ReactElement {
  const [, setPlace] = usePlace();
  const state = useSyncExternalStore(explorer.subscribe, explorer.snapshot);
  return (
    <Panel
      title="Explore every failure"
      actions={
        <>
          <Progress state={state} />
          <RunButton state={state} />
          <Button
            tone="quiet"
            icon={<X size={13} aria-hidden />}
            onClick={() => void setPlace({ explore: null, cell: null })}
          >
            Close
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3 p-3">
        <Choices state={state} />
        <Results state={state} />
      </div>
    </Panel>
  );
}

function RunButton({ state }: { readonly state: ExploreState }): ReactElement {
  const playground = usePlayground();
  const form = useFormCall();
  if (state.phase === "running") {
    return (
      <Button
        key="cancel"
        icon={<Square size={12} aria-hidden />}
        onClick={({ detail }) => {
          // The second click of a double click is none.
          if (detail < 2) explorer.cancel();
        }}
      >
        Cancel
      </Button>
    );
  }
  return (
    <Button
      key="run"
      tone="primary"
      icon={<Play size={13} aria-hidden />}
      disabled={!form.tool || !form.args}
      onClick={() => {
        void explorer.explore(playground, form);
      }}
    >
      {state.phase === "idle" ? "Run" : "Run again"}
    </Button>
  );
}

/** What the next run does beside. */
function Choices({ state }: { readonly state: ExploreState }): ReactElement {
  const { settings } = usePlaygroundState();
  const { tool, args } = useFormCall();
  const { pairs, first } = state.choices;
  const isRunning = state.phase === "running";
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm">
      <span className="max-w-full min-w-0 truncate font-mono">
        <b>{tool?.name ?? "no tool"}</b> {args ? show(args, 0, 300) : ""}
      </span>
      {args ? null : <span className="text-muted">The form’s arguments are not right yet.</span>}
      <label className="flex items-center gap-1.5">
        <input
          type="checkbox"
          checked={pairs}
          disabled={isRunning}
          onChange={({ target }) => explorer.choose({ pairs: target.checked, first })}
        />
        also every two failures together
      </label>
      {settings.savedCalls.length === 0 ? (
        <span className="text-xs text-muted">
          Where the tool is to find something, save the calls that make it: they can be made first.
        </span>
      ) : (
        <fieldset className="flex flex-wrap gap-x-3" disabled={isRunning}>
          <legend className="float-left mr-3 text-muted">First, without failures:</legend>
          {settings.savedCalls.map(({ name }) => (
            <label key={name} className="flex items-center gap-1.5">
              <input
                type="checkbox"
                checked={first.includes(name)}
                onChange={({ target }) =>
                  explorer.choose({
                    pairs,
                    first: target.checked
                      ? [...first, name]
                      : first.filter((other) => other !== name),
                  })
                }
              />
              {name}
            </label>
          ))}
        </fieldset>
      )}
    </div>
  );
}

function Progress({ state }: { readonly state: ExploreState }): ReactElement | null {
  const { phase, total, done, tookMs } = state;
  if (phase === "idle" || phase === "failed") return null;
  return (
    <span
      role="status"
      className="flex min-w-60 items-center gap-2 text-sm text-muted tabular-nums"
    >
      {/* It keeps its place. */}
      <progress
        className={`w-24 ${phase === "running" ? "" : "invisible"}`}
        max={total || 1}
        value={done}
        aria-label="Cases"
      />
      {done} of {plural(total, "case")}
      {phase === "cancelled" ? ", then cancelled" : ""}
      {tookMs === undefined ? "" : `, in ${duration(tookMs)}`}
    </span>
  );
}

function Results({ state }: { readonly state: ExploreState }): ReactElement {
  const [{ cell }, setPlace] = usePlace();
  const { phase, request, error, places, on, off, pairs } = state;
  if (phase === "failed") {
    return (
      <Notice tone="bad" title="The call could not be explored.">
        {error} Change the arguments in the form, then try again.
      </Notice>
    );
  }
  if (!request) {
    return (
      <p className="mx-auto max-w-prose py-8 text-sm text-muted">
        {cell === null ? null : (
          <strong className="block pb-2 font-medium text-ink">
            What was explored before went with the page. Press Run to explore again.
          </strong>
        )}
        The call that stands in the form is made once without any failure, to find the fault points
        that it passes. Then it is made once for every point and every kind of failure, each on a
        store and a ledger of its own: the server is restarted and the call retried until it
        settles, and what became of it is judged by what the guards promise. The same is done with
        the guards off. Your own data is not touched, delays take no time, and the runs are deleted
        when you leave or reload. Press Run.
      </p>
    );
  }
  const all = [...on, ...off, ...pairs];
  const selected = all.find(({ run }) => run.name === cell);
  const select = ({ run: { name } }: CaseResult): void =>
    void setPlace({ cell: name === cell ? null : name }, { history: "replace" });
  const detail = selected ? <Case key={selected.run.name} result={selected} state={state} /> : null;
  return (
    <>
      <Summary state={state} />
      <Matrix
        {...{ places, on, off, selected, detail }}
        isDone={phase !== "running"}
        onSelect={select}
      />
      <Pairs {...{ state, selected, detail }} onSelect={select} />
    </>
  );
}

function Case({
  result,
  state,
}: {
  readonly result: CaseResult;
  readonly state: ExploreState;
}): ReactElement {
  const { run, outcome, promises, judgement } = result;
  const { request, off } = state;
  const [, setPlace] = usePlace();
  const [problem, setProblem] = useState<string>();
  const open = async (): Promise<void> => {
    try {
      await explorer.keep(result);
    } catch (error) {
      setProblem(asError(error).message);
      return;
    }
    await setPlace({
      ...(request ? { example: request.example.name, tool: request.tool } : {}),
      run: run.name,
      call: INVOCATION,
      explore: null,
      column: "happened",
    });
  };
  return (
    <section
      aria-label="Selected case"
      aria-live="polite"
      className="sticky left-0 flex flex-col gap-1 border-l-2 border-accent bg-raised p-3 text-sm"
    >
      <div className="flex flex-wrap items-center gap-2">
        <CaseVerdict result={result} />
        <h3 className="font-semibold">
          {textOfCase(result)}, guards {off.includes(result) ? "off" : "on"}
        </h3>
        <StateBadge state={run.invocation?.state ?? "absent"} />
        <Button
          className="ml-auto"
          title="Makes it again on IndexedDB, and shows it in place of your own data."
          onClick={() => void open()}
        >
          Open this run
        </Button>
      </div>
      {problem === undefined ? null : (
        <p role="alert" className="text-bad">
          The run could not be opened. {problem}
        </p>
      )}
      <p className="font-medium">Outside: {verdictText(judgement)}.</p>
      {promises.holds ? (
        <p className="text-muted">
          {result.hasStruck
            ? "Every promise was kept."
            : "The fault never struck: without its guard the call does not pass this point."}
        </p>
      ) : (
        <ul className="text-bad">
          {promises.problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
      <p>
        The client was told “{outcome}” at last, after{" "}
        {plural(run.invocation?.last.number ?? 0, "execution")}
        {run.guards.length > 0
          ? `. Guards: ${run.guards.map(({ alias, state }) => `${alias} ${state}`).join(", ")}`
          : ""}
        . {plural(run.effects.length, "effect")}
        {run.effects.length > 0
          ? `: ${run.effects.map(({ service, operation }) => `${service}.${operation}`).join(", ")}`
          : ""}
        .
      </p>
    </section>
  );
}
