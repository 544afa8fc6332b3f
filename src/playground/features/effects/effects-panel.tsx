/** Effects: the ledger of what really happened outside, duplicates marked. */
import { CopyX } from "lucide-react";
import type { ReactElement } from "react";
import { arrowKeys, ROW_STOP } from "../../components/arrow-keys.ts";
import type { LedgerRow } from "../../../store/index.ts";
import { Pager } from "../../components/pager.tsx";
import { Empty, Waiting } from "../../components/panel.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { shortId, show, timeOfDay } from "../../components/format.ts";
import { useLiveQuery } from "../../hooks/use-live-query.ts";
import { usePage } from "../../components/use-page.ts";
import { usePlace } from "../../hooks/use-location.ts";

export function EffectsPanel({ call }: { readonly call: string | null }): ReactElement {
  const page = usePage<number>();
  const { data: found, error } = useLiveQuery(
    ["ledger"],
    ["ledger", call, page.query],
    ({ world }) =>
      world.ledger.rows(call === null ? page.query : { invocation: call, limit: page.query.limit }),
    { keepPrevious: true, invocation: call ?? undefined },
  );
  if (!found || error) return <Waiting error={error} />;
  // The ledger reads from the top down, a page holds the newest first.
  const { rows: newest, hasNewer, hasOlder } = page.cut(found.toReversed());
  const rows = newest.toReversed();
  if (rows.length === 0) {
    return (
      <Empty>
        {call === null
          ? "Nothing has happened outside yet. Each time a service really does something, it is a row here: crash, retry or wipe the server as you like, the row stays."
          : "This call did nothing outside."}
      </Empty>
    );
  }
  return (
    <>
      <ol ref={arrowKeys} aria-label="Effects">
        {rows.map((row) => (
          <Effect key={row.seq} row={row} />
        ))}
      </ol>
      <Pager
        label="effects"
        page={page}
        first={newest[0]?.seq}
        last={newest.at(-1)?.seq}
        hasNewer={hasNewer}
        hasOlder={hasOlder && call === null}
      />
    </>
  );
}

function Effect({ row }: { readonly row: LedgerRow }): ReactElement {
  const [, setPlace] = usePlace();
  const { service, operation, occurrence, outcome, error, alias, attempt, validation } = row;
  return (
    <li className="flex flex-col gap-0.5 border-b border-line px-3 py-1.5">
      <div className="flex flex-wrap items-center gap-x-2">
        <span className="font-mono text-xs text-muted" title="The row's number in the ledger">
          #{row.seq}
        </span>
        <span className="font-mono text-sm font-medium">
          {service}.{operation}
        </span>
        <StateBadge state={outcome} />
        {occurrence > 1 && !validation ? (
          <span className="inline-flex items-center gap-1 rounded bg-bad-soft px-1.5 text-xs font-medium text-bad">
            <CopyX size={12} aria-hidden /> duplicate: time {occurrence}
          </span>
        ) : null}
        {validation ? (
          <span className="rounded bg-raised px-1.5 text-xs text-muted">effect validation</span>
        ) : null}
      </div>
      <code className="font-mono text-xs break-words text-muted">{show(row.request, 0)}</code>
      {error ? (
        <p className="text-xs text-bad">
          its caller got {error.name}: {error.message}
        </p>
      ) : null}
      <p className="text-xs text-muted">
        <button
          {...ROW_STOP}
          type="button"
          className="font-mono text-accent underline"
          onClick={() => void setPlace({ call: row.invocation })}
        >
          call {shortId(row.invocation)}
        </button>{" "}
        · execution {row.execution}
        {alias === undefined ? "" : ` · ${alias}, attempt ${attempt ?? 1}`} ·{" "}
        <span className="font-mono tabular-nums">{timeOfDay(row.at)}</span>
      </p>
    </li>
  );
}
