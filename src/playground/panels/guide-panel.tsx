/** The guided first minute, above everything until it is put away. */
import { Check, ChevronRight } from "lucide-react";
import { useState, type ReactElement, type ReactNode } from "react";
import { Button } from "../components/button.tsx";
import { Counts } from "../components/counts.tsx";
import { useCall, type CallSummary } from "../hooks/use-calls.ts";
import { usePlace } from "../hooks/use-location.ts";
import { usePlayground } from "../hooks/use-playground.ts";
import { useStoredState } from "../hooks/use-stored-state.ts";
import { chargeAndCrash, putBack, restartAndSettle, settingsIn } from "../runtime/guide.ts";

interface Step {
  readonly title: string;
  readonly done: boolean;
  /** What to do, while the step is the next one. */
  readonly task: string;
  readonly action: string;
  readonly act: () => Promise<void>;
  /** What was seen, when it is done. */
  readonly seen: ReactNode;
}

export default function GuidePanel({ onClose }: { readonly onClose: () => void }): ReactElement {
  const steps = useSteps();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const current = steps.findIndex(({ done }) => !done);
  return (
    <section
      aria-label="The first minute"
      className="rounded-md border border-line bg-panel px-3 py-2"
    >
      <div className="flex flex-wrap items-center gap-x-3">
        <h2 className="text-sm font-semibold">The first minute</h2>
        <p className="text-sm text-muted max-md:hidden">
          The server dies between charging a card and writing that down. What happens to the money?
        </p>
        <Button tone="quiet" className="ml-auto" onClick={onClose}>
          Hide
        </Button>
      </div>
      <ol className="mt-1 grid gap-2 md:grid-cols-4">
        {steps.map((step, index) => {
          const isNext = index === current;
          const look = isNext
            ? "border-accent bg-accent-soft"
            : step.done
              ? "border-line bg-raised"
              : "border-line max-md:hidden";
          return (
            <li
              key={step.title}
              aria-current={isNext ? "step" : undefined}
              className={`flex min-h-28 flex-col items-start gap-1 rounded border px-2.5 py-1.5 text-sm ${look} ${step.done && index < (current < 0 ? steps.length : current) - 1 ? "max-md:hidden" : ""}`}
            >
              <h3 className="flex items-center gap-1.5 font-semibold">
                <span className="inline-flex size-4 items-center justify-center rounded-full border border-strong text-xs tabular-nums">
                  {step.done ? <Check size={11} aria-label="done" /> : index + 1}
                </span>
                {step.title}
              </h3>
              <div className="flex-1">{step.done ? step.seen : step.task}</div>
              {isNext ? (
                <Button
                  tone="primary"
                  icon={<ChevronRight size={13} aria-hidden />}
                  disabled={busy}
                  onClick={() => {
                    setBusy(true);
                    setFailure(undefined);
                    step
                      .act()
                      .catch((error: unknown) =>
                        setFailure(error instanceof Error ? error.message : String(error)),
                      )
                      .finally(() => setBusy(false));
                  }}
                >
                  {step.action}
                </Button>
              ) : null}
            </li>
          );
        })}
      </ol>
      {failure === undefined ? null : (
        <p role="alert" className="mt-1 text-sm text-bad">
          {failure}
        </p>
      )}
    </section>
  );
}

function useSteps(): Step[] {
  const playground = usePlayground();
  const [, setPlace] = usePlace();
  const [guarded, setGuarded] = useStoredState("guide:guarded", "");
  /** The settings before the demonstration, as JSON. */
  const [before, setBefore] = useStoredState("guide:before", "");
  const [looked, setLooked] = useStoredState("guide:looked", "");
  const [bare, setBare] = useStoredState("guide:bare", "");
  const first = useCall(guarded || null).data;
  const second = useCall(bare || null).data;
  const resumed = hasEnded(first);
  const restore = async (): Promise<void> => {
    const settings = settingsIn(before);
    if (settings) await putBack(playground, settings);
    setBefore("");
  };

  return [
    {
      title: "Charge 25 USD, and crash",
      done: Boolean(first && first.effects > 0),
      task: "Call process_payment. The server is killed right after the bank has charged, before that is recorded.",
      action: "Charge and crash",
      act: async () => {
        const { id, before } = await chargeAndCrash(playground, "on");
        setGuarded(id);
        setBefore(JSON.stringify(before));
        await setPlace({ call: id, panel: "effects", scope: "call" });
      },
      seen: (
        <Seen summary={resumed ? null : first}>
          The bank charged. The server died without knowing: see the ledger, under Effects.
        </Seen>
      ),
    },
    {
      title: "Restart the server",
      done: resumed,
      task: "A new server finds the interrupted call in the journal and executes it again, all by itself.",
      action: "Restart",
      act: async () => {
        await restartAndSettle(playground, guarded);
        await restore();
      },
      seen: (
        <Seen summary={first}>
          The call ran again, the charge did not. It was answered: “failed before completing”.
        </Seen>
      ),
    },
    {
      title: "Find the guard that said so",
      done: resumed && looked !== "",
      task: "The atMostOnce guard was written to the store before the bank was called. Look at it.",
      action: "Show the guard",
      act: async () => {
        // The server may have been restarted by another button than this guide's.
        await restore();
        await setPlace({ call: guarded, panel: "guards", scope: "call", column: "true" });
        setLooked("yes");
      },
      seen: "It is started, not stored: whether the bank charged cannot be known, so it is never asked again. Retry the call and see.",
    },
    {
      title: "The same with the guards off",
      done: hasEnded(second),
      task: "Nothing is remembered now: charge, crash and restart once more.",
      action: "Charge without guards",
      act: async () => {
        const { id, before } = await chargeAndCrash(playground, "off");
        setBare(id);
        try {
          await setPlace({ call: id, panel: "effects", scope: "call" });
          await restartAndSettle(playground, id);
        } finally {
          await putBack(playground, before);
        }
      },
      seen: (
        <Seen summary={second}>
          Charged twice. Your settings are back as they were: now try to break the guards, with the
          faults.
        </Seen>
      ),
    },
  ];
}

function hasEnded(summary: CallSummary | null | undefined): boolean {
  const state = summary?.invocation.state;
  return state === "completed" || state === "failed";
}

function Seen({
  summary,
  children,
}: {
  readonly summary: CallSummary | null | undefined;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <>
      {children}{" "}
      {summary ? (
        <Counts
          calls={summary.calls}
          attempts={summary.attempts}
          effects={summary.effects}
          duplicated={summary.duplicated ?? false}
        />
      ) : null}
    </>
  );
}
