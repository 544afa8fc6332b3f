/** Where the code that went on with a call parts from the code that began it. Loaded when it does. */
import type { ReactElement } from "react";
import type { TraceEvent } from "../../../store/index.ts";
import { Json } from "../../components/json.tsx";
import { Notice } from "../../components/panel.tsx";
import { useLiveQuery } from "../../hooks/use-live-query.ts";

export default function CodeChanged({
  call,
  changes,
}: {
  readonly call: string;
  /** The last execution's events that tell of it, in their order. */
  readonly changes: readonly TraceEvent[];
}): ReactElement {
  const { data: guards = [] } = useLiveQuery(
    ["guards"],
    ["guards", call, "all"],
    ({ store }) => store.readGuards({ invocation: call, limit: 1000 }),
    { invocation: call },
  );
  return (
    <Notice
      tone="warn"
      title={`Execution ${changes[0]?.execution ?? ""} ran other code than the guards were stored by.`}
    >
      <p>
        What is stored stays as it is. Give a guard that changed another alias, or let the code ask
        for what is stored; then retry the call.
      </p>
      <table className="w-full table-fixed text-left text-xs" aria-label="Where the code parts">
        <thead>
          <tr>
            {["Guard", "What is stored", "What the code asked for"].map((title) => (
              <th key={title} scope="col" className="label py-0.5 pr-2">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => {
            const stored = guards.find(({ alias }) => alias === change.alias);
            return (
              <tr key={change.n} className="border-t border-line align-top">
                <th scope="row" className="py-1 pr-2 font-mono font-medium break-words">
                  {change.alias}
                </th>
                <td className="py-1 pr-2">
                  {stored ? `${stored.kind}, ${stored.state} in execution ${stored.execution}` : ""}
                  {stored?.state === "stored" ? <Json value={stored.value} /> : null}
                </td>
                <td className="py-1 break-words">{askedFor(change)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Notice>
  );
}

function askedFor({ outcome, kind, error }: TraceEvent): string {
  switch (outcome) {
    case "kind":
      return `${kind ?? "a guard"}: refused, for an alias belongs to one kind of guard.`;
    case "schema":
      return `${kind ?? "a guard"}, by a schema that refuses what is stored: ${error?.message ?? ""}`;
    default:
      return "Nothing: its body ended without it. The code has changed, or took another way.";
  }
}
