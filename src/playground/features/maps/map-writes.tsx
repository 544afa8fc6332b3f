/** What one call wrote to maps, and what of it was skipped because it was written before. */
import type { ReactElement } from "react";
import { arrowKeys, ROW_STOP } from "../../components/arrow-keys.ts";
import { timeOfDay } from "../../components/format.ts";
import { Empty, Waiting } from "../../components/panel.tsx";
import { STEPS_READ } from "../../hooks/use-calls.ts";
import { useLiveQuery } from "../../hooks/use-live-query.ts";
import { usePlace } from "../../hooks/use-location.ts";

const OUTCOMES: Readonly<Record<string, { readonly word: string; readonly look: string }>> = {
  applied: { word: "written", look: "bg-good-soft text-good" },
  deduplicated: { word: "skipped: written before", look: "bg-accent-soft text-accent" },
  differs: { word: "skipped: the first write stays", look: "bg-warn-soft text-warn" },
};

export function MapWrites({ call }: { readonly call: string }): ReactElement {
  const [, setPlace] = usePlace();
  const { data: trace, error } = useLiveQuery(
    ["trace"],
    ["map writes", call],
    async ({ store }) =>
      (await store.readTrace({ invocation: call, limit: STEPS_READ })).filter(
        ({ type }) => type === "map-written",
      ),
    { invocation: call },
  );
  if (!trace || error) return <Waiting error={error} />;
  if (trace.length === 0) return <Empty>This call wrote to no map.</Empty>;
  return (
    <ul ref={arrowKeys} aria-label="Map writes">
      {trace.map(({ n, execution, at, map = "", alias, detail, outcome = "" }) => {
        const { word, look } = OUTCOMES[outcome] ?? { word: outcome, look: "bg-raised text-muted" };
        return (
          <li
            key={`${execution}.${n}`}
            className="flex flex-wrap items-baseline gap-x-2 border-b border-line px-3 py-1 text-sm"
          >
            <button
              {...ROW_STOP}
              type="button"
              className="font-mono text-accent underline"
              title="Show the map."
              onClick={() => void setPlace({ bottom: "maps", map, column: "true" })}
            >
              {map}
            </button>
            <span>{detail}</span>
            <span className={`rounded px-1.5 text-xs font-medium ${look}`}>{word}</span>
            <span className="ml-auto text-xs text-muted">
              execution {execution}
              {alias === undefined ? "" : ` · ${alias}`} ·{" "}
              <span className="font-mono tabular-nums">{timeOfDay(at)}</span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}
