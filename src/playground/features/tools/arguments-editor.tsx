/** The arguments as JSON, and what there is to say of them. Loaded when it is first shown. */
import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import { ClipboardPaste } from "lucide-react";
import { useState, type ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import JsonEditor from "../../components/json-editor.tsx";
import { usePlace } from "../../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../../hooks/use-playground.ts";
import { parseArguments } from "../../runtime/arguments.ts";
import { unknownMembers } from "../../runtime/schema-problems.ts";
import { wholeCall } from "../../runtime/whole-call.ts";
import { ChangedNumbers } from "./changed-numbers.tsx";

/** What stood in the form before a whole call was pasted. */
export interface Taken {
  readonly tool: string;
  readonly text: string;
  /** The pasted call's tool, and what stood in its form. */
  readonly of: string;
  readonly ofText: string | undefined;
}

export default function ArgumentsEditor({
  tool,
  text,
  args,
  error,
  onText,
  onSubmit,
  onTaken,
}: {
  readonly tool: Tool;
  readonly text: string;
  /** What the text says, or else what is wrong with it. */
  readonly args: Record<string, unknown> | undefined;
  readonly error: string | undefined;
  readonly onText: (text: string) => void;
  readonly onSubmit: () => void;
  readonly onTaken: (taken: Taken) => void;
}): ReactElement {
  const playground = usePlayground();
  const [, setPlace] = usePlace();
  const { tools, drafts } = usePlaygroundState();
  const [refusal, setRefusal] = useState<string>();
  const unknown = args === undefined ? [] : unknownMembers(tool.inputSchema, args);
  /** A whole request is taken apart at once, and can be put back. */
  const take = (typed: string, replaces = true): void => {
    setRefusal(undefined);
    const parsed = parseArguments(typed);
    const whole = parsed.args && wholeCall(typed);
    if (!whole) {
      onText(typed);
    } else if (!tools.some(({ name }) => name === whole.tool)) {
      if (replaces) onText(typed);
      setRefusal(`This is a whole call of ${whole.tool}, which this server does not have.`);
    } else {
      onTaken({ tool: tool.name, text, of: whole.tool, ofText: drafts[whole.tool] });
      playground.drafts.keep(whole.tool, whole.args);
      void setPlace({ tool: whole.tool });
    }
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
  return (
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
      <ChangedNumbers json={text} />
      {error === undefined ? null : (
        <p role="alert" className="text-sm text-bad">
          {error}
        </p>
      )}
    </div>
  );
}
