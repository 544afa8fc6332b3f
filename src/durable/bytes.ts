/** Values of sorted maps: JSON as UTF-8 bytes, and bytes as people and JSON can read them. */

import { InvalidValueError } from "./errors.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });
const exactDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @throws InvalidValueError for a value that JSON cannot hold */
export function toBytes(value: unknown): Uint8Array {
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) throw new InvalidValueError(`JSON cannot hold a ${typeof value}.`);
  return encoder.encode(json);
}

/** @throws SyntaxError or TypeError for bytes that are no JSON */
export function fromBytes(bytes: Uint8Array): unknown {
  return JSON.parse(decoder.decode(bytes));
}

/** UTF-8 as text, to the last byte; `undefined` for other bytes. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return exactDecoder.decode(bytes);
  } catch {
    return undefined; // No UTF-8.
  }
}

/** An entry that JSON can hold: its value as text where it is UTF-8, else in base64. */
export function entryToJson(key: string, value: Uint8Array): Record<string, string> {
  const text = textOf(value);
  if (text !== undefined) return { key, text };
  return { key, base64: btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join("")) };
}
