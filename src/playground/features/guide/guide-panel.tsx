/** The guided first minute, above everything until it is put away. */
import { Check, ChevronRight, RotateCcw } from "lucide-react";
import { useState, type ReactElement, type ReactNode } from "react";
import { useStoredState } from "../../browser/use-stored-state.ts";
import { Button } from "../../components/button.tsx";
import { Counts } from "../../components/counts.tsx";
import { plural } from "../../components/format.ts";
import { VerdictBadge } from "../../components/verdict-badge.tsx";
import { useCall, type CallSummary } from "../../hooks/use-calls.ts";
import { usePlace } from "../../hooks/use-location.ts";
import { usePlayground } from "../../hooks/use-playground.ts";
import { chargeAndCrash, putBack, restartAndSettle, settingsIn } from "./guide.ts";

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

export interface GuidePanelProps {
  readonly onClose: () => void;
  readonly onExplore: () => void;
}

export default function GuidePanel({ onClose, onExplore }: GuidePanelProps): ReactElement {
  const { steps, guarded, bare, again } = useSteps();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const current = steps.findIndex(({ done }) => !done);
  const isOver = current < 0;
  return (
    <section
      aria-label="The first minute"
      className="h-52 shrink-0 overflow-auto md:h-62 lg:h-44 rounded-md border border-line bg-panel px-3 py-2"
      // A region that scrolls must be reachable by the keyboard.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
    >
      <div className="flex flex-wrap items-center gap-x-3">
        <h2 className="text-sm font-semibold">The first minute</h2>
        <p className="min-w-0 flex-1 truncate text-sm text-muted max-md:hidden">
          {isOver
            ? "The same payment, the same crash: what became of the money."
            : "The server dies between charging a card and writing that down. What happens to the money?"}
        </p>
        <span className="ml-auto flex items-center">
          <Button
            tone="quiet"
            className={isOver ? "" : "invisible"}
            icon={<RotateCcw size={12} aria-hidden />}
            onClick={again}
          >
            Play it again
          </Button>
          <Button tone="quiet" onClick={onClose}>
            Hide
          </Button>
        </span>
      </div>
      {/* What a step came to is told to who does not see it, too. */}
      <div role="status" aria-label="What was seen">
        {isOver && guarded && bare ? (
          <Outcomes {...{ guarded, bare, onExplore }} />
        ) : (
          <ol className="mt-1 grid gap-2 md:grid-cols-4">
            {steps.map((step, index) => {
              const isNext = index === current;
              const look = isNext
                ? "border-accent bg-accent-soft"
                : step.done
                  ? "border-line bg-raised max-md:hidden"
                  : "border-line max-md:hidden";
              return (
                <li
                  key={step.title}
                  aria-current={isNext ? "step" : undefined}
                  className={`flex min-h-28 flex-col items-start gap-1 rounded border px-2.5 py-1.5 text-sm ${look}`}
                >
                  <h3 className="flex items-center gap-1.5 font-semibold">
                    <span className="inline-flex size-4 items-center justify-center rounded-full border border-strong text-xs tabular-nums">
                      {step.done ? <Check size={11} aria-label="done" /> : index + 1}
                    </span>
                    {step.title}
                  </h3>
                  <div className="flex-1">
                    {/* A narrow page shows the next step alone. */}
                    {isNext && index > 0 ? (
                      <span className="mb-1 block text-muted md:hidden">
                        {steps[index - 1]?.seen}
                      </span>
                    ) : null}
                    {step.done ? step.seen : step.task}
                  </div>
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
        )}
      </div>
      {failure === undefined ? null : (
        <p role="alert" className="mt-1 text-sm text-bad">
          {failure}
        </p>
      )}
    </section>
  );
}

function useSteps() {
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

  const steps: Step[] = [
    {
      title: "Charge 25 USD, and crash",
      done: Boolean(first && first.effects > 0),
      task: "Call process_payment. The server is killed right after the bank has charged, before that is recorded.",
      action: "Charge and crash",
      act: async () => {
        const { id, before } = await chargeAndCrash(playground, "on");
        setGuarded(id);
        setBefore(JSON.stringify(before));
        await setPlace({ call: id, panel: "effects" });
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
        await setPlace({ call: guarded, panel: "guards", column: "happened" });
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
          await setPlace({ call: id, panel: "effects" });
          await restartAndSettle(playground, id);
        } finally {
          await putBack(playground, before);
        }
      },
      seen: <Seen summary={second}>Charged twice.</Seen>,
    },
  ];
  const again = (): void => {
    for (const forget of [setGuarded, setLooked, setBare]) forget("");
    void setPlace({ call: null });
  };
  return { steps, guarded: first, bare: second, again };
}

/** Both ends side by side, what the first asks of the caller, and what to try next. */
function Outcomes({
  guarded,
  bare,
  onExplore,
}: {
  readonly guarded: CallSummary;
  readonly bare: CallSummary;
  readonly onExplore: () => void;
}): ReactElement {
  return (
    <div className="mt-1 grid grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)] gap-2 md:grid-cols-3">
      <Outcome title="With guards" summary={guarded} action="Ask the bank">
        It was not asked again, and the answer says “failed before completing”: whether the bank
        charged is not in it. The caller looks the payment up at the bank by its transaction id.
      </Outcome>
      <Outcome title="Without guards" summary={bare} action="Show both charges">
        Nothing remembered the first charge, so the resumed call charged again: two entries in the
        bank’s ledger, 50 USD taken for a payment of 25.
      </Outcome>
      <div className="flex flex-col items-start gap-1 rounded border border-line px-2.5 py-1.5 text-sm max-md:col-span-2">
        <h3 className="font-semibold">And now</h3>
        <p className="flex-1 max-md:hidden">
          Try to break it: let the call that stands in the form fail in every way at once, or arm a
          fault and call the tool yourself. Your settings are as they were.
        </p>
        <Button tone="primary" icon={<ChevronRight size={13} aria-hidden />} onClick={onExplore}>
          Explore every failure
        </Button>
      </div>
    </div>
  );
}

function Outcome({
  title,
  summary,
  action,
  children,
}: {
  readonly title: string;
  readonly summary: CallSummary;
  readonly action: string;
  readonly children: ReactNode;
}): ReactElement {
  const [, setPlace] = usePlace();
  const { invocation, judgement, effects } = summary;
  return (
    <div className="flex flex-col items-start gap-1 rounded border border-line bg-raised px-1.5 py-1.5 text-sm md:px-2.5">
      <h3 className="flex flex-wrap items-center gap-2 font-semibold">
        {title}: charged {plural(effects, "time")}
        {judgement ? <VerdictBadge judgement={judgement} /> : null}
      </h3>
      {/* A narrow page shows both ends side by side; the chosen call says why. */}
      <p className="flex-1 max-md:hidden">{children}</p>
      <Button
        className="mt-auto"
        onClick={() => void setPlace({ call: invocation.id, panel: "effects", column: "happened" })}
      >
        {action}
      </Button>
    </div>
  );
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
          atLeast={summary.atLeast}
          effects={summary.effects}
          duplicated={summary.duplicated}
        />
      ) : null}
    </>
  );
}
