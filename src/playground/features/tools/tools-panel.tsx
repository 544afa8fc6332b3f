/** Tools: which to call, and with what. */
import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import { ClipboardPaste, Send } from "lucide-react";
import { useId, useState, type ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import { Empty, Panel } from "../../components/panel.tsx";
import { part } from "../../components/part.tsx";
import { useFormCall } from "../../hooks/use-form-call.ts";
import { usePlace } from "../../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../../hooks/use-playground.ts";
import { initialArguments, parseArguments, wholeCall } from "../../runtime/arguments.ts";

const SchemaForm = part(() => import("./schema-form.tsx"), <div className="h-40" />);
const JsonEditor = part(() => import("../../components/json-editor.tsx"), <div className="h-20" />);
const SavedCalls = part(() => import("./saved-calls.tsx"), <div className="h-7" />);
const ArmedChip = part(() => import("./armed-chip.tsx"));

export function ToolsPanel(): ReactElement {
  const playground = usePlayground();
  const { tools, server } = usePlaygroundState();
  const [, setPlace] = usePlace();
  const form = useId();
  const { tool, text, args } = useFormCall();
  if (!tool) {
    return (
      <Panel title="Tools">
        <Empty>
          {server === "starting"
            ? "The server is starting; its tools will be listed here."
            : "No tools: the server is not running. Restart it to list them."}
        </Empty>
      </Panel>
    );
  }
  const running = server === "running";
  const call = (): void => {
    if (args && running)
      void setPlace({ call: playground.client.call(tool.name, args), column: "happened" });
  };
  return (
    <Panel
      title="Tools"
      footer={
        <div className="flex min-w-0 flex-wrap items-center gap-2">
          <Button
            tone="primary"
            type="submit"
            form={form}
            icon={<Send size={13} aria-hidden />}
            disabled={!args || !running}
          >
            Call {tool.name}
          </Button>
          {running && args ? (
            <ArmedChip />
          ) : (
            <span className="text-sm text-muted">
              {running ? "The JSON is not right yet." : "Restart the server to call."}
            </span>
          )}
        </div>
      }
    >
      <form
        id={form}
        className="flex flex-col gap-3 p-3"
        onSubmit={(event) => {
          event.preventDefault();
          call();
        }}
      >
        <label className="flex flex-col gap-0.5">
          <span className="label">Tool</span>
          <select
            className="field font-mono"
            value={tool.name}
            onChange={({ target }) => void setPlace({ tool: target.value })}
          >
            {tools.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <p className="text-sm text-muted">{tool.description}</p>
        <Arguments key={tool.name} tool={tool} text={text} onSubmit={call} />
        <SavedCalls tool={tool.name} args={args} />
      </form>
    </Panel>
  );
}

/** The arguments, as a form and as JSON, kept in step: the text is what is sent. */
function Arguments({
  tool,
  text,
  onSubmit,
}: {
  readonly tool: Tool;
  readonly text: string;
  readonly onSubmit: () => void;
}): ReactElement {
  const playground = usePlayground();
  const { isEditing } = usePlaygroundState();
  const setText = (typed: string): void => playground.drafts.keep(tool.name, typed);
  const [refusal, setRefusal] = useState<string>();
  const { args, error } = parseArguments(text);
  const pasted = args && wholeCall(args);
  const paste = async (): Promise<void> => {
    try {
      const copied = await navigator.clipboard.readText();
      if (copied.trim() !== "") setText(copied);
      setRefusal(copied.trim() === "" ? "The clipboard is empty." : undefined);
    } catch {
      setRefusal("The browser keeps the clipboard from the page: paste into the editor instead.");
    }
  };
  return (
    <>
      {pasted ? (
        <WholeCall
          tool={pasted.tool}
          onTake={() => {
            if (pasted.tool !== tool.name) setText(initialArguments(tool.inputSchema));
            playground.drafts.load(pasted.tool, pasted.args);
          }}
        />
      ) : null}
      {args ? (
        <SchemaForm
          schema={tool.inputSchema}
          value={args}
          isEditing={isEditing}
          onFocused={() => playground.drafts.focused()}
          onChange={(value) => setText(JSON.stringify(value, null, 2))}
        />
      ) : (
        <p className="rounded bg-warn-soft p-2 text-sm text-warn">
          The form is back when the JSON below is right.
        </p>
      )}
      <div className="flex flex-col gap-0.5">
        <div className="flex items-center gap-1">
          <span className="label mr-auto">Arguments as JSON</span>
          <Button
            tone="quiet"
            icon={<ClipboardPaste size={12} aria-hidden />}
            title="Arguments, or a whole tools/call request, from the clipboard."
            onClick={() => void paste()}
          >
            Paste
          </Button>
        </div>
        <JsonEditor label="Arguments as JSON" text={text} onChange={setText} onSubmit={onSubmit} />
        {refusal === undefined ? null : (
          <p role="alert" className="text-sm text-warn">
            {refusal}
          </p>
        )}
        {error === undefined ? null : (
          <p role="alert" className="text-sm text-bad">
            {error}
          </p>
        )}
      </div>
    </>
  );
}

/** What was pasted is a whole request: its parts are offered, and nothing is done by itself. */
function WholeCall({
  tool,
  onTake,
}: {
  readonly tool: string;
  readonly onTake: () => void;
}): ReactElement {
  const { tools } = usePlaygroundState();
  const [, setPlace] = usePlace();
  if (!tools.some(({ name }) => name === tool)) {
    return (
      <p className="rounded bg-warn-soft p-2 text-sm text-warn">
        This looks like a whole call of {tool}, which this server does not have.
      </p>
    );
  }
  return (
    <div className="flex flex-wrap items-center gap-2 rounded bg-warn-soft p-2 text-sm">
      This is a whole call of {tool}.
      <Button
        onClick={() => {
          onTake();
          void setPlace({ tool });
        }}
      >
        Take its tool and arguments
      </Button>
    </div>
  );
}
