/** Compares the two runs of a callable that should do the same twice. */
import { GuardUsageError, serializeError } from "./errors.ts";
import { sameMutation, type Asked } from "./scope.ts";
import { sameData } from "./same-data.ts";

export interface Run extends Asked {
  readonly value?: unknown;
  readonly error?: unknown;
}

/** What differs between two runs of one callable, in words; `undefined` where nothing does. */
export function compareRuns(first: Run, second: Run): string | undefined {
  if (second.error !== undefined) {
    const { name, message } = serializeError(second.error);
    return `The second run threw ${name}: ${message}`;
  }
  if (!sameData(first.value, second.value)) {
    const values = `first ${inShort(first.value)}, then ${inShort(second.value)}`;
    return `The second run resolved with another value: ${values}`;
  }
  const same =
    first.mutations.length === second.mutations.length &&
    first.mutations.every((mutation, index) => {
      const other = second.mutations[index];
      return other !== undefined && sameMutation(mutation, other);
    });
  if (!same) return "The second run wrote something else to the maps.";
  const asked = ({ requests }: Run): unknown[] => requests.map(({ request }) => request);
  if (!sameData(asked(first), asked(second))) return "The second run asked the client otherwise.";
  const effects = (run: Run): unknown[] =>
    run.effects.map(({ name, position, request }) => ({ name, position, request }));
  if (!sameData(effects(first), effects(second))) {
    return "The second run asked the outside world otherwise.";
  }
  return undefined;
}

const SHOWN = 80;

/** A value in a message: its JSON, or its type where it has none. */
function inShort(value: unknown): string {
  try {
    const json = JSON.stringify(value) as string | undefined;
    return json && json.length > SHOWN ? `${json.slice(0, SHOWN)}…` : (json ?? typeof value);
  } catch {
    return typeof value; // A bigint, or what holds itself.
  }
}

/** What the first run did not ask for is neither performed nor asked. */
export function refuseSecondRun(what: string): GuardUsageError {
  return new GuardUsageError(
    `The second run of effect validation asks for ${what}, which the first did not: it is not done.`,
  );
}
