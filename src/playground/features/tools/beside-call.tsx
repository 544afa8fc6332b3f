/** Beside the button that calls: the same step by step, and what is armed, in words. Loaded after the page. */
import { RotateCcw, StepForward, X, Zap, ZapOff } from "lucide-react";
import type { ReactElement } from "react";
import { uuidv7 } from "../../../durable/index.ts";
import { Button } from "../../components/button.tsx";
import { useArmed } from "../../hooks/use-armed.ts";
import { usePlace } from "../../hooks/use-location.ts";
import { usePlayground } from "../../hooks/use-playground.ts";

export default function BesideCall({
  tool,
  args,
}: {
  readonly tool: string;
  readonly args: Record<string, unknown>;
}): ReactElement {
  const playground = usePlayground();
  const [, setPlace] = usePlace();
  const stepThrough = (): void => {
    const id = uuidv7();
    void playground.stepper.stepInto(id, () => {
      void setPlace({ call: playground.client.call(tool, args, id), column: "happened" });
      return playground.until(({ client }) => client.get(id)?.state !== "waiting");
    });
  };
  return (
    <>
      <Button
        icon={<StepForward size={13} aria-hidden />}
        title="Call it, and pause at its first point."
        onClick={stepThrough}
      >
        Step through
      </Button>
      <ArmedChip />
    </>
  );
}

function ArmedChip(): ReactElement | null {
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
