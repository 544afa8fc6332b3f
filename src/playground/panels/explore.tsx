/**
 * Explore: the call that stands in the form, made to fail in every way, and what became of it. Loaded
 * when it is first opened.
 */
import { LogOut, Play, Square } from "lucide-react";
import { useEffect, useRef, useState, useSyncExternalStore, type ReactElement } from "react";
import { INVOCATION, type CaseResult, type SweptKind } from "../../explore/index.ts";
import { Button } from "../components/button.tsx";
import { Notice } from "../components/panel.tsx";
import { StateBadge } from "../components/state-badge.tsx";
import { duration, plural, show, verdictText } from "../format.ts";
import { usePlace } from "../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../hooks/use-playground.ts";
import { initialArguments, parseArguments } from "../runtime/arguments.ts";
import { explorer, type ExploreState } from "../runtime/explorer.ts";
import { asError } from "../runtime/state-cell.ts";
import { KINDS, Matrix } from "./explore-matrix.tsx";

export default function Explore(): ReactElement {
  const [, setPlace] = usePlace();
  const state = useSyncExternalStore(explorer.subscribe, explorer.snapshot);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const leave = (): void => void setPlace({ explore: null });
  return (
    <dialog
      ref={dialog}
      aria-label="Explore"
      className="h-[92vh] w-[1280px] max-w-[98vw] rounded-md border border-line bg-panel"
      onCancel={(event) => {
        event.preventDefault();
        leave();
      }}
    >
      <div className="flex h-full flex-col">
        <header className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2">
          <h2 className="text-lg font-semibold">Explore every failure</h2>
          <div className="ml-auto">
            <Button icon={<LogOut size={13} aria-hidden />} onClick={leave}>
              Leave
            </Button>
          </div>
        </header>
        <Controls state={state} />
        <section
          aria-label="Results"
          className="min-h-0 flex-1 overflow-auto p-3"
          // A region that scrolls must be reachable by the keyboard.
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
        >
          <Results state={state} />
        </section>
      </div>
    </dialog>
  );
}

function Controls({ state }: { readonly state: ExploreState }): ReactElement {
  const { example } = usePlayground();
  const { tools, drafts, settings } = usePlaygroundState();
  const [place] = usePlace();
  const [pairs, setPairs] = useState(false);
  const [first, setFirst] = useState<readonly string[]>([]);
  const before = settings.savedCalls.filter(({ name }) => first.includes(name));
  const tool = tools.find(({ name }) => name === place.tool) ?? tools[0];
  const { args } = parseArguments(
    tool ? (drafts[tool.name] ?? initialArguments(tool.inputSchema)) : "",
  );
  const isRunning = state.phase === "running";
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-3 py-2">
      <span className="min-w-0 truncate font-mono text-sm">
        <b>{tool?.name ?? "no tool"}</b> {args ? show(args, 0, 300) : ""}
      </span>
      <label className="flex items-center gap-1.5 text-sm">
        <input
          type="checkbox"
          className="accent-accent"
          checked={pairs}
          disabled={isRunning}
          onChange={({ target }) => setPairs(target.checked)}
        />
        also every two failures together
      </label>
      {isRunning ? (
        <Button
          key="cancel"
          icon={<Square size={12} aria-hidden />}
          onClick={({ detail }) => {
            // The second click of a double click on Explore is none.
            if (detail < 2) explorer.cancel();
          }}
        >
          Cancel
        </Button>
      ) : (
        <Button
          key="explore"
          tone="primary"
          icon={<Play size={13} aria-hidden />}
          disabled={!tool || !args}
          onClick={() => {
            if (tool && args) void explorer.run({ example, tool: tool.name, args, before, pairs });
          }}
        >
          Explore
        </Button>
      )}
      <Progress state={state} />
      {settings.savedCalls.length === 0 ? (
        <span className="w-full text-xs text-muted">
          Where the tool is to find something, save the calls that make it: they can be made first.
        </span>
      ) : (
        <fieldset className="flex w-full flex-wrap gap-x-3 text-sm" disabled={isRunning}>
          <legend className="float-left mr-3 text-muted">First, without failures:</legend>
          {settings.savedCalls.map(({ name }) => (
            <label key={name} className="flex items-center gap-1.5">
              <input
                type="checkbox"
                className="accent-accent"
                checked={first.includes(name)}
                onChange={({ target }) =>
                  setFirst(
                    target.checked ? [...first, name] : first.filter((other) => other !== name),
                  )
                }
              />
              {name}
            </label>
          ))}
        </fieldset>
      )}
      {args ? null : (
        <span className="text-sm text-muted">The form’s arguments are not right yet.</span>
      )}
    </div>
  );
}

function Progress({ state }: { readonly state: ExploreState }): ReactElement | null {
  const { phase, total, done, tookMs } = state;
  if (phase === "idle" || phase === "failed") return null;
  return (
    <span role="status" className="flex items-center gap-2 text-sm text-muted tabular-nums">
      {phase === "running" ? (
        <progress className="w-32 accent-accent" max={total || 1} value={done} aria-label="Cases" />
      ) : null}
      {done} of {plural(total, "case")}
      {phase === "cancelled" ? ", then cancelled" : ""}
      {tookMs === undefined ? "" : `, in ${duration(tookMs)}`}
    </span>
  );
}

