/** Every two failures together: what became of each pair, filtered, a page at a time. */
import { useState, type ReactElement, type ReactNode } from "react";
import { arrowKeys, ROW_STOP } from "../../components/arrow-keys.ts";
import type { CaseResult } from "../../../explore/index.ts";
import { Button } from "../../components/button.tsx";
import { plural } from "../../components/format.ts";
import { Select } from "../../components/select.tsx";
import type { ExploreState } from "../../runtime/explorer.ts";
import { textOfCase } from "../../runtime/case-text.ts";
import { CaseVerdict, standingWord } from "./case-verdict.tsx";
import { severity, STANDINGS, standingOf, tallyOf } from "./case-words.ts";

const PAGE = 50;

export function Pairs({
  state: { pairs, fewest },
  selected,
  onSelect,
  detail,
}: {
  readonly state: ExploreState;
  readonly selected: CaseResult | undefined;
  readonly onSelect: (result: CaseResult) => void;
  readonly detail: ReactNode;
}): ReactElement | null {
  const [standing, setStanding] = useState("");
  const [text, setText] = useState("");
  const [shown, setShown] = useState(PAGE);
  if (pairs.length === 0) return null;
  const tally = tallyOf(pairs);
  const found = pairs
    .filter(
      (pair) =>
        (standing === "" || standingOf(pair) === standing) &&
        (text === "" || textOfCase(pair).toLowerCase().includes(text.toLowerCase())),
    )
    .toSorted((a, b) => severity(a) - severity(b));
  return (
    <section aria-label="Pairs" className="flex flex-col gap-1 text-sm">
      <div className="flex flex-wrap items-center gap-2">
        <h3 className="font-semibold">Two failures together, guards on</h3>
        <Select
          label="Verdict of the pairs"
          value={standing}
          options={[
            ["", `any verdict (${pairs.length})`],
            ...STANDINGS.filter((known) => tally.has(known)).map(
              (known) => [known, `${standingWord(known)} (${tally.get(known) ?? 0})`] as const,
            ),
          ]}
          onChange={setStanding}
        />
        <input
          className="field w-48"
          aria-label="Text in the pairs"
          placeholder="point, alias or kind"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <span role="status" className="text-xs text-muted">
          {plural(found.length, "pair")}
        </span>
      </div>
      <ul ref={arrowKeys} aria-label="Pairs">
        {found.slice(0, shown).map((pair) => {
          const fewer = fewest.get(pair);
          return (
            <li key={pair.run.name} className="border-b border-line">
              <button
                {...ROW_STOP}
                type="button"
                aria-pressed={pair === selected}
                className="grid w-full grid-cols-[176px_minmax(0,1fr)] items-start gap-2 px-1 py-0.5 text-left hover:bg-raised aria-pressed:bg-accent-soft"
                onClick={() => onSelect(pair)}
              >
                <span>
                  <CaseVerdict result={pair} />
                </span>
                <span className="text-xs">
                  {textOfCase(pair)}
                  {fewer === undefined || fewer === pair ? "" : `. Enough: ${textOfCase(fewer)}`}
                </span>
              </button>
              {pair === selected ? detail : null}
            </li>
          );
        })}
      </ul>
      {found.length > shown ? (
        <div>
          <Button onClick={() => setShown(shown + PAGE)}>
            Show {Math.min(PAGE, found.length - shown)} more of {found.length}
          </Button>
        </div>
      ) : null}
    </section>
  );
}
