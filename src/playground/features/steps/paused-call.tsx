/** A call that waits for the person: where it stands, what is written by then, and what each choice comes to. */
import { CirclePause, FastForward, StepForward, Unplug, WifiOff, Zap } from "lucide-react";
import { useId, useLayoutEffect, useRef, useState, type ReactElement, type ReactNode } from "react";
import type { Decision, Pause } from "../../../host/index.ts";
import type { InvocationRecord } from "../../../store/index.ts";
import { Button } from "../../components/button.tsx";
import { Select } from "../../components/select.tsx";
import { usePlayground, usePlaygroundPart } from "../../hooks/use-playground.ts";
import { POINT_WORDS } from "../../runtime/point-words.ts";
import { presetsOf } from "../../runtime/presets.ts";
import { crashWords, failureWords, meaningOf, type Standing } from "./meaning.ts";

export default function PausedCall({
  invocation,
}: {
  readonly invocation: InvocationRecord;
}): ReactElement | null {
  const pauses = usePlaygroundPart((state) => state.pauses);
  const own = pauses.filter((pause) => pause.invocation === invocation.id);
  const [chosen, setChosen] = useState<Pause>();
  const waiting = own.find(({ id }) => id === chosen?.id) ?? own[0];
  if (waiting && waiting !== chosen) setChosen(waiting);
  // On its way to its next point it stays, so that nothing moves, and a key can be pressed again.
  const pause = waiting ?? chosen;
  if (!pause) return null;
  return (
    <Paused {...{ pause, invocation }} isWaiting={waiting !== undefined}>
      {own.length > 1 ? (
        <Select
          label="Branch that waits"
          value={String(pause.id)}
          options={own.map((one) => [String(one.id), `${one.point} · ${placeOf(one)}`] as const)}
          onChange={(chosen) => setChosen(own.find(({ id }) => String(id) === chosen))}
        />
      ) : null}
    </Paused>
  );
}

function Paused({
  pause,
  invocation,
  isWaiting,
  children,
}: {
  readonly pause: Pause;
  readonly invocation: InvocationRecord;
  readonly isWaiting: boolean;
  /** Which of the call's branches it is. */
  readonly children: ReactNode;
}): ReactElement {
  const playground = usePlayground();
  const { example } = playground;
  const isAwaited = usePlaygroundPart(
    ({ client }) => client.get(invocation.id)?.state === "waiting",
  );
  const isArmed = usePlaygroundPart(({ settings }) => settings.plan !== undefined);
  const [error, setError] = useState("NetworkError");
  const list = useId();
  const standing: Standing = { ...pause, guards: invocation.last.guards };
  const { written, open } = meaningOf(standing);
  const decide = (decision: Decision) => (): void => {
    playground.stepper.decide(pause.id, decision);
  };
  const section = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const shown = section.current;
    // Its call has ended: a focus that stood in it goes to what is above it, not to nothing.
    return () => {
      if (!shown?.contains(document.activeElement)) return;
      const above = shown.closest("footer")?.previousElementSibling;
      if (above instanceof HTMLElement) above.focus();
    };
  }, []);
  const armed = isArmed ? " A fault that is armed for this point strikes first." : "";
  return (
    <section ref={section} aria-label="Paused call" className="flex flex-col gap-1 text-sm">
      <p role="status" className="flex flex-wrap items-center gap-x-2">
        <CirclePause size={14} aria-hidden className={isWaiting ? "text-accent" : "text-muted"} />
        <b className="font-semibold">{isWaiting ? "Paused at" : "It went on from"}</b>{" "}
        <code className="font-mono text-xs font-medium">{pause.point}</code>{" "}
        <span className="text-muted">{POINT_WORDS[pause.point]}</span>{" "}
        <span className="font-mono text-xs">{placeOf(pause)}</span>
      </p>
      {children}
      <p className={isWaiting ? "" : "invisible"}>
        <b className="font-medium text-good">Written:</b> {written}.{" "}
        <b className="font-medium text-warn">Not written:</b> {open}.
      </p>
      <ul
        aria-label="What can be done"
        className="grid grid-cols-[max-content_minmax(0,1fr)] items-center gap-x-2 gap-y-1"
      >
        <Choice
          name="Step"
          icon={<StepForward size={13} aria-hidden />}
          tone="primary"
          isOpen={isWaiting}
          onClick={decide("step")}
        >
          To the next point that this call passes.{armed}
        </Choice>
        <Choice
          name="Go on"
          icon={<FastForward size={13} aria-hidden />}
          isOpen={isWaiting}
          onClick={decide("go on")}
        >
          To the next breakpoint, or to its end.{armed}
        </Choice>
        <Choice
          name="Crash here"
          icon={<Unplug size={13} aria-hidden />}
          tone="danger"
          isOpen={isWaiting}
          onClick={decide({ kind: "crash" })}
        >
          {crashWords(standing)}
        </Choice>
        <Choice
          name="Fail here"
          icon={<Zap size={13} aria-hidden />}
          isOpen={isWaiting}
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
            {errorsOf(example.name).map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
          {failureWords(standing)}
        </Choice>
        <Choice
          name="Lose the answer"
          icon={<WifiOff size={13} aria-hidden />}
          isOpen={isWaiting && isAwaited}
          onClick={decide({ kind: "lose-response" })}
        >
          {isAwaited
            ? "It goes on to the next breakpoint or its end; the client is told that its request timed out."
            : "No client waits for the answer any more."}
        </Choice>
      </ul>
    </section>
  );
}

/** Errors that a service of the example is known to throw; any other name may be typed. */
function errorsOf(example: string): readonly string[] {
  const known = presetsOf(example).flatMap(({ faults }) =>
    faults.flatMap(({ error }) => error ?? []),
  );
  return [...new Set(["NetworkError", "Error", ...known])];
}

function Choice({
  name,
  icon,
  tone = "plain",
  isOpen,
  onClick,
  children,
}: {
  readonly name: string;
  readonly icon: ReactNode;
  readonly tone?: "plain" | "primary" | "danger";
  readonly isOpen: boolean;
  readonly onClick: () => void;
  /** What it comes to. */
  readonly children: ReactNode;
}): ReactElement {
  const words = useId();
  return (
    <li className="contents">
      <Button
        className={`justify-start! ${isOpen ? "" : "opacity-60"}`}
        aria-describedby={words}
        // It keeps the focus while the call is on its way.
        aria-disabled={!isOpen}
        {...{ icon, tone }}
        onClick={() => isOpen && onClick()}
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
function placeOf({ alias, kind, attempt, map, service }: Pause): string {
  return [
    alias === undefined
      ? "in the tool's body"
      : `${kind ?? "guard"} "${alias}"${attempt === undefined ? "" : `, attempt ${attempt}`}`,
    ...(map === undefined ? [] : [`map ${map}`]),
    ...(service === undefined ? [] : [`service ${service}`]),
  ].join(" · ");
}
