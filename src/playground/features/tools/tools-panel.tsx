/** Tools: which to call, and with what. */
import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import { ClipboardPaste, Send } from "lucide-react";
import { useId, useState, type ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import { Empty, Panel } from "../../components/panel.tsx";
import { part } from "../../components/part.tsx";
import { Select } from "../../components/select.tsx";
import { useFormCall } from "../../hooks/use-form-call.ts";
import { usePlace } from "../../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../../hooks/use-playground.ts";
import { parseArguments, unknownMembers, wholeCall } from "../../runtime/arguments.ts";

const SchemaForm = part(() => import("./schema-form.tsx"), <div className="h-40" />);
const JsonEditor = part(() => import("../../components/json-editor.tsx"), <div className="h-20" />);
const SavedCalls = part(() => import("./saved-calls.tsx"), <div className="h-7" />);
const ArmedChip = part(() => import("./armed-chip.tsx"));

/** What stood in the form before a whole call was pasted. */
interface Taken {
  readonly tool: string;
  readonly text: string;
  /** The pasted call's tool, and what stood in its form. */
  readonly of: string;
  readonly ofText: string | undefined;
}

export function ToolsPanel(): ReactElement {
  const playground = usePlayground();
  const { tools, server } = usePlaygroundState();
  const [, setPlace] = usePlace();
  const form = useId();
  const { tool, text, args } = useFormCall();
  const [taken, setTaken] = useState<Taken>();
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
        <div className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
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
            <span className="min-w-0 truncate text-sm text-muted">
              {running ? "The JSON is not right yet." : "Restart the server to call."}
            </span>
          )}
        </div>
      }
    >
      <form
        id={form}
        noValidate
        className="flex flex-col gap-3 p-3"
        onSubmit={(event) => {
          event.preventDefault();
          call();
        }}
      >
        <Select
          label="Tool"
          above
          className="font-mono"
          value={tool.name}
          options={tools.map(({ name }) => name)}
          onChange={(name) => void setPlace({ tool: name })}
        />
        <p className="text-sm text-muted">{tool.description}</p>
        {taken?.of === tool.name ? (
          <p role="status" className="flex items-center gap-2 rounded bg-accent-soft px-2 text-sm">
            What was pasted was a whole call of {taken.of}.
            <Button
              tone="quiet"
              className="ml-auto"
              onClick={() => {
                setTaken(undefined);
                playground.drafts.keep(taken.of, taken.ofText);
                playground.drafts.keep(taken.tool, taken.text);
                void setPlace({ tool: taken.tool });
              }}
            >
              Undo
            </Button>
          </p>
        ) : null}
        <Arguments key={tool.name} tool={tool} text={text} onSubmit={call} onTaken={setTaken} />
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
  onTaken,
}: {
  readonly tool: Tool;
  readonly text: string;
  readonly onSubmit: () => void;
  readonly onTaken: (taken: Taken | undefined) => void;
}): ReactElement {
  const playground = usePlayground();
  const [, setPlace] = usePlace();
  const { isEditing, tools, drafts } = usePlaygroundState();
  const setText = (typed: string): void => {
    playground.drafts.keep(tool.name, typed);
    setRefusal(undefined);
    // What is typed since would be lost.
    onTaken(undefined);
  };
  const [refusal, setRefusal] = useState<string>();
  const { args, error } = parseArguments(text);
  /** A whole request is taken apart at once, and can be put back. */
  const take = (typed: string, replaces = true): void => {
    const parsed = parseArguments(typed);
    const whole = parsed.args && wholeCall(parsed.args);
    if (!whole) {
      setText(typed);
      return;
    }
    if (!tools.some(({ name }) => name === whole.tool)) {
      if (replaces) setText(typed);
      setRefusal(`This is a whole call of ${whole.tool}, which this server does not have.`);
      return;
    }
    onTaken({ tool: tool.name, text, of: whole.tool, ofText: drafts[whole.tool] });
    playground.drafts.load(whole.tool, whole.args);
    void setPlace({ tool: whole.tool });
  };
  const paste = async (): Promise<void> => {
    try {
      const copied = await navigator.clipboard.readText();
      if (copied.trim() === "") setRefusal("The clipboard is empty.");
      else take(copied, false);
    } catch {
      setRefusal("The browser keeps the clipboard: paste into the editor instead.");
    }
  };
  const unknown = args === undefined ? [] : unknownMembers(tool.inputSchema, args);
  return (
    <>
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
          The form is back once the JSON is right.
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
        <JsonEditor label="Arguments as JSON" text={text} onChange={take} onSubmit={onSubmit} />
        {refusal === undefined ? null : (
          <p role="alert" className="text-sm text-warn">
            {refusal}
          </p>
        )}
        {unknown.length === 0 ? null : (
          <p role="status" className="text-sm text-warn">
            The schema has no {unknown.map((name) => `“${name}”`).join(" and no ")}: it is sent all
            the same.
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
