/** One line of what happened in an execution. */
import {
  BookOpenCheck,
  CirclePause,
  CircleX,
  Clock,
  FileDiff,
  Globe,
  MessageSquare,
  PenLine,
  Play,
  Repeat2,
  ShieldAlert,
  ShieldCheck,
  Unplug,
  Zap,
  type LucideIcon,
} from "lucide-react";
import { useEffect, useRef, type ReactElement } from "react";
import { ROW_STOP } from "../../components/arrow-keys.ts";
import type { TraceEvent, TraceType } from "../../../store/index.ts";
import { duration } from "../../components/format.ts";

type Tone = "plain" | "good" | "warn" | "bad" | "store";

const TONES: Record<Tone, string> = {
  plain: "text-muted",
  good: "text-good",
  warn: "text-warn",
  bad: "text-bad",
  store: "text-accent",
};

interface Line {
  readonly icon: LucideIcon;
  readonly tone: Tone;
  readonly text: string;
}

/** What an event says, in one text. */
export function textOfEvent(event: TraceEvent): string {
  const { error } = event;
  return `${lineOf(event).text}${error ? ` ${error.name}: ${error.message}` : ""}`;
}

export function TraceRow({
  event,
  startedAt,
  isSelected,
  isHovered,
  onSelect,
  onHover,
}: {
  readonly event: TraceEvent;
  readonly startedAt: number;
  readonly isSelected: boolean;
  /** The pointer is on it, here or in the timeline. */
  readonly isHovered: boolean;
  readonly onSelect: () => void;
  readonly onHover: (isOn: boolean) => void;
}): ReactElement {
  const { icon: Icon, tone, text } = lineOf(event);
  const row = useRef<HTMLLIElement>(null);
  // Selected elsewhere, it is brought into sight.
  useEffect(() => {
    if (isSelected) row.current?.scrollIntoView({ block: "nearest" });
  }, [isSelected]);
  return (
    <li ref={row}>
      <button
        {...ROW_STOP}
        type="button"
        aria-current={isSelected ? "step" : undefined}
        className={`grid w-full grid-cols-[64px_16px_1fr] items-start gap-x-2 px-3 py-0.5 text-left text-sm aria-[current]:bg-accent-soft ${isHovered ? "bg-raised" : ""}`}
        onPointerEnter={() => onHover(true)}
        onPointerLeave={() => onHover(false)}
        onClick={onSelect}
      >
        <span className="pt-px text-right font-mono text-xs text-muted tabular-nums">
          +{duration(event.at - startedAt)}
        </span>
        <Icon size={13} aria-hidden className={`mt-[3px] ${TONES[tone]}`} />
        <span className="min-w-0 break-words">
          {text}
          {event.error ? (
            <span className="text-bad">
              {" "}
              {event.error.name}: {event.error.message}
            </span>
          ) : null}
        </span>
      </button>
    </li>
  );
}

function lineOf(event: TraceEvent): Line {
  const { kind = "guard", alias = "", attempt, ms = 0, detail = "", outcome = "" } = event;
  const guard = `${kind} "${alias}"`;
  const nth = attempt === undefined ? "" : `, attempt ${attempt}`;
  const lines: Record<TraceType, () => Line> = {
    interrupted: () => ({
      icon: Unplug,
      tone: "bad",
      text: "A new server found the call and marked it interrupted.",
    }),
    "left-running": () => ({
      icon: ShieldAlert,
      tone: "warn",
      text:
        attempt === undefined
          ? `It ended while this was still running: ${detail}. Nothing of it is written any more.`
          : `Attempt ${attempt} of "${alias}" had ended, and what it left running does not begin this any more: ${detail}.`,
    }),
    held: () => ({ icon: Unplug, tone: "warn", text: `Not resumed by itself. ${detail}` }),
    "attempt-started": () => ({
      icon: Play,
      tone: "plain",
      text: `${guard} ran its callable${nth}${detail ? ` (${detail}: no record)` : ""}.`,
    }),
    "attempt-failed": () => ({ icon: CircleX, tone: "bad", text: `${guard} failed${nth}:` }),
    backoff: () => ({
      icon: Clock,
      tone: "plain",
      text: `${guard} backed off: its next attempt is due after ${duration(ms)}.`,
    }),
    "guard-stored": () => ({
      icon: ShieldCheck,
      tone: "good",
      text: `${guard} stored its result${nth}.`,
    }),
    "guard-failed": () => ({
      icon: ShieldAlert,
      tone: "bad",
      text: `${guard} failed for good${nth}:`,
    }),
    "guard-answered": () => ({
      icon: BookOpenCheck,
      tone: "store",
      text: `${guard} was answered from the store; it ran in execution ${detail}.`,
    }),
    "guard-refused": () => ({
      icon: ShieldAlert,
      tone: "warn",
      text: `${guard} was not run again: it failed before completing.`,
    }),
    "alias-reused": () => ({
      icon: Repeat2,
      tone: "warn",
      text: `The alias "${alias}" was used again: it is the same guard.`,
    }),
    "map-written": () => ({
      icon: PenLine,
      tone: outcome === "differs" ? "warn" : "plain",
      text: `Map ${event.map ?? ""}: ${detail}${WRITES[outcome] ?? ""}`,
    }),
    effect: () => ({
      icon: Globe,
      tone: outcome === "happened" ? "good" : "bad",
      text: outcome === "happened" ? `${detail} happened outside.` : `${detail}: ${outcome}.`,
    }),
    fault: () => ({
      icon: Zap,
      tone: "bad",
      text: `Injected at ${event.point ?? ""}: ${FAULTS[event.fault ?? ""] ?? event.fault ?? ""}${ms ? ` of ${duration(ms)}` : ""}.`,
    }),
    paused: () => ({
      icon: CirclePause,
      tone: "store",
      text: `It paused at ${event.point ?? ""}.`,
    }),
    continued: () => ({ icon: Play, tone: "store", text: `It went on after ${duration(ms)}.` }),
    "code-changed": () => ({
      icon: FileDiff,
      tone: "warn",
      text: changeOf(event, guard),
    }),
    "effect-validation": () => ({
      icon: Repeat2,
      tone: outcome === "same" ? "good" : "bad",
      text: outcome === "same" ? `${guard} did the same when run twice.` : `${guard}: ${detail}`,
    }),
    notification: () => ({ icon: MessageSquare, tone: "plain", text: `Notification: ${detail}.` }),
    "audit-failed": () => ({ icon: CircleX, tone: "warn", text: "The audit entry failed:" }),
  };
  return lines[event.type]();
}

/** What an execution before stored, and the code now asks for otherwise. */
function changeOf({ outcome, detail = "" }: TraceEvent, guard: string): string {
  if (outcome === "unasked") {
    return `${guard}, used in execution ${detail}, was never asked for: the code has changed, or took another way.`;
  }
  return outcome === "kind"
    ? `${guard} was of the other kind in execution ${detail}: the code has changed.`
    : `${guard}: what execution ${detail} stored no longer fits the schema: the code has changed.`;
}

const FAULTS: Record<string, string> = {
  retryable: "a retryable error",
  "non-retryable": "an error",
  "lose-response": "the response will be lost",
};

const WRITES: Record<string, string> = {
  applied: ".",
  deduplicated: ": skipped, it was written before.",
  differs: ": skipped, it was written before with something else, which stays.",
};
