/** Faults: the plan that is armed, presets for the classic cases, and faults of one's own. */
import { Plus, X, Zap } from "lucide-react";
import { useState, type ReactElement } from "react";
import { arrowKeys, ROW_STOP } from "../../components/arrow-keys.ts";
import { errorNameOf, type Fault } from "../../../durable/index.ts";
import { Button } from "../../components/button.tsx";
import { Empty, Panel } from "../../components/panel.tsx";
import { plural } from "../../components/format.ts";
import { part } from "../../components/part.tsx";
import { useArmed, type Armed } from "../../hooks/use-armed.ts";
import { usePlayground, usePlaygroundState } from "../../hooks/use-playground.ts";
import { presetsOf, type Preset } from "../../runtime/presets.ts";
import { Breakpoints } from "../steps/index.ts";
import type { PlannedFault } from "../../../host/index.ts";

const OwnFaultDialog = part(() => import("./own-fault-dialog.tsx"));

/** Presets of what is shown, and those of any tool. */
const GROUPS = [
  ["This server", (preset: Preset) => preset.example !== undefined],
  ["Any tool", (preset: Preset) => preset.example === undefined],
] as const;

export default function FaultsPanel(): ReactElement {
  const playground = usePlayground();
  const { plan } = usePlaygroundState().settings;
  const armed = useArmed();
  const [text, setText] = useState("");
  const [adding, setAdding] = useState(false);
  const presets = presetsOf(playground.example.name).filter(({ name, about }) =>
    `${name} ${about}`.toLowerCase().includes(text.toLowerCase()),
  );
  return (
    <Panel
      title="Faults"
      footer={armed ? <ArmedPlan armed={armed} /> : undefined}
      actions={
        <>
          <input
            className="field w-28"
            aria-label="Find a fault"
            placeholder="Find a fault"
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
          <Button
            tone="quiet"
            icon={<Plus size={13} aria-hidden />}
            title="A fault of your own: at which point, what, how often."
            onClick={() => setAdding(true)}
          >
            Own fault…
          </Button>
        </>
      }
    >
      <div ref={arrowKeys} className="flex flex-col gap-1 p-1.5" role="group" aria-label="Presets">
        {GROUPS.map(([title, isOf]) => {
          const group = presets.filter(isOf);
          if (group.length === 0) return null;
          return (
            <div key={title} role="group" aria-label={title}>
              <h3 className="label px-1.5 py-0.5">{title}</h3>
              {group.map(({ id, name, about, faults }) => {
                const isChosen = plan?.name === name;
                const isArmed = isChosen && armed?.isSpent !== true;
                return (
                  <button
                    key={id}
                    {...ROW_STOP}
                    type="button"
                    aria-pressed={isArmed}
                    title={about}
                    className="flex w-full items-start gap-1.5 rounded px-1.5 py-0.5 text-left text-sm hover:bg-raised aria-pressed:bg-warn-soft aria-pressed:font-medium"
                    onClick={() =>
                      void (isArmed
                        ? playground.settings.arm("", [])
                        : playground.settings.arm(name, faults))
                    }
                  >
                    <Zap
                      size={12}
                      aria-hidden
                      className={`mt-[3px] shrink-0 ${isArmed ? "text-warn" : "text-muted"}`}
                    />
                    <span>
                      {name}
                      {/* Also when it is spent: nothing moves in the middle of a call. */}
                      {isChosen ? (
                        <span className="block text-xs font-normal text-muted">{about}</span>
                      ) : null}
                    </span>
                  </button>
                );
              })}
            </div>
          );
        })}
        {text === "" ? <Breakpoints /> : null}
        {presets.length === 0 ? <Empty>No fault has that name. Make one of your own.</Empty> : null}
      </div>
      {adding ? <OwnFaultDialog onClose={() => setAdding(false)} /> : null}
    </Panel>
  );
}

function ArmedPlan({ armed: { name, faults, isSpent } }: { readonly armed: Armed }): ReactElement {
  const playground = usePlayground();
  return (
    <div className="flex max-h-40 flex-col gap-1 overflow-auto">
      <p className="flex items-center gap-2">
        <span className="label min-w-0 truncate">
          {isSpent ? "Spent" : "Armed"}: {name}
        </span>
        <Button
          tone="quiet"
          className="ml-auto"
          onClick={() => void playground.settings.arm("", [])}
        >
          Disarm all
        </Button>
      </p>
      <ul aria-label="Armed faults" className="flex flex-col gap-1">
        {faults.map(({ id, fault, passed, isSpent }, index) => (
          <li
            key={id}
            className="flex items-start gap-2 rounded border border-line bg-raised px-2 py-0.5 text-sm"
          >
            <span className="min-w-0 flex-1">
              {sentence(fault)}
              {/* Room for what it says when it is spent: nothing moves in the middle of a call. */}
              <span className="block min-h-8 text-xs text-muted">
                {passed === 0
                  ? "Its point was not passed yet."
                  : `Its point was passed ${plural(passed, "time")}.`}{" "}
                {isSpent ? "It will not strike again; arm it anew to repeat." : ""}
              </span>
            </span>
            <Button
              tone="quiet"
              aria-label={`Remove fault ${index + 1}`}
              icon={<X size={13} aria-hidden />}
              onClick={() => void playground.settings.removeFault(id)}
            />
          </li>
        ))}
      </ul>
    </div>
  );
}

function sentence(fault: PlannedFault): string {
  const { kind, point, match = {}, when, ms } = fault;
  const what =
    kind === "latency"
      ? `wait ${ms ?? 0} ms`
      : kind.endsWith("retryable")
        ? `throw ${errorNameOf(fault as Fault)}`
        : kind === "lose-response"
          ? "lose the response"
          : kind;
  const often =
    "nth" in when
      ? when.nth === 1
        ? "the first time"
        : `time ${when.nth}`
      : "first" in when
        ? `the first ${when.first} times`
        : "every" in when
          ? "every time"
          : `with probability ${when.probability}`;
  const where = Object.entries(match).map(([name, value]) => `${name} ${String(value)}`);
  return `At ${point}${where.length ? ` (${where.join(", ")})` : ""}: ${what}, ${often}.`;
}
