/** Faults: the plan that is armed, presets for the classic cases, and faults of one's own. */
import { Plus, X } from "lucide-react";
import { useState, type ReactElement } from "react";
import { errorNameOf, FAULT_KINDS, FAULT_POINTS, type Fault } from "../../durable/index.ts";
import { Button } from "../components/button.tsx";
import { Panel } from "../components/panel.tsx";
import { plural } from "../format.ts";
import { useLiveQuery } from "../hooks/use-live-query.ts";
import { usePlayground, usePlaygroundState } from "../hooks/use-playground.ts";
import { presetsOf } from "../runtime/presets.ts";
import { faultSchema, type PlannedFault } from "../runtime/settings.ts";

export default function FaultsPanel(): ReactElement {
  const playground = usePlayground();
  const { settings } = usePlaygroundState();
  const { plan } = settings;
  return (
    <Panel
      title="Faults"
      actions={
        plan ? (
          <Button tone="quiet" onClick={() => void playground.settings.arm("", [])}>
            Disarm
          </Button>
        ) : null
      }
      footer={
        plan ? (
          <ArmedPlan />
        ) : (
          <p className="text-sm text-muted">
            Nothing is armed: calls run as they are. Pick a case.
          </p>
        )
      }
    >
      <div className="flex flex-col gap-3 p-3">
        <div className="flex flex-col gap-1" role="group" aria-label="Presets">
          {presetsOf(playground.example.name).map(({ id, name, about, faults }) => (
            <button
              key={id}
              type="button"
              aria-pressed={plan?.name === name}
              className="rounded border border-line px-2 py-1 text-left hover:bg-raised aria-pressed:border-accent aria-pressed:bg-accent-soft"
              onClick={() => void playground.settings.arm(name, faults)}
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
  const faults = plan?.faults ?? [];
  const { data: passed } = useLiveQuery(
    ["hits"],
    ["hits", faults.map(({ id }) => id)],
    async ({ store }) => {
      const hits = await Promise.all(faults.map(({ id }) => store.readHits(id)));
      return hits.map((counts) => counts.get(0) ?? 0);
    },
  );
  if (!plan) return null;
  const spent = faults.every(({ fault }, index) => isSpent(fault, passed?.[index] ?? 0));
  return (
    <div className="flex flex-col gap-1">
      <p className="label">
        {spent ? "Spent" : "Armed"}: {plan.name}
      </p>
      <ul aria-label="Armed faults" className="flex max-h-32 flex-col gap-1 overflow-auto">
        {faults.map(({ id, fault }, index) => {
          const count = passed?.[index] ?? 0;
          return (
            <li
              key={id}
              className="flex items-start gap-2 rounded border border-line bg-raised px-2 py-1 text-sm"
            >
              <span className="min-w-0 flex-1">
                {sentence(fault)}
                <span className="block text-xs text-muted">
                  {count === 0
                    ? "Its point was not passed yet."
                    : `Its point was passed ${plural(count, "time")}.`}{" "}
                  {isSpent(fault, count) ? "It will not strike again; arm it anew to repeat." : ""}
                </span>
              </span>
              <Button
                tone="quiet"
                aria-label={`Remove fault ${index + 1}`}
                icon={<X size={13} aria-hidden />}
                onClick={() => void playground.settings.removeFault(id)}
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

/** What the number beside each way of striking is. */
const NUMBERS = {
  nth: "Which time",
  first: "How many times",
  every: "",
  probability: "Probability (0 to 1)",
} as const;

/** Where each point is, in words. */
const POINT_WORDS: Readonly<Record<string, string>> = {
  "guard:before-start": "before the guard's first write",
  "guard:started": "started is stored, the callable not entered",
  "effect:before": "before the outside thing happens",
  "effect:after": "it happened, the server does not know yet",
  "guard:before-store": "the callable resolved, nothing stored",
  "guard:stored": "the result is stored, not yet returned",
  "map:before-commit": "before a map is written",
  "map:committed": "after a map was written",
  "call:before-response": "the tool returned, the response has not left",
};

const WHENS = ["nth", "first", "every", "probability"] as const;

/** A fault of one's own, added to the plan. */
function OwnFault(): ReactElement {
  const playground = usePlayground();
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
        kind === "latency" && !(ms.trim() !== "" && Number(ms) >= 0)
          ? "Milliseconds is a number of 0 or more."
          : when === "probability"
            ? "A probability is a number from 0 to 1."
            : `${NUMBERS[when]} is a whole number of 1 or more.`,
      );
      return;
    }
    setRefusal(undefined);
    void playground.settings.addFault(parsed.data);
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
        <Choice
          label="Point"
          value={point}
          options={FAULT_POINTS}
          words={POINT_WORDS}
          onChange={setPoint}
        />
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
          <Text label={NUMBERS[when]} value={number} onChange={setNumber} mode="decimal" />
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
  words,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly words?: Readonly<Record<string, string>>;
  readonly onChange: (value: string) => void;
}): ReactElement {
  return (
    <label className="flex min-w-0 flex-col gap-0.5">
      <span className="label">{label}</span>
      <select className="field" value={value} onChange={({ target }) => onChange(target.value)}>
        {options.map((option) => (
          <option key={option} value={option}>
            {option}
            {words?.[option] ? `: ${words[option]}` : ""}
          </option>
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
