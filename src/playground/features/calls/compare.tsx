/** The selected call beside another, or two executions of it: what is the same, and what differs. */
import { Equal, EqualApproximately, EqualNot, X, type LucideIcon } from "lucide-react";
import { useState, type ReactElement } from "react";
import type { ExecutionRecord, InvocationRecord } from "../../../store/index.ts";
import { Button } from "../../components/button.tsx";
import { Empty, Panel, Waiting } from "../../components/panel.tsx";
import { plural, shortId, timeOfDay } from "../../components/format.ts";
import { Select } from "../../components/select.tsx";
import { useWholeCall } from "../../hooks/use-calls.ts";
import { useLiveQuery } from "../../hooks/use-live-query.ts";
import { usePlace, type Comparing } from "../../hooks/use-location.ts";
import { compare, type ComparedRow, type Comparison, type Likeness } from "./comparison.ts";

/** How many calls of the tool are offered to compare with. */
const OFFERED = 50;
/** What is shown of one value, in characters. */
const SHOWN = 4000;

export default function Compare({
  call,
  comparing,
}: {
  readonly call: string;
  readonly comparing: Comparing;
}): ReactElement {
  const [, setPlace] = usePlace();
  const left = useWholeCall(call, comparing.execution);
  const right = useWholeCall(comparing.call, comparing.callExecution);
  const [onlyDifferent, setOnlyDifferent] = useState(false);
  const close = (
    <Button
      tone="quiet"
      icon={<X size={13} aria-hidden />}
      onClick={() => void setPlace({ compare: null })}
    >
      Close
    </Button>
  );
  if (left.data === undefined || right.data === undefined) {
    return (
      <Panel title="Compare" actions={close}>
        <Waiting error={left.error ?? right.error} />
      </Panel>
    );
  }
  if (left.data === null || right.data === null) {
    return (
      <Panel title="Compare" actions={close}>
        <Empty>
          One of the two calls is not in this example: it was wiped, or it is another's.
        </Empty>
      </Panel>
    );
  }
  const comparison = compare(
    { ...left.data, execution: comparing.execution },
    { ...right.data, execution: comparing.callExecution },
  );
  return (
    <Panel
      title={`Compare call ${shortId(call)}`}
      actions={
        <>
          <span role="status" className="text-sm text-muted">
            {comparison.differences === 0
              ? "no differences"
              : plural(comparison.differences, "difference")}
          </span>
          <Button pressed={onlyDifferent} onClick={() => setOnlyDifferent(!onlyDifferent)}>
            Only differences
          </Button>
          {close}
        </>
      }
    >
      {[left.data, right.data].some(({ invocation }) => invocation.trimmed) ? (
        <p className="border-b border-line bg-warn-soft px-3 py-1 text-sm text-warn">
          The older part of a recording was trimmed: what stands below as missing may have been
          there.
        </p>
      ) : null}
      <Differences
        comparison={comparison}
        onlyDifferent={onlyDifferent}
        left={
          <ChooseExecution
            label="Execution on the left"
            executions={left.data.executions}
            chosen={comparing.execution}
            onChoose={(execution) => void setPlace({ compare: { ...comparing, execution } })}
          />
        }
        right={
          <>
            <ChooseCall invocation={right.data.invocation} than={left.data.invocation} />
            <ChooseExecution
              label="Execution on the right"
              executions={right.data.executions}
              chosen={comparing.callExecution}
              onChoose={(callExecution) =>
                void setPlace({ compare: { ...comparing, callExecution } })
              }
            />
          </>
        }
      />
    </Panel>
  );
}

function ChooseCall({
  invocation,
  than,
}: {
  readonly invocation: InvocationRecord;
  /** The selected call. */
  readonly than: InvocationRecord;
}): ReactElement {
  const [, setPlace] = usePlace();
  const { data: calls = [] } = useLiveQuery(
    ["invocations"],
    ["calls of a tool", than.tool],
    ({ store }) => store.readInvocations({ limit: OFFERED, filter: { tool: than.tool } }),
  );
  const offered = new Map([than, invocation, ...calls].map((each) => [each.id, each]));
  return (
    <Select
      label="Call on the right"
      className="font-mono font-normal"
      value={invocation.id}
      options={[...offered.values()].map(({ id, createdAt, state }) => [
        id,
        id === than.id ? "this call" : `${shortId(id)} ${timeOfDay(createdAt)}, ${state}`,
      ])}
      onChange={(call) => void setPlace({ compare: { call } })}
    />
  );
}

