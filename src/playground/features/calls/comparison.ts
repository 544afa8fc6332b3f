/**
 * Two invocations, or two executions, side by side: their guards aligned by alias, and in each what
 * it came to, its attempts, its effects and its writes to maps.
 */
import {
  effectsAsked,
  judgeCall,
  type ExecutionRecord,
  type GuardRecord,
  type InvocationRecord,
  type LedgerRow,
  type TraceEvent,
  type TraceType,
} from "../../../store/index.ts";
import { duration, plural, show, verdictWord } from "../../components/format.ts";

/** One side: an invocation with all that is known of it. */
export interface Side {
  readonly invocation: InvocationRecord;
  /** Only this execution of it; absent for all of them. */
  readonly execution: number | undefined;
  /** All of its executions. */
  readonly executions: readonly ExecutionRecord[];
  /** What that execution, or the last, answered. */
  readonly answer: unknown;
  readonly trace: readonly TraceEvent[];
  readonly guards: readonly GuardRecord[];
  readonly effects: readonly LedgerRow[];
}

export interface ComparedRow {
  readonly what: string;
  /** As text; empty where there is nothing of the kind. */
  readonly left: string;
  readonly right: string;
  readonly likeness: Likeness;
}

/** `ids`: the same but for the UUIDs in it, which every call makes anew. */
export type Likeness = "same" | "ids" | "differs";

export interface ComparedPart {
  /** A guard's alias; `undefined` for the tool's body. */
  readonly alias: string | undefined;
  readonly rows: readonly ComparedRow[];
}

export interface Comparison {
  readonly whole: readonly ComparedRow[];
  /** In the order in which the aliases come up, the left side's first. */
  readonly parts: readonly ComparedPart[];
  readonly differences: number;
}

/** Of a whole call; an execution alone has none. */
function verdictOf({ invocation, execution, guards, effects, trace }: Side): string {
  if (execution !== undefined) return "";
  const judged = judgeCall({ invocation, guards, effects, asked: effectsAsked(trace) });
  return judged ? verdictWord(judged.verdict) : "";
}

export function compare(left: Side, right: Side): Comparison {
  const sides = [ofExecution(left), ofExecution(right)] as const;
  const row = (what: string, of: (side: Side) => string): ComparedRow => {
    const [a, b] = [of(sides[0]), of(sides[1])];
    const likeness = a === b ? "same" : withoutIds(a) === withoutIds(b) ? "ids" : "differs";
    return { what, left: a, right: b, likeness };
  };
  const hasContent = ({ left, right }: ComparedRow): boolean => left !== "" || right !== "";
  const rowsOfCall = [
    row("verdict", verdictOf),
    row("outcome", describeOutcome),
    ...(left.invocation.id === right.invocation.id
      ? []
      : [row("arguments", ({ invocation }) => whole(invocation.args))]),
    row("answer", answerOf),
    row("executions", executionsOf),
  ].filter(hasContent);
  const parts = aliasesOf(sides).map((alias) => ({
    alias,
    rows: [
      row("guard", (side) => endOf(side, alias)),
      row("result", (side) => resultOf(side, alias)),
      row("attempts", (side) => attemptsOf(side, alias)),
      row("effects", (side) => effectsOf(side, alias)),
      row("map writes", (side) => writesOf(side, alias)),
    ].filter(hasContent),
  }));
  const rows = [...rowsOfCall, ...parts.flatMap((part) => part.rows)];
  return {
    whole: rowsOfCall,
    parts,
    differences: rows.filter(({ likeness }) => likeness === "differs").length,
  };
}

/** Uncut: what differs may stand at the end. */
function whole(value: unknown): string {
  return show(value, 2, Infinity);
}

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/** Every UUID by its place among the text's, so that texts of other ids can be equal. */
function withoutIds(text: string): string {
  const ids: string[] = [];
  return text.replace(UUID, (id) => {
    if (!ids.includes(id)) ids.push(id);
    return `#${ids.indexOf(id)}`;
  });
}

/** Only what is of the side's execution. */
function ofExecution(side: Side): Side {
  const { execution } = side;
  if (execution === undefined) return side;
  return {
    ...side,
    trace: side.trace.filter((event) => event.execution === execution),
    effects: side.effects.filter((row) => row.execution === execution),
  };
}

function executionsIn({ executions, execution }: Side): readonly ExecutionRecord[] {
  return executions.filter(({ number }) => execution === undefined || number === execution);
}

