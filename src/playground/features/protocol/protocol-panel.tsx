/** Protocol: every JSON-RPC message of the page's sessions, requests paired with their answers. */
import { ArrowDown, ArrowUp, Copy } from "lucide-react";
import { useState, type ReactElement } from "react";
import { arrowKeys, ROW_STOP } from "../../components/arrow-keys.ts";
import { Button } from "../../components/button.tsx";
import { Json } from "../../components/json.tsx";
import { Empty } from "../../components/panel.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { duration, plural, timeOfDay } from "../../components/format.ts";
import { Select } from "../../components/select.tsx";
import { usePlayground, usePlaygroundState } from "../../hooks/use-playground.ts";
import { OUTCOMES, type Exchange, type Outcome } from "../../runtime/protocol.ts";
import { ping } from "../../runtime/page-requests.ts";

/** How many exchanges are laid out; the filters reach all that are kept. */
const SHOWN = 300;

const DIRECTIONS = { "to-server": "to the server", "to-client": "to the client" } as const;

export default function ProtocolPanel(): ReactElement {
  const playground = usePlayground();
  const { protocol } = usePlaygroundState();
  const [method, setMethod] = useState("");
  const [direction, setDirection] = useState("");
  const [outcome, setOutcome] = useState("");
  const [text, setText] = useState("");
  const [copied, setCopied] = useState<string>();
  const methods = [...new Set(protocol.map((exchange) => exchange.method))].sort();
  const found = protocol.filter(
    (exchange) =>
      (method === "" || exchange.method === method) &&
      (direction === "" || exchange.direction === direction) &&
      (outcome === "" || exchange.outcome === outcome) &&
      (text === "" || textOf(exchange).includes(text.toLowerCase())),
  );
  const copy = (): void => {
    const messages = found.flatMap(({ sent, answer }) => (answer ? [sent, answer] : [sent]));
    navigator.clipboard.writeText(JSON.stringify(messages, null, 2)).then(
      () => setCopied(`Copied ${messages.length} messages.`),
      (error: unknown) => setCopied(`Not copied: ${String(error)}`),
    );
  };
  return (
    <div className="flex flex-col">
      <div className="sticky top-0 z-10 flex flex-wrap items-center gap-2 border-b border-line bg-panel px-3 py-1.5">
        <Select
          label="Method"
          value={method}
          options={[["", "Method: any"], ...methods]}
          onChange={setMethod}
        />
        <Select
          label="Direction"
          value={direction}
          options={[["", "Direction: any"], ...Object.keys(DIRECTIONS)]}
          onChange={setDirection}
        />
        <Select
          label="Outcome"
          value={outcome}
          options={[["", "Outcome: any"], ...OUTCOMES]}
          onChange={setOutcome}
        />
        <input
          className="field w-40"
          aria-label="Text in the messages"
          placeholder="Text in the messages"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <span className="text-xs text-muted">
          {found.length} of {plural(protocol.length, "exchange")}
        </span>
        <span className="ml-auto flex items-center gap-1">
          <span role="status" className="text-xs text-muted">
            {copied}
          </span>
          <Button tone="quiet" icon={<Copy size={13} aria-hidden />} onClick={copy}>
            Copy as JSON
          </Button>
          <Button tone="quiet" onClick={() => void ping(playground.client)}>
            Ping
          </Button>
          <Button tone="quiet" onClick={() => playground.clearProtocol()}>
            Clear
          </Button>
        </span>
      </div>
      {found.length === 0 ? (
        <Empty>
          {protocol.length === 0
            ? "Every message between client and server stands here: call a tool."
            : "No message fits these filters."}
        </Empty>
      ) : (
        <ul ref={arrowKeys} aria-label="Messages">
          {found
            .slice(-SHOWN)
            .reverse()
            .map((exchange) => (
              <ExchangeRow key={exchange.number} exchange={exchange} />
            ))}
        </ul>
      )}
    </div>
  );
}

/** The messages that name a call: its request, its progress, its answer. */
export function CallMessages({ call }: { readonly call: string }): ReactElement {
  const { protocol } = usePlaygroundState();
  const found = protocol.filter((exchange) => textOf(exchange).includes(call));
  if (found.length === 0) {
    return (
      <Empty>
        The client’s messages about this call stand here. This tab has none of them, or none any
        more: a server that resumes a call has no client to tell.
      </Empty>
    );
  }
  return (
    <ul ref={arrowKeys} aria-label="Messages of the call">
      {found.toReversed().map((exchange) => (
        <ExchangeRow key={exchange.number} exchange={exchange} />
      ))}
    </ul>
  );
}

function ExchangeRow({ exchange }: { readonly exchange: Exchange }): ReactElement {
  const { number, at, direction, method, outcome, sent, answer, endedAt, client } = exchange;
  const Icon = direction === "to-server" ? ArrowUp : ArrowDown;
  return (
    <li className="border-b border-line">
      <details>
        <summary {...ROW_STOP} className="flex flex-wrap items-center gap-x-3 px-3 py-1 text-sm">
          <span className="font-mono text-xs text-muted tabular-nums">{timeOfDay(at)}</span>
          <Icon size={13} aria-label={DIRECTIONS[direction]} className="text-muted" />
          <span className="font-mono font-medium">{method}</span>
          <StateBadge state={BADGES[outcome]} label={outcome} />
          {client === "script" ? <span className="text-xs text-muted">script</span> : null}
          <span className="min-w-0 flex-1 truncate font-mono text-xs text-muted">
            {inShort(exchange)}
          </span>
          <span className="font-mono text-xs text-muted tabular-nums">
            {endedAt === undefined ? "" : duration(endedAt - at)} #{number}
          </span>
        </summary>
        <div className="grid gap-2 px-3 pb-2 md:grid-cols-2">
          <Json value={sent} />
          {answer === undefined ? null : <Json value={answer} />}
        </div>
      </details>
    </li>
  );
}

const BADGES: Record<Outcome, string> = {
  waiting: "running",
  answered: "answered",
  error: "failed",
  cancelled: "cancelled",
  lost: "interrupted",
  notification: "absent",
};

function inShort({ sent }: Exchange): string {
  const { params } = sent as { params?: unknown };
  return params === undefined ? "" : JSON.stringify(params);
}

function textOf({ sent, answer }: Exchange): string {
  return JSON.stringify([sent, answer]).toLowerCase();
}