function Results({ state }: { readonly state: ExploreState }): ReactElement {
  const [selected, setSelected] = useState<CaseResult>();
  const { phase, request, error, places, on, off } = state;
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
        The call that stands in the form is made once without any failure, to find the fault points
        that it passes. Then it is made once for every point and every kind of failure, each on a
        store and a ledger of its own: the server is restarted and the call retried until it
        settles, and what became of it is judged by what the guards promise. The same is done with
        the guards off. Your own data is not touched, delays take no time, and the runs are deleted
        when you leave.
      </p>
    );
  }
  return (
    <div className="flex flex-col gap-3">
      <p className="text-sm">
        <span className="font-mono">
          {request.tool} {show(request.args, 0, 300)}
        </span>
        : without any failure “{state.cleanOutcome ?? "…"}”; <Summary state={state} />
      </p>
      <div className="grid gap-3 lg:grid-cols-2">
        <Matrix title="Guards on" {...{ places, results: on, selected, onSelect: setSelected }} />
        <Matrix title="Guards off" {...{ places, results: off, selected, onSelect: setSelected }} />
      </div>
      {selected && [...on, ...off].includes(selected) ? (
        <Case
          key={selected.run.name}
          result={selected}
          example={request.example.name}
          tool={request.tool}
        />
      ) : (
        <p className="text-sm text-muted">Select a cell: what happened in that case stands here.</p>
      )}
      <Pairs state={state} />
    </div>
  );
}

function Summary({ state: { on, off, pairs, brokenPairs } }: { readonly state: ExploreState }) {
  const checks = [...on, ...off].flatMap(({ check }) => check ?? []);
  const others = checks.filter((check) => check !== "same");
  const broken = (results: readonly CaseResult[]): number =>
    results.filter(({ promises }) => !promises.holds).length;
  const twice = on.filter(
    ({ promises, judgement }) => promises.holds && judgement?.verdict === "done twice",
  ).length;
  const passed = off.filter(({ hasStruck }) => hasStruck);
  return (
    <>
      with the guards on, {on.length - broken(on)} of {plural(on.length, "case")} keep every promise
      {twice > 0 ? ` (in ${twice} the callable itself did it twice)` : ""}; without them{" "}
      {broken(off)} of {passed.length} break one
      {passed.length < off.length
        ? ` (${off.length - passed.length} more strike at points that only guards pass).`
        : "."}
      {pairs > 0
        ? ` Of ${plural(pairs, "pair")}, ${pairs - brokenPairs.length} keep every promise.`
        : ""}{" "}
      Cases run in memory
      {checks.length === 0
        ? "."
        : `; ${checks.length} of them ran on IndexedDB, too: ${checks.length - others.length} came to the same.`}
      {others.length === 0 ? null : (
        <span className="text-warn">
          {" "}
          A call that is not the same each time, or an engine at fault: {others[0]}
        </span>
      )}
    </>
  );
}

function Case({
  result,
  example,
  tool,
}: {
  readonly result: CaseResult;
  readonly example: string;
  readonly tool: string;
}): ReactElement {
  const { faults, run, outcome, promises, judgement } = result;
  const [, setPlace] = usePlace();
  const [problem, setProblem] = useState<string>();
  const open = async (): Promise<void> => {
    try {
      await explorer.keep(result);
    } catch (error) {
      setProblem(asError(error).message);
      return;
    }
    const place = { example, tool, run: run.name, call: INVOCATION } as const;
    await setPlace({ ...place, explore: null, scope: "call", column: "happened" });
  };
  return (
    <section
      aria-label="Selected case"
      aria-live="polite"
      className="rounded border border-line p-3 text-sm"
    >
      <div className="flex flex-wrap items-center gap-2">
        <h3 className="font-semibold">
          {faults
            .map(({ point, kind }) => `${KINDS[kind as SweptKind]} at ${point}`)
            .join(", and ")}
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
      {promises.holds ? (
        <p className="text-good">
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
      <p className="font-medium">Outside: {verdictText(judgement)}.</p>
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

function Pairs({ state: { brokenPairs } }: { readonly state: ExploreState }): ReactElement | null {
  if (brokenPairs.length === 0) return null;
  return (
    <section aria-label="Broken pairs" className="text-sm">
      <h3 className="font-semibold">Two failures together that break a promise</h3>
      <ul>
        {brokenPairs.map(({ found, shrunk }) => (
          <li key={found.run.name} className="border-b border-line py-1">
            {textOf(found)}.{" "}
            {shrunk === found ? "Neither breaks it alone." : `Enough: ${textOf(shrunk)}.`}{" "}
            <span className="text-bad">{shrunk.promises.problems.join(" ")}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function textOf({ faults }: CaseResult): string {
  return faults.map(({ point, kind }) => `${KINDS[kind as SweptKind]} at ${point}`).join(" and ");
}