function describeOutcome(side: Side): string {
  return side.execution === undefined
    ? side.invocation.state
    : (executionsIn(side)[0]?.outcome ?? "running");
}

/** The call's answer, without the ids that are its own. */
function answerOf({ answer }: Side): string {
  if (typeof answer !== "object" || answer === null) return "";
  const { _meta: _, structuredContent, ...rest } = answer as Record<string, unknown>;
  return whole(structuredContent ?? rest);
}

function executionsOf(side: Side): string {
  return executionsIn(side)
    .map(({ number, cause, outcome = "running", guards, responseLost }) =>
      [
        `${number}: ${cause}, ${outcome}`,
        guards === "off" ? "guards off" : "",
        responseLost ? "response lost" : "",
      ]
        .filter(Boolean)
        .join(", "),
    )
    .join("\n");
}

function aliasesOf(sides: readonly Side[]): (string | undefined)[] {
  const aliases = new Set<string | undefined>();
  for (const { trace, effects, guards, execution } of sides) {
    for (const { alias } of trace) aliases.add(alias);
    if (execution === undefined) for (const { alias } of guards) aliases.add(alias);
    for (const { alias } of effects) aliases.add(alias);
  }
  // The body is first, as in the timeline.
  return [...aliases].toSorted((a, b) => Number(a !== undefined) - Number(b !== undefined));
}

const ENDS: Partial<Record<TraceType, string>> = {
  "attempt-started": "entered its callable; no end is recorded",
  "attempt-failed": "its last attempt failed",
  "guard-stored": "ran, and stored its result",
  "guard-failed": "failed for good",
  "guard-answered": "was answered from the store",
  "guard-refused": "was not run again: it failed before completing",
};

function endOf(side: Side, alias: string | undefined): string {
  if (alias === undefined) return "";
  const events = ofAlias(side, alias);
  const last = events.findLast(({ type }) => ENDS[type] !== undefined);
  if (last?.type === "attempt-started" && last.detail !== undefined) {
    return `${last.kind ?? "guard"}: ran its callable, and recorded nothing (${last.detail})`;
  }
  return last ? `${last.kind ?? "guard"}: ${ENDS[last.type] ?? ""}` : "";
}

/** What the guard gave the body: a stored value, or an error. */
function resultOf(side: Side, alias: string | undefined): string {
  if (alias === undefined) return "";
  const events = ofAlias(side, alias);
  const ended = events.findLast(({ type }) => type.startsWith("guard-"));
  if (!ended) return "";
  if (ended.error) return `${ended.error.name}: ${ended.error.message}`;
  const guard = side.guards.find((record) => record.alias === alias);
  if (guard?.state === "stored") return whole(guard.value);
  return guard?.error ? `${guard.error.name}: ${guard.error.message}` : "";
}

function attemptsOf(side: Side, alias: string | undefined): string {
  const events = ofAlias(side, alias);
  const count = events.filter(({ type }) => type === "attempt-started").length;
  const waited = events.reduce((sum, { type, ms = 0 }) => sum + (type === "backoff" ? ms : 0), 0);
  const errors = events
    .filter(({ type, error }) => type === "attempt-failed" && error)
    .map(
      ({ attempt, error }) => `${attempt ?? "?"}: ${error?.name ?? ""}: ${error?.message ?? ""}`,
    );
  if (count === 0 && errors.length === 0) return "";
  return [`${count}${waited > 0 ? `, ${duration(waited)} of backoff` : ""}`, ...errors].join("\n");
}

function effectsOf(side: Side, alias: string | undefined): string {
  return counted(
    side.effects
      .filter((row) => row.alias === alias && !row.validation)
      .map(({ service, operation, outcome, error }) =>
        [`${service}.${operation}`, outcome === "unanswered" ? "unanswered" : "", error?.name ?? ""]
          .filter(Boolean)
          .join(", "),
      ),
  );
}

function writesOf(side: Side, alias: string | undefined): string {
  return counted(
    ofAlias(side, alias)
      .filter(({ type }) => type === "map-written")
      .map(({ map = "", detail = "", outcome = "" }) => `${map}: ${detail}, ${outcome}`),
  );
}

function ofAlias({ trace }: Side, alias: string | undefined): readonly TraceEvent[] {
  return trace.filter((event) => event.alias === alias);
}

/** Equal lines once, with how often they come. */
function counted(lines: readonly string[]): string {
  return [...new Set(lines)]
    .map((line) => {
      const count = lines.filter((other) => other === line).length;
      return count === 1 ? line : `${line} (${plural(count, "time")})`;
    })
    .join("\n");
}
