/** What a guard that is not absent answers: what it stored, or why it stored nothing. */
import type { GuardKind, GuardRecord, SerializedError } from "../store/index.ts";
import { AtMostOnceFailedBeforeCompleting, kindMismatch, serializeError } from "./errors.ts";
import type { Execution } from "./execution.ts";
import { parseValue, type Schema } from "./schema.ts";

/** The use of a guard that asks. */
export interface GuardUse {
  readonly kind: GuardKind;
  readonly alias: string;
  readonly execution: Execution;
  readonly options: { readonly schema?: Schema | undefined };
}

/**
 * @returns what the schema makes of the stored value
 * @throws AtMostOnceFailedBeforeCompleting with the reason, where the guard failed or was left in its middle
 * @throws GuardUsageError where the guard is of the other kind
 * @throws GuardValueError where the schema refuses what is stored
 */
export async function answerFrom(record: GuardRecord, use: GuardUse): Promise<unknown> {
  const { kind, alias, execution, options } = use;
  const about = { alias, kind };
  /** What an execution before this one stored is not what the code asks for now. */
  const traceChange = (outcome: "kind" | "schema", error: unknown): void => {
    if (record.execution === execution.options.number) return;
    const detail = String(record.execution);
    const change = { outcome, detail, error: serializeError(error) };
    execution.trace({ type: "code-changed", ...about, ...change });
  };
  if (record.kind !== kind) {
    const isEarlier = record.execution !== execution.options.number;
    const error = kindMismatch(alias, kind, record.kind, isEarlier ? record.execution : undefined);
    traceChange("kind", error);
    throw error;
  }
  if (record.state === "stored") {
    let output: unknown;
    try {
      output = await parseValue(alias, options.schema, record.value);
    } catch (error) {
      traceChange("schema", error);
      throw error;
    }
    execution.trace({ type: "guard-answered", ...about, detail: String(record.execution) });
    return output;
  }
  const why = new Error(
    record.error ? describeError(record.error) : await whyUnfinished(record, execution),
  );
  execution.trace({ type: "guard-refused", ...about, error: serializeError(why) });
  throw new AtMostOnceFailedBeforeCompleting(alias, why);
}

async function whyUnfinished(
  { invocationSeq, execution, attempts }: GuardRecord,
  { options: { store, fence, number } }: Execution,
): Promise<string> {
  const where = `(execution ${execution}, attempt ${attempts})`;
  if (execution === number) return `What became of the callable could not be recorded ${where}.`;
  const entered = await fence.run(() => store.readExecution({ invocationSeq, execution }));
  switch (entered?.outcome) {
    case "crashed":
      return `The server died while the callable ran ${where}.`;
    case "cancelled":
      return `The call was cancelled while the callable ran ${where}.`;
    default:
      return `The execution ended while the callable ran, or before its end was recorded ${where}.`;
  }
}

function describeError({ name, message }: SerializedError): string {
  return `${name}: ${message}`;
}
