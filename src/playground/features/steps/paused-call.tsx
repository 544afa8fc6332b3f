/** A call that waits for the person: where it stands, what is written by then, and what each choice comes to. */
import { CirclePause, FastForward, StepForward, Unplug, WifiOff, Zap } from "lucide-react";
import { useId, useState, type ReactElement, type ReactNode } from "react";
import type { Decision, Pause } from "../../../host/index.ts";
import type { InvocationRecord } from "../../../store/index.ts";
import { Button } from "../../components/button.tsx";
import { plural } from "../../components/format.ts";
import { usePlayground, usePlaygroundPart } from "../../hooks/use-playground.ts";
import { POINT_WORDS } from "../../runtime/point-words.ts";
import { presets } from "../../runtime/presets.ts";
import { crashWords, failureWords, meaningOf, type Standing } from "./meaning.ts";

/** Errors that a service is known to throw; any other name may be typed. */
const ERRORS = [
  ...new Set([
    "NetworkError",
    "Error",
    ...presets.flatMap(({ faults }) => faults.flatMap(({ error }) => error ?? [])),
  ]),
];

export default function PausedCall({
  invocation,
}: {
  readonly invocation: InvocationRecord;
}): ReactElement | null {
  const pauses = usePlaygroundPart((state) => state.pauses);
  const own = pauses.filter((pause) => pause.invocation === invocation.id);
  const [last, setLast] = useState<Pause>();
  const pause = own[0] ?? last;
  if (pause && pause !== last) setLast(pause);
  if (!pause) return null;
  // On its way to its next point it stays, so that nothing moves, and a key can be pressed again.
  return <Paused {...{ pause, invocation }} isWaiting={own.length > 0} others={own.length - 1} />;
}

function Paused({
  pause,
  invocation,
  isWaiting,
  others,
}: {
  readonly pause: Pause;
  readonly invocation: InvocationRecord;
  readonly isWaiting: boolean;
  /** Branches of the same call that wait, too. */
  readonly others: number;
}): ReactElement {
  const playground = usePlayground();
  const [error, setError] = useState("NetworkError");
  const list = useId();
  const standing: Standing = { ...pause, guards: invocation.last.guards };
  const meaning = meaningOf(standing);
  const decide = (decision: Decision) => (): void => {
    if (isWaiting) playground.stepper.decide(pause.id, decision);
  };
  return (
    <section aria-label="Paused call" className="flex flex-col gap-1 text-sm">
      <p role="status" className="flex flex-wrap items-center gap-x-2">
        <CirclePause size={14} aria-hidden className={isWaiting ? "text-accent" : "text-muted"} />
        <b className="font-semibold">{isWaiting ? "Paused at" : "It went on from"}</b>{" "}
        <code className="font-mono text-xs font-medium">{pause.point}</code>{" "}
        <span className="text-muted">{POINT_WORDS[pause.point]}</span>{" "}
        <span className="font-mono text-xs">{placeOf(standing)}</span>
        {others > 0 ? (
          <span className="text-muted">{plural(others, "more branch", "more branches")} wait</span>
        ) : null}
      </p>
      <p>
        <b className="font-medium text-good">Written:</b> {meaning.written}.{" "}
        <b className="font-medium text-warn">Not yet:</b> {meaning.open}.
      </p>
      <ul
        aria-label="What can be done"
        className="grid grid-cols-[max-content_minmax(0,1fr)] items-center gap-x-2 gap-y-1"
      >
        <Choice
          name="Step"
          icon={<StepForward size={13} aria-hidden />}
          tone="primary"
          {...{ isWaiting }}
          onClick={decide("step")}
        >
          To the next point that this call passes.
        </Choice>
        <Choice
          name="Go on"
          icon={<FastForward size={13} aria-hidden />}
          {...{ isWaiting }}
          onClick={decide("go on")}
        >
          To the next breakpoint, or to its end.
        </Choice>
        <Choice
          name="Crash here"
          icon={<Unplug size={13} aria-hidden />}
          tone="danger"
          {...{ isWaiting }}
          onClick={decide({ kind: "crash" })}
        >
          {crashWords(meaning)}
        </Choice>
        <Choice
          name="Fail here"
          icon={<Zap size={13} aria-hidden />}
          {...{ isWaiting }}
          onClick={decide({
            kind: error === "NetworkError" ? "retryable" : "non-retryable",
            ...(error.trim() === "" ? {} : { error: error.trim() }),
          })}
        >
          <input
            className="field mr-2 inline-block! w-48 font-mono text-xs"
            aria-label="Error to fail with"
            list={list}
            value={error}
            onChange={({ target }) => setError(target.value)}
          />
          <datalist id={list}>
            {ERRORS.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
          {failureWords(standing, meaning)}
        </Choice>
        <Choice
          name="Lose the answer"
          icon={<WifiOff size={13} aria-hidden />}
          {...{ isWaiting }}
          onClick={decide({ kind: "lose-response" })}
        >
          It goes on to its end; the client is told that its request timed out.
        </Choice>
      </ul>
    </section>
  );
}

function Choice({
  name,
  icon,
  tone = "plain",
  isWaiting,
  onClick,
  children,
}: {
  readonly name: string;
  readonly icon: ReactNode;
  readonly tone?: "plain" | "primary" | "danger";
  readonly isWaiting: boolean;
  readonly onClick: () => void;
  /** What it comes to. */
  readonly children: ReactNode;
}): ReactElement {
  const words = useId();
  return (
    <li className="contents">
      <Button
        className={`justify-start! ${isWaiting ? "" : "opacity-60"}`}
        aria-describedby={words}
        // It keeps the focus while the call is on its way.
        aria-disabled={!isWaiting}
        {...{ icon, tone, onClick }}
      >
        {name}
      </Button>
      <span id={words} className="text-xs text-muted">
        {children}
      </span>
    </li>
  );
}

/** Within which guard, at which map, by which service. */
function placeOf({ alias, kind, attempt, map, service }: Standing): string {
  return [
    alias === undefined
      ? "in the tool's body"
      : `${kind ?? "guard"} "${alias}"${attempt === undefined ? "" : `, attempt ${attempt}`}`,
    ...(map === undefined ? [] : [`map ${map}`]),
    ...(service === undefined ? [] : [`service ${service}`]),
  ].join(" · ");
}