function ChooseExecution({
  label,
  executions,
  chosen: number,
  onChoose,
}: {
  readonly label: string;
  readonly executions: readonly ExecutionRecord[];
  readonly chosen: number | undefined;
  readonly onChoose: (execution: number | undefined) => void;
}): ReactElement {
  return (
    <Select
      label={label}
      className="font-normal"
      value={String(number ?? "")}
      options={[
        ["", "the whole call"],
        ...executions.map(
          (execution) =>
            [
              String(execution.number),
              `execution ${execution.number}, ${execution.cause}`,
            ] as const,
        ),
      ]}
      onChange={(chosen) => onChoose(chosen === "" ? undefined : Number(chosen))}
    />
  );
}

function Differences({
  comparison: { whole, parts },
  onlyDifferent,
  left,
  right,
}: {
  readonly comparison: Comparison;
  readonly onlyDifferent: boolean;
  readonly left: ReactElement;
  readonly right: ReactElement;
}): ReactElement {
  const shown = [{ title: "call", rows: whole }]
    .concat(
      parts.map(({ alias, rows }) => ({
        title: alias === undefined ? "tool’s body" : `guard “${alias}”`,
        rows,
      })),
    )
    .map(({ title, rows }) => ({
      title,
      rows: rows.filter(({ likeness }) => !onlyDifferent || likeness === "differs"),
    }))
    .filter(({ rows }) => rows.length > 0);
  return (
    <table aria-label="Comparison" className="w-full table-fixed border-collapse text-sm">
      <colgroup>
        <col className="w-24" />
        <col />
        <col />
      </colgroup>
      <thead>
        <tr className="border-b border-line align-top">
          <td />
          <th scope="col" className="p-1.5">
            {left}
          </th>
          <th scope="col" className="p-1.5">
            <span className="flex flex-col gap-1">{right}</span>
          </th>
        </tr>
      </thead>
      {shown.map(({ title, rows }) => (
        <tbody key={title}>
          <tr className="border-b border-line bg-raised">
            <th scope="rowgroup" colSpan={3} className="px-3 py-1 text-left font-medium">
              {title}
            </th>
          </tr>
          {rows.map((row) => (
            <Row key={row.what} row={row} />
          ))}
        </tbody>
      ))}
    </table>
  );
}

const LIKENESSES: Record<Likeness, readonly [LucideIcon, string, string]> = {
  same: [Equal, "same", "text-muted"],
  ids: [EqualApproximately, "but for ids", "text-muted"],
  differs: [EqualNot, "differs", "text-warn"],
};

function Row({ row }: { readonly row: ComparedRow }): ReactElement {
  const { what, left, right, likeness } = row;
  const [Icon, word, tone] = LIKENESSES[likeness];
  return (
    <tr className="border-b border-line align-top">
      <th scope="row" className="px-3 py-1 text-left font-normal">
        {what}
        <span className={`flex items-center gap-1 text-xs ${tone}`}>
          <Icon size={12} aria-hidden />
          {word}
        </span>
      </th>
      <Value text={left} than={right} likeness={likeness} />
      <Value text={right} than={left} likeness={likeness} />
    </tr>
  );
}

/** A value, its lines lit that the other has not. */
function Value({
  text,
  than,
  likeness,
}: {
  readonly text: string;
  readonly than: string;
  readonly likeness: Likeness;
}): ReactElement {
  if (text === "") return <td className="px-1.5 py-1 text-muted">–</td>;
  const others = new Set(than.split("\n"));
  const cut = text.length > SHOWN ? `${text.slice(0, SHOWN)}\n… (${text.length} characters)` : text;
  return (
    <td className="px-1.5 py-1 font-mono text-xs break-words whitespace-pre-wrap">
      {cut.split("\n").map((line, index) => (
        <span
          key={index}
          className={`block ${likeness === "differs" && !others.has(line) ? "bg-warn-soft" : ""}`}
        >
          {line}
        </span>
      ))}
    </td>
  );
}
