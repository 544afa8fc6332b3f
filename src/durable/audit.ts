/**
 * Audit logs: every execution of a wrapped tool leaves an entry under a UUIDv7 key.
 *
 * 1. An entry carries an alias of its own, of execution and position: no execution's entry stands
 *    for another's, and none needs an alias from the user.
 * 2. A failure to write an entry never fails the tool; it shows in the trace.
 */
import { toBytes } from "./bytes.ts";
import { DurableContext, internals } from "./context.ts";
import { serializeError } from "./errors.ts";
import { SortedMap } from "./sorted-map.ts";
import { uuidv7Time } from "./uuid.ts";

/** One entry as it is stored, in JSON. */
export interface AuditEntry {
  readonly tool: string;
  readonly inputs?: unknown;
  readonly outputs?: unknown;
  readonly error?: string;
  readonly success?: boolean;
  readonly durationSeconds?: number;
  /** Milliseconds since the epoch; the time within the entry's key. */
  readonly timestamp: number;
  /** What `audit.log` was given. */
  readonly data?: unknown;
}

/** The map that holds a log. */
export function auditMap(logName: string): SortedMap {
  return SortedMap.ref(`audit:${logName}`);
}

/** Wraps a tool so that each of its executions is written to the log. */
export function audit<Args, Result>(
  logName: string,
  tool: (args: Args, context: DurableContext) => Promise<Result> | Result,
): (args: Args, context: DurableContext) => Promise<Result> {
  return async (inputs, context) => {
    const { clock } = internals(context).execution.options;
    const startedAt = clock.now();
    const outcome = (rest: Partial<AuditEntry>): Promise<void> =>
      write(logName, context, {
        inputs,
        ...rest,
        durationSeconds: (clock.now() - startedAt) / 1000,
      });
    let result: Result;
    try {
      result = await tool(inputs, context);
    } catch (error) {
      const { name, message } = serializeError(error);
      await outcome({ error: `${name}: ${message}`, success: false });
      throw error;
    }
    await outcome({ outputs: outputsOf(result), success: !isErrorResult(result) });
    return result;
  };
}

/** Writes one entry by hand. */
audit.log = (logName: string, context: DurableContext, data: unknown): Promise<void> =>
  write(logName, context, { data });

async function write(
  logName: string,
  context: DurableContext,
  entry: Omit<AuditEntry, "tool" | "timestamp">,
): Promise<void> {
  const { execution } = internals(context);
  await execution.options.fence.run(() => writeEntry(logName, context, entry));
}

async function writeEntry(
  logName: string,
  context: DurableContext,
  entry: Omit<AuditEntry, "tool" | "timestamp">,
): Promise<void> {
  const { execution, scope } = internals(context);
  // An entry tells of the time and is none of what a callable does: effect validation leaves it out.
  if (scope.validates) return;
  const { asked: _, ...unasked } = scope;
  const { newId, number } = execution.options;
  try {
    const map = auditMap(logName);
    const key = newId();
    // Without the log's name, which may be longer than an alias: the position tells entries apart.
    const alias = `audit#${number}.${++execution.audited}`;
    const full: AuditEntry = { tool: context.tool, ...entry, timestamp: uuidv7Time(key) };
    const aside = new DurableContext(execution, unasked);
    await map.idempotently(alias).insert(aside, { entries: { [key]: toBytes(full) } });
  } catch (error) {
    execution.trace({
      type: "audit-failed",
      map: `audit:${logName}`,
      error: serializeError(error),
    });
  }
}

/** Of an MCP result what a reader wants to see: its structured content. */
function outputsOf(result: unknown): unknown {
  const structured = (result as { structuredContent?: unknown } | null | undefined)
    ?.structuredContent;
  return structured ?? result;
}

function isErrorResult(result: unknown): boolean {
  return (result as { isError?: unknown } | null | undefined)?.isError === true;
}
