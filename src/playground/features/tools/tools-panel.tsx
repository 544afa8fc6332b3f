/** Tools: which to call, and with what. */
import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import { Send } from "lucide-react";
import { useId, useState, type ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import { Empty, Panel } from "../../components/panel.tsx";
import { part } from "../../components/part.tsx";
import { Select } from "../../components/select.tsx";
import { useFormCall } from "../../hooks/use-form-call.ts";
import { usePlace } from "../../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../../hooks/use-playground.ts";
import { parseArguments } from "../../runtime/arguments.ts";
import type { Taken } from "./arguments-editor.tsx";
import { FormOfText } from "./form-of-text.tsx";

const ArgumentsEditor = part(() => import("./arguments-editor.tsx"), <div className="h-27" />);
const SavedCalls = part(() => import("./saved-calls.tsx"), <div className="h-7" />);
const BesideCall = part(() => import("./beside-call.tsx"));
const ToolSearch = part(() => import("./tool-search.tsx"), <div className="w-20" />);
const ToolHints = part(() => import("./tool-hints.tsx"));

/** From so many on they are searched. */
const MANY = 10;

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
  const { annotations, title = annotations?.title } = tool;
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
            <BesideCall tool={tool.name} args={args} />
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
        <div className="relative flex items-end gap-1">
          <Select
            label="Tool"
            above
            className="flex-1 font-mono"
            value={tool.name}
            options={tools.map(({ name }) => name)}
            onChange={(name) => void setPlace({ tool: name })}
          />
          {tools.length < MANY ? null : <ToolSearch />}
          {annotations ? <ToolHints annotations={annotations} /> : null}
        </div>
        <p className="max-h-32 overflow-auto text-sm wrap-anywhere whitespace-pre-wrap text-muted">
          {title === undefined ? null : <b className="block font-medium text-ink">{title}</b>}
          {tool.description}
        </p>
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
  const { isEditing } = usePlaygroundState();
  const { args, error } = parseArguments(text);
  const setText = (typed: string): void => {
    playground.drafts.keep(tool.name, typed);
    // What is typed since would be lost.
    onTaken(undefined);
  };
  return (
    <>
      <FormOfText
        schema={tool.inputSchema}
        text={text}
        isEditing={isEditing}
        onFocused={() => playground.drafts.focused()}
        onText={setText}
      />
      <ArgumentsEditor
        tool={tool}
        text={text}
        args={args}
        error={error}
        onText={setText}
        onSubmit={onSubmit}
        onTaken={onTaken}
      />
    </>
  );
}
