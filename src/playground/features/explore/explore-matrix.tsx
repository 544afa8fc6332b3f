/** A sweep as one table: where it fails against how, with the guards on and off side by side; each cell is one case. */
import { Fragment, type ReactElement, type ReactNode, useCallback, useRef } from "react";
import { arrowKeys, ROW_STOP } from "../../components/arrow-keys.ts";
import {
  isSwept,
  SWEPT_KINDS,
  type CaseResult,
  type Place,
  type SweptKind,
} from "../../../explore/index.ts";
import { KINDS } from "../../runtime/case-text.ts";
import { CaseVerdict } from "./case-verdict.tsx";
import { aboutPlace, MEANING, severity, STANDINGS } from "./case-words.ts";

const GUARDS = ["on", "off"] as const;

export function Matrix({
  places,
  on,
  off,
  isDone,
  selected,
  onSelect,
  detail,
}: {
  readonly places: readonly Place[];
  readonly on: readonly CaseResult[];
  readonly off: readonly CaseResult[];
  /** Problems go first when all is known: rows do not move under the eye. */
  readonly isDone: boolean;
  readonly selected: CaseResult | undefined;
  readonly onSelect: (result: CaseResult) => void;
  /** What became of the selected case; it stands below its row. */
  readonly detail: ReactNode;
}): ReactElement {
  const results = { on, off };
  /** The run whose cell had the focus last: the sorted table gives it back. */
  const focused = useRef<string>(undefined);
  const rows = useCallback((body: HTMLTableSectionElement | null) => {
    if (!body) return;
    const cell = body.querySelector<HTMLElement>(`[data-run="${focused.current ?? ""}"]`);
    if (document.activeElement === document.body) cell?.focus();
    const onFocus = ({ target }: FocusEvent): void => {
      if (target instanceof HTMLElement) focused.current = target.dataset["run"];
    };
    body.addEventListener("focusin", onFocus);
    const end = arrowKeys(body);
    return () => {
      body.removeEventListener("focusin", onFocus);
      end?.();
    };
  }, []);
  const judged = places.map((place) => ({
    place,
    worst: worstAt(on, place) * STANDINGS.length + worstAt(off, place),
  }));
  const sorted = isDone ? judged.toSorted((a, b) => a.worst - b.worst) : judged;
  return (
    // A region that scrolls must be reachable by the keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="overflow-x-auto" tabIndex={0}>
      <table
        className="w-full min-w-[980px] table-fixed border-collapse text-xs"
        aria-label="Cases"
      >
        <thead className="text-left text-muted">
          <tr>
            <th scope="col" rowSpan={2} className="w-36 pr-2 md:w-56 align-bottom font-normal">
              where it fails
            </th>
            {SWEPT_KINDS.map((kind) => (
              <th
                key={kind}
                scope="colgroup"
                colSpan={2}
                className="border-l border-line px-1.5 pt-1 font-semibold text-ink"
              >
                {KINDS[kind]}
              </th>
            ))}
          </tr>
          <tr className="border-b border-line">
            {SWEPT_KINDS.map((kind) =>
              GUARDS.map((guards) => (
                <th
                  key={`${kind} ${guards}`}
                  scope="col"
                  className={`px-1.5 pb-1 font-normal whitespace-nowrap ${guards === "on" ? "border-l border-line" : ""}`}
                >
                  guards {guards}
                </th>
              )),
            )}
          </tr>
        </thead>
        {/* Sorted, its rows are others, in the same place. */}
        <tbody key={String(isDone)} ref={rows}>
          {sorted.map(({ place }) => {
            // A pair stands in a list of its own.
            const isHere = selected?.faults.length === 1 && isAt(selected, place);
            return (
              <Fragment key={`${place.point} ${JSON.stringify(place.match)} ${place.nth}`}>
                {/* Until all is known, each row has the room of the longest words. */}
                <tr className={`border-b border-line ${isDone ? "" : "h-[74px]"}`}>
                  <th scope="row" className="py-1 pr-2 text-left align-top font-normal">
                    <span className="font-mono">{place.point}</span>
                    <span className="block text-muted">
                      {[aboutPlace(place), MEANING[place.point]].filter(Boolean).join(": ")}
                    </span>
                  </th>
                  {SWEPT_KINDS.map((kind) =>
                    GUARDS.map((guards) => (
                      <td
                        key={`${kind} ${guards}`}
                        className={`p-0.5 align-top ${guards === "on" ? "border-l border-line" : ""}`}
                      >
                        {isSwept(place.point, kind) ? (
                          <Cell
                            result={resultAt(results[guards], place, kind)}
                            about={`${KINDS[kind]} at ${place.point}, guards ${guards}`}
                            {...{ selected, onSelect }}
                          />
                        ) : null}
                      </td>
                    )),
                  )}
                </tr>
                {isHere ? (
                  <tr>
                    <td colSpan={1 + 2 * SWEPT_KINDS.length} className="border-b border-line p-0">
                      {detail}
                    </td>
                  </tr>
                ) : null}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Cell({
  result,
  about,
  selected,
  onSelect,
}: {
  readonly result: CaseResult | undefined;
  readonly about: string;
  readonly selected: CaseResult | undefined;
  readonly onSelect: (result: CaseResult) => void;
}): ReactElement {
  if (!result) return <span className="px-1.5 text-muted">…</span>;
  return (
    <button
      {...ROW_STOP}
      data-run={result.run.name}
      type="button"
      aria-pressed={result === selected}
      title={about}
      className="flex w-full rounded p-0.5 text-left hover:bg-raised aria-pressed:outline-2 aria-pressed:outline-accent"
      onClick={() => onSelect(result)}
    >
      <CaseVerdict result={result} />
      <span className="sr-only">, {about}</span>
    </button>
  );
}

function isAt({ faults: [fault] }: CaseResult, { point, match, nth }: Place): boolean {
  return (
    fault?.point === point && fault.match === match && "nth" in fault.when && fault.when.nth === nth
  );
}

function resultAt(
  results: readonly CaseResult[],
  place: Place,
  kind: SweptKind,
): CaseResult | undefined {
  return results.find((result) => result.faults[0]?.kind === kind && isAt(result, place));
}

function worstAt(results: readonly CaseResult[], place: Place): number {
  const here = results.filter((result) => isAt(result, place)).map(severity);
  return Math.min(STANDINGS.length, ...here);
}
