/** Tools: which to call, and with what. */
import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import { Send } from "lucide-react";
import { lazy, Suspense, type ReactElement } from "react";
import { Button } from "../components/button.tsx";
import { Empty, Panel } from "../components/panel.tsx";
import { usePlace } from "../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../hooks/use-playground.ts";
import { initialArguments, parseArguments } from "../runtime/arguments.ts";

const SchemaForm = lazy(() => import("./schema-form.tsx"));
const JsonEditor = lazy(() => import("./json-editor.tsx"));

export function ToolsPanel(): ReactElement {
  const { tools, server } = usePlaygroundState();
  const [place, setPlace] = usePlace();
  const tool = tools.find(({ name }) => name === place.tool) ?? tools[0];
  return (
    <Panel title="Tools">
      {tool ? (
        <div className="flex flex-col gap-3 p-3">
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
          <ToolCall key={tool.name} tool={tool} />
        </div>
      ) : (
        <Empty>
          {server === "starting"
            ? "The server is starting; its tools will be listed here."
            : "No tools: the server is not running. Restart it to list them."}
        </Empty>
      )}
    </Panel>
  );
}

/** The arguments, as a form and as JSON, kept in step: the text is what is sent. */
function ToolCall({ tool }: { readonly tool: Tool }): ReactElement {
  const playground = usePlayground();
  const { server, drafts } = usePlaygroundState();
  const [, setPlace] = usePlace();
  const text = drafts[tool.name] ?? initialArguments(tool.inputSchema);
  const setText = (typed: string): void => playground.draft(tool.name, typed);
  const { args, error } = parseArguments(text);
  const running = server === "running";
  const call = (): void => {
    if (args) void setPlace({ call: playground.call(tool.name, args), column: "happened" });
  };
  return (
    <>
      <Suspense fallback={<div className="h-40" />}>
        {args ? (
          <SchemaForm
            schema={tool.inputSchema}
            value={args}
            onChange={(value) => setText(JSON.stringify(value, null, 2))}
          />
        ) : (
          <p className="rounded bg-warn-soft p-2 text-sm text-warn">
            The form is back when the JSON below is right.
          </p>
        )}
      </Suspense>
      <div className="flex flex-col gap-0.5">
        <span className="label">Arguments as JSON</span>
        <Suspense fallback={<div className="h-20" />}>
          <JsonEditor label="Arguments as JSON" text={text} onChange={setText} />
        </Suspense>
        {error === undefined ? null : (
          <p role="alert" className="text-sm text-bad">
            {error}
          </p>
        )}
      </div>
      <div className="flex items-center gap-2">
        <Button
          tone="primary"
          icon={<Send size={13} aria-hidden />}
          disabled={!args || !running}
          onClick={call}
        >
          Call {tool.name}
        </Button>
        {running ? null : <span className="text-sm text-muted">Restart the server to call.</span>}
      </div>
    </>
  );
}
