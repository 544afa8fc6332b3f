/** What a person sets for an example, beyond what stands in the bar. Loaded when it is first opened. */
import { useId, useRef, useState, type ReactElement, type ReactNode } from "react";
import { useKeys } from "../../browser/use-keys.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { usePlayground, usePlaygroundState } from "../../hooks/use-playground.ts";
import { KeepData } from "./keep-data.tsx";

export default function SettingsDialog({
  onClose,
}: {
  readonly onClose: () => void;
}): ReactElement {
  const playground = usePlayground();
  const { settings } = usePlaygroundState();
  const [keys, setKeys] = useKeys();
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <Dialog dialog={dialog} title="Settings of this example" onClose={onClose}>
      <div className="mt-3 flex flex-col gap-3">
        <Switch
          label="Skip delays"
          on={settings.delays === "skip"}
          onChange={(on) => void playground.settings.configure({ delays: on ? "skip" : "real" })}
        >
          Retry delays and the latencies of services take no time.
        </Switch>
        <Switch
          label="Validate effects"
          on={settings.effectValidation}
          onChange={(effectValidation) => void playground.settings.configure({ effectValidation })}
        >
          Every atLeastOnce callable is run twice, and what differs is reported.
        </Switch>
        <Switch label="Single keys" on={keys} onChange={setKeys}>
          A key alone acts where nothing is typed into, in every example: the commands (Ctrl K) name
          them.
        </Switch>
        <KeepRecordings />
        <KeepData />
      </div>
      <div className="mt-4 flex justify-end">
        <Button tone="primary" onClick={() => dialog.current?.close()}>
          Done
        </Button>
      </div>
    </Dialog>
  );
}

function Switch({
  label,
  on,
  onChange,
  children,
}: {
  readonly label: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
  readonly children: ReactNode;
}): ReactElement {
  const id = useId();
  return (
    <div className="grid grid-cols-[16px_1fr] items-baseline gap-x-2">
      <input
        id={id}
        type="checkbox"
        checked={on}
        aria-describedby={`${id}-about`}
        onChange={({ target }) => onChange(target.checked)}
      />
      <label htmlFor={id}>{label}</label>
      <p id={`${id}-about`} className="col-start-2 text-sm text-muted">
        {children}
      </p>
    </div>
  );
}

function KeepRecordings(): ReactElement {
  const playground = usePlayground();
  const { keepRecordings } = usePlaygroundState().settings;
  const id = useId();
  const [typed, setTyped] = useState(keepRecordings?.toString() ?? "");
  const [refusal, setRefusal] = useState<string>();
  const isApplied = typed === (keepRecordings?.toString() ?? "");
  /** Trimming cannot be taken back: it begins when the number is there, not while it is typed. */
  const apply = (): void => {
    const count = Number(typed);
    if (typed !== "" && !(Number.isSafeInteger(count) && count > 0)) {
      setRefusal("This must be a whole number from 1 on, or empty to keep all.");
      return;
    }
    setRefusal(undefined);
    void playground.settings.configure({ keepRecordings: typed === "" ? undefined : count });
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <label htmlFor={id} className="block">
        Keep the recordings of the newest calls
      </label>
      <div className="my-1 flex items-center gap-2">
        <input
          id={id}
          className="field w-28"
          inputMode="numeric"
          placeholder="all"
          aria-describedby={`${id}-about`}
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
        />
        <Button type="submit" disabled={isApplied}>
          {typed === "" ? "Keep all" : "Trim"}
        </Button>
        <span role="status" className="text-sm text-muted">
          {isApplied ? (typed === "" ? "All are kept." : "Applied.") : "Not applied yet."}
        </span>
      </div>
      {refusal === undefined ? null : (
        <p role="alert" className="text-sm text-bad">
          {refusal}
        </p>
      )}
      <p id={`${id}-about`} className="text-sm text-muted">
        The steps and answers of older calls are removed for good, now and from now on, so that what
        they answered is no longer found by the filter. The calls themselves, their guards and the
        maps are always kept. Empty keeps all.
      </p>
    </form>
  );
}
