/** Calls that a person saved by name, to make again. They are kept with the example's settings. */
import { Bookmark, X } from "lucide-react";
import { useState, type ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import { show } from "../../components/format.ts";
import { usePlace } from "../../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../../hooks/use-playground.ts";

export default function SavedCalls({
  tool,
  args,
}: {
  readonly tool: string;
  /** Absent while what is typed is no arguments. */
  readonly args: Record<string, unknown> | undefined;
}): ReactElement {
  const playground = usePlayground();
  const { savedCalls } = usePlaygroundState().settings;
  const [, setPlace] = usePlace();
  const [name, setName] = useState<string>();
  const [refusal, setRefusal] = useState<string>();

  const save = (): void => {
    const chosen = name?.trim() ?? "";
    if (args === undefined) setRefusal("The arguments are no JSON object yet.");
    else if (chosen === "") setRefusal("Give the call a name.");
    else if (savedCalls.some((call) => call.name === chosen))
      setRefusal("A saved call has this name. Choose another, or remove that one first.");
    else {
      void playground.settings.configure({
        savedCalls: [...savedCalls, { name: chosen, tool, args }],
      });
      setRefusal(undefined);
      setName(undefined);
    }
  };

  return (
    <section aria-label="Saved calls" className="flex flex-col gap-1">
      <div className="flex items-center gap-2">
        <h3 className="label">Saved calls</h3>
        <Button
          tone="quiet"
          aria-expanded={name !== undefined}
          icon={<Bookmark size={12} aria-hidden />}
          onClick={() => setName(name === undefined ? "" : undefined)}
        >
          Save these arguments…
        </Button>
      </div>
      {name === undefined ? null : (
        <div className="flex items-center gap-1">
          <input
            className="field min-w-0 flex-1"
            aria-label="Name of the saved call"
            placeholder="A name to find it by"
            // The person has just asked for it.
            // eslint-disable-next-line jsx-a11y/no-autofocus
            autoFocus
            value={name}
            onChange={({ target }) => setName(target.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              // It stands within the form that makes the call.
              event.preventDefault();
              save();
            }}
          />
          <Button onClick={save}>Save</Button>
        </div>
      )}
      {refusal === undefined ? null : (
        <p role="alert" className="text-sm text-bad">
          {refusal}
        </p>
      )}
      {savedCalls.length === 0 ? null : (
        <ul aria-label="Saved calls" className="flex flex-col rounded border border-line">
          {savedCalls.map((call) => (
            <li key={call.name} className="flex items-center border-b border-line last:border-0">
              <button
                type="button"
                className="flex min-w-0 flex-1 flex-col px-2 py-1 text-left hover:bg-raised"
                title="Load it into the form."
                onClick={() => {
                  playground.drafts.load(call.tool, call.args);
                  void setPlace({ tool: call.tool });
                }}
              >
                <span className="truncate">{call.name}</span>
                <span className="truncate font-mono text-xs text-muted">
                  {call.tool} {show(call.args, 0, 200)}
                </span>
              </button>
              <Button
                tone="quiet"
                aria-label={`Remove ${call.name}`}
                icon={<X size={13} aria-hidden />}
                onClick={() =>
                  void playground.settings.configure({
                    savedCalls: savedCalls.filter((other) => other !== call),
                  })
                }
              />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
