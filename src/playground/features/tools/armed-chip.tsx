/** What is armed, in words, where the call is made. */
import { RotateCcw, X, Zap, ZapOff } from "lucide-react";
import type { ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import { useArmed } from "../../hooks/use-armed.ts";
import { usePlayground } from "../../hooks/use-playground.ts";

export default function ArmedChip(): ReactElement | null {
  const playground = usePlayground();
  const armed = useArmed();
  if (!armed) return null;
  const { name, faults, isSpent } = armed;
  const Icon = isSpent ? ZapOff : Zap;
  return (
    <span
      role="note"
      aria-label="Armed fault"
      className={`inline-flex min-w-0 items-center gap-1 rounded py-0.5 pl-1.5 text-xs font-medium ${isSpent ? "bg-raised text-muted" : "bg-warn-soft text-warn"}`}
    >
      <Icon size={12} aria-hidden className="shrink-0" />
      <span className="min-w-0">
        {isSpent ? "Spent" : "Armed"}: {name}
      </span>
      {isSpent ? (
        <Button
          tone="quiet"
          className="h-5! px-1!"
          aria-label="Arm it anew"
          title="Arm it anew."
          icon={<RotateCcw size={11} aria-hidden />}
          onClick={() =>
            void playground.settings.arm(
              name,
              faults.map(({ fault }) => fault),
            )
          }
        />
      ) : null}
      <Button
        tone="quiet"
        className="h-5! px-1!"
        aria-label="Disarm"
        title="Disarm: calls run as they are."
        icon={<X size={11} aria-hidden />}
        onClick={() => void playground.settings.arm("", [])}
      />
    </span>
  );
}
