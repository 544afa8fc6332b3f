/** The log: what the server and the page have to tell. */
import type { ReactElement } from "react";
import { timeOfDay } from "../components/format.ts";
import { Empty } from "../components/panel.tsx";
import { Select } from "../components/select.tsx";
import { visible } from "../components/visible.ts";
import { usePlayground, usePlaygroundState } from "../hooks/use-playground.ts";
import { isProblem, LOG_LEVELS } from "../runtime/log-levels.ts";
import type { LogLine } from "../runtime/state.ts";
import { setLogLevel } from "../runtime/page-requests.ts";

function toneOf(level: LogLine["level"]): string {
  if (level === "warning") return "text-warn";
  return isProblem(level) ? "text-bad" : level === "debug" ? "text-muted" : "";
}

export default function LogPanel(): ReactElement {
  const playground = usePlayground();
  const { log, logLevel, server } = usePlaygroundState();
  return (
    <>
      <div className="flex px-3 py-1">
        <Select
          label="Log messages of the server from level"
          above
          value={logLevel}
          options={LOG_LEVELS}
          disabled={server !== "running"}
          onChange={(level) => void setLogLevel(playground.client, level)}
        />
      </div>
      <LogLines log={log} />
    </>
  );
}

function LogLines({ log }: { readonly log: readonly LogLine[] }): ReactElement {
  if (log.length === 0) {
    return <Empty>What the server and the page have to tell stands here.</Empty>;
  }
  return (
    <ol aria-label="Log" className="px-3 py-1">
      {log.map(({ id, at, level, text }) => (
        <li key={id} className="flex gap-3 text-sm">
          <span className="font-mono text-xs leading-[18px] text-muted tabular-nums">
            {timeOfDay(at)}
          </span>
          <span className={`w-16 shrink-0 ${toneOf(level)}`}>{level}</span>
          <span className="min-w-0 whitespace-pre-wrap wrap-anywhere">{visible(text)}</span>
        </li>
      ))}
    </ol>
  );
}
