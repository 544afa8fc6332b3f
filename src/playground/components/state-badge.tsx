/** States, told apart by shape and word as well as by colour. */
import {
  Ban,
  CircleCheck,
  CircleDashed,
  CircleDot,
  CirclePause,
  CircleX,
  LoaderCircle,
  Power,
  PowerOff,
  Unplug,
  type LucideIcon,
} from "lucide-react";
import type { ReactElement } from "react";

const LOOKS: Record<string, readonly [LucideIcon, string]> = {
  running: [LoaderCircle, "bg-accent-soft text-accent"],
  paused: [CirclePause, "bg-accent-soft text-accent"],
  up: [Power, "bg-good-soft text-good"],
  starting: [LoaderCircle, "bg-accent-soft text-accent"],
  started: [CircleDot, "bg-warn-soft text-warn"],
  completed: [CircleCheck, "bg-good-soft text-good"],
  stored: [CircleCheck, "bg-good-soft text-good"],
  answered: [CircleCheck, "bg-good-soft text-good"],
  failed: [CircleX, "bg-bad-soft text-bad"],
  crashed: [Unplug, "bg-bad-soft text-bad"],
  interrupted: [Unplug, "bg-warn-soft text-warn"],
  unanswered: [Unplug, "bg-warn-soft text-warn"],
  cancelled: [Ban, "bg-raised text-muted"],
  absent: [CircleDashed, "bg-raised text-muted"],
  stopped: [PowerOff, "bg-raised text-muted"],
};

export function StateBadge({
  state,
  label = state,
}: {
  readonly state: string;
  readonly label?: string;
}): ReactElement {
  const [Icon, tone] = LOOKS[state] ?? [CircleDashed, "bg-raised text-muted"];
  const turning = state === "running" || state === "starting" ? "turning" : "";
  return (
    <span
      className={`inline-flex items-center gap-1 rounded px-1.5 text-xs font-medium whitespace-nowrap ${tone}`}
    >
      <Icon size={12} aria-hidden className={turning} />
      {label}
    </span>
  );
}
