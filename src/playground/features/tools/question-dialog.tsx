/** What the server asks of its client, one at a time: a form, an address, a model's answer, or the roots. */
import type { ElicitRequest, ElicitRequestURLParams } from "@modelcontextprotocol/sdk/types.js";
import { ExternalLink } from "lucide-react";
import { useMemo, useRef, type ReactElement, type ReactNode } from "react";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { plural } from "../../components/format.ts";
import { visible } from "../../components/visible.ts";
import { usePlayground, usePlaygroundPart } from "../../hooks/use-playground.ts";
import { initialArguments } from "../../runtime/arguments.ts";
import type { Question } from "../../runtime/question.ts";
import { RootsQuestion } from "./roots-question.tsx";
import { SamplingQuestion } from "./sampling-question.tsx";
import { WrittenAnswer } from "./written-answer.tsx";

export default function QuestionDialog({
  question,
}: {
  readonly question: Question;
}): ReactElement {
  const { request, isAwaited, answer, refuse } = question;
  switch (request.method) {
    case "sampling/createMessage":
      return (
        <Frame title="The server asks for a model’s answer" onCancel={refuse}>
          <SamplingQuestion params={request.params} onAnswer={answer} onRefuse={refuse} />
        </Frame>
      );
    case "roots/list":
      return (
        <Frame title="The server asks for the client’s roots" onCancel={refuse}>
          <RootsQuestion onAnswer={answer} onRefuse={refuse} />
        </Frame>
      );
    case "elicitation/create": {
      const { params } = request;
      return (
        // Escape neither accepts nor declines.
        <Frame
          title="The server asks"
          isAwaited={isAwaited}
          onCancel={() => answer({ action: "cancel" })}
        >
          <p className="max-h-48 overflow-auto whitespace-pre-wrap wrap-anywhere">
            {visible(params.message)}
          </p>
          {params.mode === "url" ? (
            <AddressQuestion params={params} isAwaited={isAwaited} onAnswer={answer} />
          ) : (
            <FormQuestion schema={params.requestedSchema} onAnswer={answer} />
          )}
        </Frame>
      );
    }
  }
}

function Frame({
  title,
  isAwaited = true,
  onCancel,
  children,
}: {
  readonly title: string;
  readonly isAwaited?: boolean;
  readonly onCancel: () => void;
  readonly children: ReactNode;
}): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  const playground = usePlayground();
  const more = usePlaygroundPart(({ questions }) => questions.length) - 1;
  return (
    <Dialog dialog={dialog} title={title} onCancel={onCancel}>
      <div className="mt-1 flex flex-col gap-3">{children}</div>
      <div className="mt-3 flex items-center gap-2 border-t border-line pt-3 text-xs text-muted">
        <Button
          tone="danger"
          title={isAwaited ? "Kill the server while it waits for the answer." : "Kill the server."}
          onClick={() => playground.crash()}
        >
          Crash the server
        </Button>
        {isAwaited
          ? "It waits for the answer."
          : "It waits for nothing: the call has failed. Open this, then retry the call."}
        {more > 0 ? ` ${plural(more, "more question")} after this.` : ""}
      </div>
    </Dialog>
  );
}

interface ElicitationProps {
  readonly onAnswer: Question["answer"];
}

function FormQuestion({
  schema,
  onAnswer,
}: ElicitationProps & { readonly schema: FormSchema }): ReactElement {
  const choices = useMemo(() => asChoices(schema), [schema]);
  return (
    <WrittenAnswer
      schema={choices}
      first={() => initialArguments(schema)}
      send="Accept"
      onSend={(content) => onAnswer({ action: "accept", content })}
    >
      <Button onClick={() => onAnswer({ action: "cancel" })}>Cancel</Button>
      <Button onClick={() => onAnswer({ action: "decline" })}>Decline</Button>
    </WrittenAnswer>
  );
}

type FormSchema = Extract<
  ElicitRequest["params"],
  { readonly requestedSchema: unknown }
>["requestedSchema"];

/** Several out of some are chosen, each once: a list here is nothing else. */
function asChoices(schema: FormSchema): FormSchema {
  const properties = Object.entries(schema.properties).map(([name, property]) => [
    name,
    property.type === "array" ? { ...property, uniqueItems: true } : property,
  ]);
  return { ...schema, properties: Object.fromEntries(properties) as FormSchema["properties"] };
}

/** An address is opened by the person's click, never by itself. */
function AddressQuestion({
  params: { url },
  isAwaited,
  onAnswer,
}: ElicitationProps & {
  readonly params: ElicitRequestURLParams;
  readonly isAwaited: boolean;
}): ReactElement {
  const address = addressOf(url);
  return (
    <>
      <div className="flex flex-col gap-1 rounded bg-raised p-2 text-sm">
        <code className="wrap-anywhere">{visible(url)}</code>
        {address ? (
          <span>
            It opens <b className="font-semibold">{address.host}</b> in a new tab.
          </span>
        ) : (
          <span className="text-warn">It is no address of the web, and not opened from here.</span>
        )}
        {address?.protocol === "http:" ? (
          <span className="text-warn">What is typed there is sent unencrypted.</span>
        ) : null}
      </div>
      <div className="flex justify-end gap-2">
        <Button onClick={() => onAnswer({ action: "cancel" })}>
          {isAwaited ? "Cancel" : "Not now"}
        </Button>
        {isAwaited ? (
          <Button onClick={() => onAnswer({ action: "decline" })}>Decline</Button>
        ) : null}
        {address ? (
          <Button
            tone="primary"
            icon={<ExternalLink size={13} aria-hidden />}
            onClick={() => {
              window.open(address, "_blank", "noopener,noreferrer");
              onAnswer({ action: "accept" });
            }}
          >
            {isAwaited ? "Open and accept" : "Open"}
          </Button>
        ) : null}
      </div>
    </>
  );
}

function addressOf(url: string): URL | undefined {
  const address = URL.parse(url);
  return address && ["http:", "https:"].includes(address.protocol) ? address : undefined;
}
