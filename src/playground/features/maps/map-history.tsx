/** Goes back through a map's writes: the range below is shown as it was then, and cannot be changed. */
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useId, type ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import { dayAndTime, plural, shortId } from "../../components/format.ts";
import { useLiveQuery } from "../../hooks/use-live-query.ts";
import { useMapRange, usePlace } from "../../hooks/use-location.ts";

/** A slider has a stop for each write of a map that has at most so many. */
const MOST_STOPS = 200;

export function MapHistory({ map }: { readonly map: string }): ReactElement | null {
  const [{ moment }, setRange] = useMapRange();
  const [, setPlace] = usePlace();
  const ticks = useId();
  const { data } = useLiveQuery(
    ["maps"],
    ["history", map, moment],
    async ({ store }) => {
      const [[newest], [oldest], [at, previous], [next], writes] = await Promise.all([
        store.readWrites({ map, limit: 1 }),
        store.readWrites({ map, limit: 1, after: 0 }),
        store.readWrites({ map, limit: 2, before: moment === null ? undefined : moment + 1 }),
        moment === null ? [] : store.readWrites({ map, limit: 1, after: moment }),
        store.readWrites({ map, limit: MOST_STOPS + 1 }),
      ]);
      // The oldest first; none where there are too many to stop at each.
      const stops = writes.length > MOST_STOPS ? [] : writes.map(({ seq }) => seq).reverse();
      return { newest, oldest, at, previous, next, stops };
    },
    { map, keepPrevious: true },
  );
  if (data && !data.newest) return null;
  // What is not read yet has its room: nothing below moves when it comes.
  const { newest, oldest, at, previous, next, stops = [] } = data ?? {};
  /** The slider goes by the writes of this map, where it has a stop for each. */
  const seqOf = (value: number): number => (stops.length > 0 ? (stops[value] ?? 0) : value);
  const valueOf = (seq: number): number =>
    stops.length > 0
      ? Math.max(
          0,
          stops.findLastIndex((stop) => stop <= seq),
        )
      : seq;
  // By the writes' numbers: their times may go back with the clock.
  const [from, to] = [oldest?.seq ?? 0, newest?.seq ?? 0];
  const shown = moment === null ? to : Math.max(from, Math.min(moment, to));
  const nth =
    stops.length > 0 ? `write ${valueOf(shown) + 1} of ${stops.length}` : `write number ${shown}`;
  const when = at === undefined ? "before the first write" : dayAndTime(at.at);
  const origin = at?.origin.invocation;
  return (
    <section aria-label="History" className="min-w-0">
      <div className="flex flex-wrap items-center gap-1">
        <h3 className="label">History</h3>
        <input
          type="range"
          aria-label="Moment"
          aria-valuetext={`${nth}, ${moment === null ? "now" : when}`}
          className="w-64 min-w-24"
          list={ticks}
          min={valueOf(from)}
          max={valueOf(to)}
          value={valueOf(shown)}
          disabled={from === to && moment === null}
          onChange={({ target }) =>
            // The last write is now, and stays so when more is written.
            void setRange({
              moment: seqOf(Number(target.value)) >= to ? null : seqOf(Number(target.value)),
            })
          }
        />
        <datalist id={ticks}>
          {stops.map((seq, index) => (
            <option key={seq} value={index} />
          ))}
        </datalist>
        <span className="w-28 text-xs text-muted tabular-nums">{data ? nth : ""}</span>
        <Button
          tone="quiet"
          aria-label="The write before"
          icon={<ChevronLeft size={13} aria-hidden />}
          disabled={!previous}
          onClick={() => void setRange({ moment: previous?.seq ?? null })}
        />
        <Button
          tone="quiet"
          aria-label="The write after"
          icon={<ChevronRight size={13} aria-hidden />}
          disabled={!next}
          onClick={() => void setRange({ moment: next?.seq ?? null })}
        />
        <Button
          pressed={moment === null}
          title="Show the map as it is now, live."
          onClick={() => void setRange({ moment: null })}
        >
          Now
        </Button>
      </div>
      {moment === null ? null : (
        <p role="status" className="min-h-4 text-xs text-muted">
          {data ? (
            <>
              As it was {at === undefined ? `${when}. ` : `on ${when}, `}
              {at === undefined ? null : (
                <>
                  after {at.method} of {plural(at.count, "key")}{" "}
                  {origin === undefined ? (
                    "by hand"
                  ) : (
                    <button
                      type="button"
                      className="font-mono text-accent underline"
                      onClick={() => void setPlace({ call: origin })}
                    >
                      by call {shortId(origin)}
                    </button>
                  )}
                  .{" "}
                </>
              )}
              Nothing can be changed there.
            </>
          ) : null}
        </p>
      )}
    </section>
  );
}
