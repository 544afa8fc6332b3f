/**
 * The errors of the programming interface. None is a `TypeError` or a `RangeError`, which a guard's
 * `retryableErrors` may name: what the interface itself refuses is mended by no retry.
 */
import type { GuardKind, SerializedError } from "../store/index.ts";

/** The outside service could not be reached, or its answer was lost. Usually worth a retry. */
export class NetworkError extends Error {
  override name = "NetworkError";
}

/**
 * An at-most-once guard was entered before and did not complete, so its callable is not run again,
 * in this invocation, ever. `cause` tells why it did not complete.
 */
export class AtMostOnceFailedBeforeCompleting extends Error {
  override name = "AtMostOnceFailedBeforeCompleting";

  constructor(
    readonly alias: string,
    override readonly cause: Error,
  ) {
    super(`"${alias}" failed before completing, and runs at most once: ${cause.message}`);
  }
}

/** A map was changed twice by the same method in one execution, and nothing tells the two changes apart. */
export class IdempotencyAliasRequiredError extends Error {
  override name = "IdempotencyAliasRequiredError";
}

/** An alias was used again in one execution, for another request. */
export class IdempotencyKeyReuseError extends Error {
  override name = "IdempotencyKeyReuseError";
}

/** A range without a usable limit, or with bounds that hold nothing. */
export class InvalidRangeError extends Error {
  override name = "InvalidRangeError";
}

/** A key or a map's name that is no well-formed string. */
export class InvalidKeyError extends Error {
  override name = "InvalidKeyError";
}

/** A value of a map that is no `Uint8Array`. */
export class InvalidValueError extends Error {
  override name = "InvalidValueError";
}

/** What a guarded callable resolved with does not fit the guard's schema. */
export class GuardValueError extends Error {
  override name = "GuardValueError";
}

/** A guard was used in a way that it does not allow: another kind, within itself, without an alias. */
export class GuardUsageError extends Error {
  override name = "GuardUsageError";
}

/** An invalid fault or retry policy. */
export class InvalidOptionError extends Error {
  override name = "InvalidOptionError";
}

/** @param changedSince the execution before, where the guard is one of its and the code has changed since */
export function kindMismatch(
  alias: string,
  used: GuardKind,
  known: GuardKind,
  changedSince?: number,
): GuardUsageError {
  const what = changedSince === undefined ? "" : ` since execution ${changedSince}`;
  const how =
    changedSince === undefined ? "the two guards different aliases" : "the new guard another alias";
  return new GuardUsageError(
    `The alias "${alias}" belongs to an ${known} guard of this invocation${what} and cannot be used for ` +
      `${used}. Give ${how}.`,
  );
}

/** The name and message of anything that was thrown, also of what cannot be made a string. */
export function serializeError(error: unknown): SerializedError {
  try {
    if (!(error instanceof Error)) return { name: "Error", message: describeThrown(error) };
    const { name, message }: { name: unknown; message: unknown } = error;
    return { name: String(name), message: String(message) };
  } catch (unreadable) {
    const why = unreadable instanceof Error ? unreadable.message : "";
    return { name: "Error", message: `Something was thrown that cannot be read. ${why}`.trim() };
  }
}

/** An object tells more by its members than by "[object Object]". */
function describeThrown(thrown: unknown): string {
  const asJson = (): string => `A thrown object: ${JSON.stringify(thrown)}`;
  if (typeof thrown === "object" && thrown !== null) {
    if ("message" in thrown && typeof thrown.message === "string") return thrown.message;
    if (!("toString" in thrown)) return asJson();
  }
  const text = String(thrown);
  return text.startsWith("[object ") ? asJson() : text;
}
