/** Where calls pause: at every point, or at some. */
import { CirclePause } from "lucide-react";
import { useRef, useState, type ReactElement } from "react";
import { ROW_STOP } from "../../components/arrow-keys.ts";
import { FAULT_POINTS } from "../../../durable/index.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { plural } from "../../components/format.ts";
import { TextField } from "../../components/text-field.tsx";
import { usePlayground, usePlaygroundPart } from "../../hooks/use-playground.ts";
import { pausingOf, type Breakpoint } from "../../runtime/breakpoints.ts";
import { POINT_WORDS } from "../../runtime/point-words.ts";

/** Two rows among the presets of faults. */
export default function Breakpoints(): ReactElement {
  const playground = usePlayground();
  const breakpoints = usePlaygroundPart(({ settings }) => settings.breakpoints);
  const [choosing, setChoosing] = useState(false);
  const { chosen, isEvery, switched } = pausingOf(breakpoints);
  const set = (points: readonly Breakpoint[]): void =>
    void playground.settings.configure({ breakpoints: [...points] });
  return (
    <div role="group" aria-label="Stepping">
      <h3 className="label px-1.5 py-0.5">Stepping</h3>
      <Row
        pressed={isEvery}
        about="Each call waits for you at every point that it passes."
        onClick={() => set(switched)}
      >
        Pause at every point
      </Row>
      <Row
        pressed={!isEvery && chosen.length > 0}
        opensDialog
        about="Choose the points at which calls wait for you."
        onClick={() => setChoosing(true)}
      >
        {chosen.length > 0
          ? `Pause at ${plural(chosen.length, "point")}…`
          : "Pause at chosen points…"}
      </Row>
      {choosing ? (
        <ChooseDialog breakpoints={chosen} onChoose={set} onClose={() => setChoosing(false)} />
      ) : null}
    </div>
  );
}

function Row({
  pressed,
  opensDialog = false,
  about,
  onClick,
  children,
}: {
  readonly pressed: boolean;
  readonly opensDialog?: boolean;
  readonly about: string;
  readonly onClick: () => void;
  readonly children: string;
}): ReactElement {
  return (
    <button
      {...ROW_STOP}
      type="button"
      aria-pressed={pressed}
      aria-haspopup={opensDialog ? "dialog" : undefined}
      title={about}
      className="flex w-full items-start gap-1.5 rounded px-1.5 py-0.5 text-left text-sm hover:bg-raised aria-pressed:bg-accent-soft aria-pressed:font-medium"
      onClick={onClick}
    >
      <CirclePause
        size={12}
        aria-hidden
        className={`mt-[3px] shrink-0 ${pressed ? "text-accent" : "text-muted"}`}
      />
      <span>{children}</span>
    </button>
  );
}

function ChooseDialog({
  breakpoints,
  onChoose,
  onClose,
}: {
  readonly breakpoints: readonly Breakpoint[];
  readonly onChoose: (points: readonly Breakpoint[]) => void;
  readonly onClose: () => void;
}): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  const [points, setPoints] = useState<ReadonlySet<string>>(
    new Set(breakpoints.map(({ point }) => point)),
  );
  const [alias, setAlias] = useState(breakpoints[0]?.match?.alias ?? "");
  const toggle = (point: string): void => {
    const others = [...points].filter((name) => name !== point);
    setPoints(new Set(points.has(point) ? others : [...others, point]));
  };
  // The end of the body is in no guard.
  const isOut = (point: string): boolean => point === "call:before-response" && alias.trim() !== "";
  const ticked = FAULT_POINTS.filter((point) => points.has(point) && !isOut(point));
  return (
    <Dialog dialog={dialog} title="Where calls pause" size="w-lg" onClose={onClose}>
      <form
        className="mt-2 flex flex-col gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          const match = alias.trim() === "" ? {} : { match: { alias: alias.trim() } };
          onChoose(ticked.map((point) => ({ point, ...match })));
          dialog.current?.close();
        }}
      >
        <fieldset className="flex flex-col gap-1">
          <legend className="sr-only">Points</legend>
          {FAULT_POINTS.map((point) => (
            <label key={point} className="flex items-baseline gap-2 text-sm">
              <input
                type="checkbox"
                checked={ticked.includes(point)}
                disabled={isOut(point)}
                onChange={() => toggle(point)}
              />
              <span>
                <code className="font-mono text-xs font-medium">{point}</code>{" "}
                <span className="text-muted">{POINT_WORDS[point]}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <TextField label="Only guard (alias, optional)" value={alias} onChange={setAlias} />
        <p className="text-sm text-muted">
          A call waits there, outside of any transaction, until you step, let it go on, or make it
          fail or crash. A reload of the page is a crash.
        </p>
        <div className="flex justify-end gap-2">
          <Button onClick={() => dialog.current?.close()}>Cancel</Button>
          <Button type="submit" tone="primary">
            {ticked.length === 0 ? "Pause at none of them" : "Pause there"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
