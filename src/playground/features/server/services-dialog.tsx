/** The simulated services: how long they take, how often they fail and what they answer. Loaded when it is opened. */
import { useRef, useState, type ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { Empty, Waiting } from "../../components/panel.tsx";
import { TextField } from "../../components/text-field.tsx";
import { usePlayground, usePlaygroundState } from "../../hooks/use-playground.ts";
import { useSimulated } from "../../hooks/use-simulated.ts";
import type { Settings } from "../../../host/index.ts";
import type { Simulated } from "../../../world/index.ts";

type Change = Settings["simulations"][string];

/** A service that takes longer is a call that hangs, in milliseconds. */
const LONGEST_MS = 600_000;

export default function ServicesDialog({
  onClose,
}: {
  readonly onClose: () => void;
}): ReactElement {
  const { server, settings } = usePlaygroundState();
  const dialog = useRef<HTMLDialogElement>(null);
  const { data, error } = useSimulated();
  return (
    <Dialog dialog={dialog} title="Services" size="w-2xl" onClose={onClose}>
      <p className="mt-1 text-sm text-muted">
        What stands in for the services that the tools reach, as the code says unless it is changed
        here. What happens is in the ledger either way. A change holds at once, and over a reload.
      </p>
      {server !== "running" ? (
        <Empty>The services are the running server’s: start one first.</Empty>
      ) : data === undefined ? (
        <Waiting error={error} />
      ) : data.length === 0 ? (
        <Empty>
          This server simulates no service. One of your own does by
          world.simulate(“service.operation”, …).
        </Empty>
      ) : (
        <ul className="mt-3 flex flex-col gap-3">
          {data.map((simulated) => {
            const change = settings.simulations[simulated.name];
            return (
              <li key={simulated.name}>
                <Service {...{ simulated, change }} usualMs={settings.latencyMs} />
              </li>
            );
          })}
        </ul>
      )}
      <div className="mt-4 flex justify-end">
        <Button tone="primary" onClick={() => dialog.current?.close()}>
          Done
        </Button>
      </div>
    </Dialog>
  );
}

function Service({
  simulated: { name, answers, latencyMs, failureRate = 0 },
  change,
  usualMs,
}: {
  readonly simulated: Simulated;
  readonly change: Change | undefined;
  /** How long a service takes of which nothing is said. */
  readonly usualMs: number;
}): ReactElement {
  const playground = usePlayground();
  const { simulations } = usePlaygroundState().settings;
  const [latency, setLatency] = useState(change?.latencyMs?.toString() ?? "");
  const [failures, setFailures] = useState(
    change?.failureRate === undefined ? "" : String(Math.round(change.failureRate * 10_000) / 100),
  );
  const [canned, setCanned] = useState(change?.answers ? JSON.stringify(change.answers) : "");
  const [refusal, setRefusal] = useState<string>();
  const set = (next: Change): void => {
    const { [name]: _, ...others } = simulations;
    const isNone = Object.keys(next).length === 0;
    void playground.settings.configure({
      simulations: isNone ? others : { ...others, [name]: next },
    });
  };
  const apply = (): void => {
    const read = changeOf({ latency, failures, canned });
    if (typeof read === "string") setRefusal(read);
    else {
      setRefusal(undefined);
      set(read);
    }
  };
  const reset = (): void => {
    for (const empty of [setLatency, setFailures, setCanned]) empty("");
    setRefusal(undefined);
    set({});
  };
  return (
    <form
      aria-label={name}
      noValidate
      className="rounded border border-line p-2"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <h3 className="font-mono text-sm font-semibold">{name}</h3>
      <div className="mt-1 grid grid-cols-[112px_112px_minmax(0,1fr)] items-end gap-2 max-md:grid-cols-2">
        <TextField
          isCode
          label="Takes, ms"
          value={latency}
          placeholder={String(latencyMs ?? usualMs)}
          onChange={setLatency}
        />
        <TextField
          isCode
          label="Cannot be reached, %"
          value={failures}
          placeholder={String(failureRate * 100)}
          onChange={setFailures}
        />
        <div className="max-md:col-span-2">
          <TextField
            isCode
            label="Answers one of (a JSON array)"
            value={canned}
            placeholder={answers ? JSON.stringify(answers) : "as its code says"}
            onChange={setCanned}
          />
        </div>
      </div>
      <div className="mt-2 flex items-center gap-2">
        <Button type="submit">Apply</Button>
        <Button tone="quiet" disabled={change === undefined} onClick={reset}>
          As the code says
        </Button>
        <span role="status" className="text-xs text-muted">
          {change === undefined ? "As the code says." : "Changed."}
        </span>
      </div>
      {refusal === undefined ? null : (
        <p role="alert" className="mt-1 text-sm text-bad">
          {refusal}
        </p>
      )}
    </form>
  );
}

/** What was typed, empty fields left as the code says; in words where it is nothing that can be set. */
function changeOf({
  latency,
  failures,
  canned,
}: {
  readonly latency: string;
  readonly failures: string;
  readonly canned: string;
}): Change | string {
  const ms = Number(latency);
  if (latency.trim() !== "" && !(ms >= 0 && ms <= LONGEST_MS)) {
    return `A latency is a number of milliseconds from 0 to ${LONGEST_MS}, or empty.`;
  }
  const percent = Number(failures);
  if (failures.trim() !== "" && !(percent >= 0 && percent <= 100)) {
    return "How often it cannot be reached is a number from 0 to 100, or empty.";
  }
  let answers: unknown;
  try {
    answers = canned.trim() === "" ? undefined : JSON.parse(canned);
  } catch (error) {
    return `The answers are no JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (answers !== undefined && !(Array.isArray(answers) && answers.length > 0)) {
    return "The answers are a JSON array with at least one, of which each call gets one, or empty.";
  }
  return {
    ...(latency.trim() === "" ? {} : { latencyMs: ms }),
    ...(failures.trim() === "" ? {} : { failureRate: percent / 100 }),
    ...(Array.isArray(answers) ? { answers } : {}),
  };
}
