/** A sweep, counted. */
import type { ReactElement } from "react";
import type { CaseResult } from "../../../explore/index.ts";
import { plural } from "../../components/format.ts";
import type { ExploreState } from "../../runtime/explorer.ts";
import { standingLook } from "./case-verdict.tsx";
import { tallyOf, type Standing } from "./case-words.ts";

/** What a person has to know of a sweep, counted. */
export function Summary({ state }: { readonly state: ExploreState }): ReactElement {
  const { on, off, pairs, cleanOutcome, request } = state;
  const checks = [...on, ...off].flatMap(({ check }) => check ?? []);
  const others = checks.filter((check) => check !== "same");
  return (
    <div className="flex min-h-24 flex-col gap-1 text-sm" role="status" aria-label="Summary">
      <Counted title="Guards on" results={on} hasGuards />
      <Counted title="Guards off" results={off} />
      {pairs.length > 0 ? <Counted title="Pairs, guards on" results={pairs} hasGuards /> : null}
      <p className="text-xs text-muted">
        {request ? `${request.tool} ` : ""}without any failure: “{cleanOutcome ?? "…"}”. Cases run
        in memory
        {checks.length === 0
          ? "."
          : `; ${checks.length} of them ran on IndexedDB, too: ${checks.length - others.length} came to the same.`}
        {others.length === 0 ? null : (
          <span className="text-warn">
            {" "}
            A call that is not the same each time, or an engine at fault: {others[0]}
          </span>
        )}
      </p>
    </div>
  );
}

const COUNTED: readonly (readonly [Standing, string])[] = [
  ["done twice", "done twice, by the tool’s own code"],
  ["unknown", "unknown: ask the service"],
  ["not ended", "never ended"],
  ["not done", "not done"],
  ["done once", "done once"],
  ["nothing to do", "nothing to do"],
  ["not passed", "not passed"],
];

function Counted({
  title,
  results,
  hasGuards = false,
}: {
  readonly title: string;
  readonly results: readonly CaseResult[];
  readonly hasGuards?: boolean;
}): ReactElement {
  const tally = tallyOf(results);
  const broken = tally.get("broken") ?? 0;
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-0.5">
      <b className="w-28 shrink-0 font-semibold">{title}</b>{" "}
      <span className={broken > 0 ? "rounded bg-bad-soft px-1 font-medium text-bad" : ""}>
        {hasGuards ? plural(broken, "guard violation") : `${plural(broken, "promise")} broken`}
      </span>
      {COUNTED.map(([standing, words]) => {
        // None is a number, too: what is counted from the start moves nothing when it grows.
        const count = tally.get(standing) ?? 0;
        const { Icon } = standingLook(standing);
        return (
          <span key={standing} className="inline-flex items-center gap-1 text-muted">
            {" "}
            <Icon size={12} aria-hidden />
            <b
              className={`min-w-[2ch] text-right tabular-nums ${count > 0 ? "font-semibold text-ink" : "font-normal"}`}
            >
              {count}
            </b>{" "}
            {words}
          </span>
        );
      })}
      <span className="text-muted"> of {plural(results.length, "case")}</span>
    </p>
  );
}
