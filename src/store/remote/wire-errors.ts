/** Errors as they pass over a port: the store's own come back as what they were. */
import {
  StoreAbortedError,
  StoreClosedError,
  StoreError,
  StoreQuotaError,
  StoreUnavailableError,
  StoreVersionError,
  SupersededError,
  UnstorableValueError,
} from "../errors.ts";
import { ServerRefusedError } from "../liveness.ts";
import type { WireError } from "./messages.ts";

/** By what an error says of itself: a build may shorten the classes' own names. */
const PROTOTYPES = new Map<string, Error>([
  ["StoreAbortedError", StoreAbortedError.prototype],
  ["StoreClosedError", StoreClosedError.prototype],
  ["StoreError", StoreError.prototype],
  ["StoreQuotaError", StoreQuotaError.prototype],
  ["StoreUnavailableError", StoreUnavailableError.prototype],
  ["StoreVersionError", StoreVersionError.prototype],
  ["SupersededError", SupersededError.prototype],
  ["UnstorableValueError", UnstorableValueError.prototype],
  ["ServerRefusedError", ServerRefusedError.prototype],
  ["TypeError", TypeError.prototype],
  ["RangeError", RangeError.prototype],
]);

/** An error whose causes go deeper was made to. */
const DEEPEST = 5;

export function toWire(error: unknown, depth = 0): WireError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message, cause } = error;
  if (cause === undefined || depth >= DEEPEST) return { name, message };
  return { name, message, cause: toWire(cause, depth + 1) };
}

export function isWireError(error: unknown, depth = 0): error is WireError {
  if (typeof error !== "object" || error === null) return false;
  const { name, message, cause } = error as Readonly<Record<string, unknown>>;
  return (
    typeof name === "string" &&
    typeof message === "string" &&
    (cause === undefined || (depth < DEEPEST && isWireError(cause, depth + 1)))
  );
}

export function fromWire({ name, message, cause }: WireError): Error {
  const error = new Error(message, cause ? { cause: fromWire(cause) } : {});
  const prototype = PROTOTYPES.get(name);
  if (prototype) Object.setPrototypeOf(error, prototype);
  // Of the built-in ones the name stands in the prototype; of all others it is the instance's own.
  Object.defineProperty(error, "name", { value: name, configurable: true, writable: true });
  return error;
}
