/** A fault of one's own, added to the plan. Loaded when it is first opened. */
import { useRef, useState, type ReactElement } from "react";
import {
  FAULT_KINDS,
  FAULT_POINTS,
  type FaultKind,
  type FaultPoint,
} from "../../../durable/index.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { Select } from "../../components/select.tsx";
import { TextField } from "../../components/text-field.tsx";
import { usePlayground } from "../../hooks/use-playground.ts";
import { useSimulated } from "../../hooks/use-simulated.ts";
import { POINT_WORDS } from "../../runtime/point-words.ts";
import { faultSchema } from "../../../host/index.ts";

/** What the number beside each way of striking is. */
const NUMBERS = {
  nth: "Which time",
  first: "How many times",
  every: "",
  probability: "Probability (0 to 1)",
} as const;

const WHENS = ["nth", "first", "every", "probability"] as const;

export default function OwnFaultDialog({
  onClose,
}: {
  readonly onClose: () => void;
}): ReactElement {
  const playground = usePlayground();
  const dialog = useRef<HTMLDialogElement>(null);
  const [point, setPoint] = useState<FaultPoint>("guard:before-store");
  const [kind, setKind] = useState<FaultKind>("crash");
  const [when, setWhen] = useState<(typeof WHENS)[number]>("nth");
  const [number, setNumber] = useState("1");
  const [alias, setAlias] = useState("");
  const [service, setService] = useState("");
  const services = useServices();
  // What was chosen stays, though the server is gone that had it.
  const offered = service === "" || services.includes(service) ? services : [...services, service];
  const [error, setError] = useState("");
  const [ms, setMs] = useState("1000");
  const [refusal, setRefusal] = useState<string>();

  const add = (): void => {
    const match = { ...(alias ? { alias } : {}), ...(service ? { service } : {}) };
    const parsed = faultSchema.safeParse({
      point,
      kind,
      when: when === "every" ? { every: true } : { [when]: Number(number) },
      ...(Object.keys(match).length > 0 ? { match } : {}),
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
    dialog.current?.close();
  };

  return (
    <Dialog dialog={dialog} title="A fault of your own" size="w-lg" onClose={onClose}>
      <form
        className="mt-2 grid grid-cols-2 gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <Select
          label="Point"
          above
          className="w-full"
          value={point}
          options={FAULT_POINTS.map((name) => [name, `${name}: ${POINT_WORDS[name]}`])}
          onChange={(chosen) => {
            setPoint(chosen);
            // Only an effect is a service's.
            if (!chosen.startsWith("effect:")) setService("");
          }}
        />
        <Select
          label="Kind"
          above
          className="w-full"
          value={kind}
          options={FAULT_KINDS}
          onChange={setKind}
        />
        <Select
          label="When"
          above
          className="w-full"
          value={when}
          options={WHENS}
          onChange={setWhen}
        />
        {when === "every" ? (
          <span />
        ) : (
          <TextField
            label={NUMBERS[when]}
            value={number}
            onChange={setNumber}
            inputMode="decimal"
          />
        )}
        <TextField label="Only alias (optional)" value={alias} onChange={setAlias} />
        {point.startsWith("effect:") ? (
          <Select
            label="Only service"
            above
            className="w-full"
            value={service}
            options={[["", "any"], ...offered.map((name) => [name, name] as const)]}
            onChange={setService}
          />
        ) : null}
        {kind.endsWith("retryable") ? (
          <TextField label="Error class (optional)" value={error} onChange={setError} />
        ) : null}
        {kind === "latency" ? (
          <TextField label="Milliseconds" value={ms} onChange={setMs} inputMode="decimal" />
        ) : null}
        {refusal === undefined ? null : (
          <p role="alert" className="col-span-2 text-sm text-bad">
            {refusal}
          </p>
        )}
        <div className="col-span-2 mt-2 flex justify-end gap-2">
          <Button onClick={() => dialog.current?.close()}>Cancel</Button>
          <Button type="submit" tone="primary">
            Add to the plan
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** The services that the running server simulates, as faults name them: without their operations. */
function useServices(): readonly string[] {
  const { data = [] } = useSimulated();
  return [...new Set(data.map(({ name }) => name.split(".")[0] ?? name))];
}
