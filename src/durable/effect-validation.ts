/** Compares the two runs of a callable that should do the same twice. */
import { keep } from "./errors.ts";
import { sameMutation, type Mutation } from "./execution.ts";

export interface Run {
  readonly value?: unknown;
  readonly error?: unknown;
  readonly mutations: readonly Mutation[];
}

/** What differs between two runs of one callable, in words; `undefined` where nothing does. */
export function compareRuns(first: Run, second: Run): string | undefined {
  if (second.error !== undefined) {
    const { name, message } = keep(second.error);
    return `The second run threw ${name}: ${message}`;
  }
  if (!sameData(first.value, second.value)) return "The second run resolved with another value.";
  const same =
    first.mutations.length === second.mutations.length &&
    first.mutations.every((mutation, index) => {
      const other = second.mutations[index];
      return other !== undefined && sameMutation(mutation, other);
    });
  return same ? undefined : "The second run wrote something else to the maps.";
}

/** Deep equality of what the structured clone algorithm takes. */
export function sameData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.prototype.toString.call(a) !== Object.prototype.toString.call(b)) return false;
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (a instanceof RegExp && b instanceof RegExp) return String(a) === String(b);
  if (a instanceof Map && b instanceof Map) return sameData([...a], [...b]);
  if (a instanceof Set && b instanceof Set) return sameData([...a], [...b]);
  if (a instanceof ArrayBuffer && b instanceof ArrayBuffer) {
    return sameData(new Uint8Array(a), new Uint8Array(b));
  }
  if (a instanceof Error && b instanceof Error) return a.name === b.name && a.message === b.message;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every(
      (name) =>
        Object.hasOwn(b, name) &&
        sameData((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]),
    )
  );
}
