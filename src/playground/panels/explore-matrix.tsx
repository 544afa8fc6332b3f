/** A sweep as a table: where it fails against how; each cell is one case. */
import { Check, Minus, TriangleAlert, X, type LucideIcon } from "lucide-react";
import type { ReactElement } from "react";
import {
  isSwept,
  SWEPT_KINDS,
  type CaseResult,
  type Place,
  type SweptKind,
} from "../../explore/index.ts";
import { plural } from "../format.ts";

export const KINDS: Record<SweptKind, string> = {
  crash: "crash",
  retryable: "retryable",
  "non-retryable": "other error",
  "lose-response": "lost response",
};

/** What a failure at a point means for what is written around it. */
const MEANING: Record<Place["point"], string> = {
  "guard:before-start": "not committed",
  "guard:started": "committed, not known",
  "effect:before": "has not happened",
  "effect:after": "has happened, not known",
  "guard:before-store": "not committed",
  "guard:stored": "committed, not known",
  "map:before-commit": "not committed",
  "map:committed": "committed, not known",
  "call:before-response": "done, not told",
};

interface Selection {
  readonly selected: CaseResult | undefined;
  readonly onSelect: (result: CaseResult) => void;
}

export function Matrix({
  title,
  places,
  results,
  ...selection
}: Selection & {
  readonly title: string;
  readonly places: readonly Place[];
  readonly results: readonly CaseResult[];
}): ReactElement {
  const resultAt = ({ point, match, nth }: Place, kind: SweptKind): CaseResult | undefined =>
    results.find(
      ({ faults: [fault] }) =>
        fault?.point === point &&
        fault.kind === kind &&
        fault.match === match &&
        "nth" in fault.when &&
        fault.when.nth === nth,
    );
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="overflow-x-auto" tabIndex={0}>
      <table className="w-full min-w-120 border-collapse text-xs" aria-label={title}>
        <caption className="pb-1 text-left text-sm font-semibold">{title}</caption>
        <thead>
          <tr className="border-b border-line text-left text-muted">
            <th scope="col" className="py-1 pr-2 font-normal">
              where it fails
            </th>
            {SWEPT_KINDS.map((kind) => (
              <th key={kind} scope="col" className="py-1 pr-1 font-normal">
                {KINDS[kind]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {places.map((place) => (
            <tr
              key={`${place.point} ${JSON.stringify(place.match)} ${place.nth}`}
              className="border-b border-line"
            >
              <th scope="row" className="py-1 pr-2 text-left align-top font-normal">
                <span className="font-mono">{place.point}</span>
                <span className="block text-muted">
                  {[aboutPlace(place), MEANING[place.point]].filter(Boolean).join(": ")}
                </span>
              </th>
              {SWEPT_KINDS.map((kind) => (
                <td key={kind} className="py-1 pr-1 align-top">
                  {isSwept(place.point, kind) ? (
                    <Cell result={resultAt(place, kind)} {...selection} />
                  ) : null}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function aboutPlace({ match: { alias, map, service }, nth }: Place): string {
  const about = [alias, service ?? map].filter(Boolean).join(" · ");
  return nth > 1 ? `${about} (time ${nth})` : about;
}

/** What a person has to know of a case first. */
type Standing = "broken" | "not passed" | "mind" | "holds";

function standingOf({ promises, judgement, hasStruck }: CaseResult): Standing {
  if (!promises.holds) return "broken";
  if (!hasStruck) return "not passed";
  const verdict = judgement?.verdict;
  return verdict === "done twice" || verdict === "unknown" ? "mind" : "holds";
}

const LOOKS: Record<
  Standing,
  { readonly Icon: LucideIcon; readonly word: string; readonly look: string }
> = {
  broken: { Icon: X, word: "broken", look: "border-bad bg-bad-soft text-bad" },
  "not passed": { Icon: Minus, word: "not passed", look: "border-line text-muted" },
  mind: { Icon: TriangleAlert, word: "holds", look: "border-line bg-warn-soft text-warn" },
  holds: { Icon: Check, word: "holds", look: "border-line bg-good-soft text-good" },
};

function Cell({
  result,
  selected,
  onSelect,
}: Selection & { readonly result: CaseResult | undefined }): ReactElement {
  if (!result) return <span className="text-muted">…</span>;
  const { judgement, outcome, run } = result;
  const { Icon, word, look } = LOOKS[standingOf(result)];
  return (
    <button
      type="button"
      aria-pressed={result === selected}
      className={`flex w-full flex-col rounded border px-1.5 py-0.5 text-left aria-pressed:outline-2 aria-pressed:outline-accent ${look}`}
      onClick={() => onSelect(result)}
    >
      <span className="flex items-center gap-1 font-medium">
        <Icon size={12} aria-hidden />
        {word}
      </span>
      <span className="text-ink">{judgement?.verdict ?? "not ended"}</span>
      <span className="text-ink">
        {outcome}, {plural(run.effects.length, "effect")}
      </span>
      {run.guards.length === 0 ? null : (
        <span className="text-muted">
          {run.guards.map(({ alias, state }) => `${alias} ${state}`).join(", ")}
        </span>
      )}
    </button>
  );
}
