/** What a verdict asks of the caller. */
import type { ReactElement } from "react";
import type { GuardRecord, InvocationRecord, Judgement, LedgerRow } from "../../../store/index.ts";
import { show } from "../../components/format.ts";
import { Notice } from "../../components/panel.tsx";
import { STEPS_READ } from "../../hooks/use-calls.ts";
import { useLiveQuery } from "../../hooks/use-live-query.ts";
import { usePlace } from "../../hooks/use-location.ts";

/** Whether there is something that the verdict asks of the caller. */
export function asksSomething({ verdict }: Judgement): boolean {
  return verdict === "done twice" || verdict === "unknown";
}

/** What a verdict asks of the caller; it stands below, so that nothing moves when it comes. */
export function WhatItMeans({
  judgement: { verdict },
  invocation: { id, last },
}: {
  readonly judgement: Judgement;
  readonly invocation: InvocationRecord;
}): ReactElement | null {
  if (verdict === "done twice") return <WhyTwice id={id} />;
  if (verdict !== "unknown") return null;
  return <AskTheService id={id} isLost={last.responseLost ?? false} />;
}

/** What the caller asks the service about, and what the ledger, which plays the service here, says of it. */
function AskTheService({
  id,
  isLost,
}: {
  readonly id: string;
  /** The tool was done, and its answer did not arrive. */
  readonly isLost: boolean;
}): ReactElement | null {
  const [, setPlace] = usePlace();
  const { rows, guards } = useEvidence(id);
  if (!rows || !guards) return null;
  if (isLost && guards.length > 0 && guards.every(({ state }) => state === "stored")) {
    return (
      <Notice tone="warn" role="note" title="The answer was lost on its way: retry the call.">
        Its guards have stored what was done. A retry of this invocation does nothing again, and is
        given the answer.
      </Notice>
    );
  }
  const real = rows.filter(({ validation }) => !validation);
  const happened = real.filter(({ outcome }) => outcome !== "refused" && outcome !== "uncertain");
  const services = [...new Set(real.map(({ service }) => service))];
  const asked = services.length === 0 ? "the service" : `the ${services.join(" and the ")}`;
  return (
    <Notice tone="warn" role="note" title={`From the answer alone nobody can tell: ask ${asked}.`}>
      <p>
        A caller that must know looks it up by what it sent
        {real[0] ? (
          <>
            {" "}
            (
            <code className="font-mono text-xs [overflow-wrap:anywhere]">
              {show(real[0].request, 0, 160)}
            </code>
            )
          </>
        ) : null}
        . Here the ledger is the service:{" "}
        {happened.length === 0
          ? "it happened not at all."
          : `${happened.map(({ service, operation }) => `${service}.${operation}`).join(", ")} happened.`}{" "}
        <button
          type="button"
          className="text-accent underline"
          onClick={() => void setPlace({ panel: "effects" })}
        >
          Show its effects
        </button>
      </p>
    </Notice>
  );
}

/** An effect happened twice: the page says whose fault it was. */
function WhyTwice({ id }: { readonly id: string }): ReactElement | null {
  const { rows, guards } = useEvidence(id);
  const real = rows?.filter(({ validation }) => !validation) ?? [];
  const again = real.find(({ occurrence }) => occurrence > 1);
  const first = real.find(
    ({ alias, service, error }) => alias === again?.alias && service === again?.service && error,
  );
  if (!again || !guards) return null;
  const guard = guards.find(({ alias }) => alias === again.alias);
  return (
    <Notice tone="bad" title={`${again.service}.${again.operation} happened more than once.`}>
      {whyTwice(again, guard, first?.error?.name)}
    </Notice>
  );
}

/** @param thrown the error that the first of them ended in, by name */
function whyTwice(
  { alias }: LedgerRow,
  guard: GuardRecord | undefined,
  thrown = "a retryable error",
): string {
  if (alias === undefined)
    return "No guard stood around it: nothing remembered that it had happened, so the next execution did it again. What must not happen twice belongs into atMostOnce.";
  if (!guard)
    return "The guards were off: nothing remembered that it had happened, so the next execution did it again.";
  if (guard.kind === "atLeastOnce")
    return `atLeastOnce "${alias}" runs until it has succeeded, so it may happen again. Use atMostOnce for what must not.`;
  return `The callable of "${alias}" threw ${thrown} after it had already happened. A retryable error says that nothing happened, so the guard ran it again: the fault is the callable's.`;
}

/** What a verdict rests on: the call's rows in the ledger, and its guards. */
function useEvidence(id: string) {
  const { data: rows } = useLiveQuery(
    ["ledger"],
    ["effects", id],
    ({ world }) => world.ledger.rows({ invocation: id, limit: STEPS_READ }),
    { invocation: id },
  );
  const { data: guards } = useLiveQuery(
    ["guards"],
    ["guards", id],
    ({ store }) => store.readGuards({ invocation: id, limit: STEPS_READ }),
    { invocation: id },
  );
  return { rows, guards };
}
