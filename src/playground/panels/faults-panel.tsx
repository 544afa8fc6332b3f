/** Faults: the plan that is armed, presets for the classic cases, and faults of one's own. */
import { Plus, X } from "lucide-react";
import { useState, type ReactElement } from "react";
import { errorNameOf, FAULT_KINDS, FAULT_POINTS, type Fault } from "../../durable/index.ts";
import { Button } from "../components/button.tsx";
import { Panel } from "../components/panel.tsx";
import { plural } from "../format.ts";
import { useLiveQuery } from "../hooks/use-live-query.ts";
import { usePlayground, usePlaygroundState } from "../hooks/use-playground.ts";
import { presets } from "../runtime/presets.ts";
import { faultSchema, type PlannedFault } from "../runtime/settings.ts";

export function FaultsPanel(): ReactElement {
  const playground = usePlayground();
  const { settings } = usePlaygroundState();
  const { plan } = settings;
  return (
    <Panel
      title="Faults"
      actions={
        plan ? (
          <Button tone="quiet" onClick={() => void playground.arm("", [])}>
            Disarm
          </Button>
        ) : null
      }
    >
      <div className="flex flex-col gap-3 p-3">
        {plan ? (
          <ArmedPlan />
        ) : (
          <p className="text-sm text-muted">
            Nothing is armed: calls run as they are. Pick a case.
          </p>
        )}
        <div className="flex flex-col gap-1" role="group" aria-label="Presets">
          {presets.map(({ id, name, about, faults }) => (
            <button
              key={id}
              type="button"
              aria-pressed={plan?.name === name}
              className="rounded border border-line px-2 py-1 text-left hover:bg-raised aria-pressed:border-accent aria-pressed:bg-accent-soft"
              onClick={() => void playground.arm(name, [...faults])}
            >
              <span className="block text-sm font-medium">{name}</span>
              <span className="block text-xs text-muted">{about}</span>
            </button>
          ))}
        </div>
        <OwnFault />
      </div>
    </Panel>
  );
}

function ArmedPlan(): ReactElement | null {
  const playground = usePlayground();
  const plan = usePlaygroundState().settings.plan;
  const { data: hits } = useLiveQuery(["hits"], ["hits", plan?.id], ({ store }) =>
    store.readHits(plan?.id ?? ""),
  );
  if (!plan) return null;
  const remove = (index: number): void => {
    void playground.arm(plan.name, plan.faults.toSpliced(index, 1));
  };
  return (
    <div className="flex flex-col gap-1">
      <p className="label">Armed: {plan.name}</p>
      <ul aria-label="Armed faults" className="flex flex-col gap-1">
        {plan.faults.map((fault, index) => {
          const passed = hits?.get(index) ?? 0;
          return (
            <li
              key={index}
              className="flex items-start gap-2 rounded border border-line bg-raised px-2 py-1 text-sm"
            >
              <span className="min-w-0 flex-1">
                {sentence(fault)}
                <span className="block text-xs text-muted">
                  {passed === 0
                    ? "Its point was not passed yet."
                    : `Its point was passed ${plural(passed, "time")}.`}{" "}
                  {isSpent(fault, passed) ? "It will not strike again; arm it anew to repeat." : ""}
                </span>
              </span>
              <Button
                tone="quiet"
                aria-label={`Remove fault ${index + 1}`}
                icon={<X size={13} aria-hidden />}
                onClick={() => remove(index)}
              />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function isSpent({ when }: PlannedFault, passed: number): boolean {
  if ("nth" in when) return passed >= when.nth;
  return "first" in when && passed >= when.first;
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

const WHENS = ["nth", "first", "every", "probability"] as const;

/** A fault of one's own, added to the plan. */
function OwnFault(): ReactElement {
  const playground = usePlayground();
  const plan = usePlaygroundState().settings.plan;
  const [point, setPoint] = useState<string>("guard:before-store");
  const [kind, setKind] = useState<string>("crash");
  const [when, setWhen] = useState<(typeof WHENS)[number]>("nth");
  const [number, setNumber] = useState("1");
  const [alias, setAlias] = useState("");
  const [error, setError] = useState("");
  const [ms, setMs] = useState("1000");
  const [refusal, setRefusal] = useState<string>();

  const add = (): void => {
    const parsed = faultSchema.safeParse({
      point,
      kind,
      when: when === "every" ? { every: true } : { [when]: Number(number) },
      ...(alias ? { match: { alias } } : {}),
      ...(error && kind.endsWith("retryable") ? { error } : {}),
      ...(kind === "latency" ? { ms: Number(ms) } : {}),
    });
    if (!parsed.success) {
      setRefusal(
        when === "probability"
          ? "A probability is a number from 0 to 1, and a latency one of 0 or more."
          : "How often is a whole number of 1 or more, and a latency one of 0 or more.",
      );
      return;
    }
    setRefusal(undefined);
    void playground.arm(plan?.name ?? "My own", [...(plan?.faults ?? []), parsed.data]);
  };

  return (
    <details className="rounded border border-line">
      <summary className="px-2 py-1 text-sm font-medium">A fault of your own</summary>
      <form
        className="grid grid-cols-2 gap-2 p-2"
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <Choice label="Point" value={point} options={FAULT_POINTS} onChange={setPoint} />
        <Choice label="Kind" value={kind} options={FAULT_KINDS} onChange={setKind} />
        <Choice
          label="When"
          value={when}
          options={WHENS}
          onChange={(value) => setWhen(WHENS.find((known) => known === value) ?? "nth")}
        />
        {when === "every" ? (
          <span />
        ) : (
          <Text label="How often" value={number} onChange={setNumber} mode="decimal" />
        )}
        <Text label="Only alias (optional)" value={alias} onChange={setAlias} />
        {kind.endsWith("retryable") ? (
          <Text label="Error class (optional)" value={error} onChange={setError} />
        ) : null}
        {kind === "latency" ? (
          <Text label="Milliseconds" value={ms} onChange={setMs} mode="decimal" />
        ) : null}
        {refusal === undefined ? null : (
          <p role="alert" className="col-span-2 text-sm text-bad">
            {refusal}
          </p>
        )}
        <Button type="submit" className="col-span-2" icon={<Plus size={13} aria-hidden />}>
          Add to the plan
        </Button>
      </form>
    </details>
  );
}

function Choice({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly onChange: (value: string) => void;
}): ReactElement {
  return (
    <label className="flex min-w-0 flex-col gap-0.5">
      <span className="label">{label}</span>
      <select className="field" value={value} onChange={({ target }) => onChange(target.value)}>
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    </label>
  );
}

function Text({
  label,
  value,
  onChange,
  mode = "text",
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly mode?: "text" | "decimal";
}): ReactElement {
  return (
    <label className="flex min-w-0 flex-col gap-0.5">
      <span className="label">{label}</span>
      <input
        className="field"
        inputMode={mode}
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
    </label>
  );
}
