/**
 * A mutation's change as bytes, which is how it is kept: one array for a batch of any size, and equal
 * bytes for equal changes. Each key, and in an insert each value, follows its length as 32 bits.
 */
import type { MapChange } from "./records.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const LENGTH_BYTES = 4;
/** UTF-8 takes no more bytes for one unit of a JavaScript string. */
const MOST_BYTES = 3;

/** A change as bytes: equal for equal changes. */
export function packChange(change: MapChange): Uint8Array<ArrayBuffer> {
  const items: readonly (readonly [string, Uint8Array?])[] =
    change.method === "insert" ? change.entries : change.keys.map((key) => [key] as const);
  let most = 0;
  for (const [key, value] of items) {
    most += LENGTH_BYTES + key.length * MOST_BYTES + (value ? LENGTH_BYTES + value.length : 0);
  }
  const bytes = new Uint8Array(most);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [key, value] of items) {
    const { written } = encoder.encodeInto(key, bytes.subarray(at + LENGTH_BYTES));
    view.setUint32(at, written);
    at += LENGTH_BYTES + written;
    if (!value) continue;
    view.setUint32(at, value.length);
    bytes.set(value, at + LENGTH_BYTES);
    at += LENGTH_BYTES + value.length;
  }
  return bytes.slice(0, at);
}

/** The change that `packChange` made the bytes of. */
export function unpackChange(method: MapChange["method"], bytes: Uint8Array): MapChange {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const next = (): Uint8Array => {
    const end = at + LENGTH_BYTES + view.getUint32(at);
    const part = bytes.subarray(at + LENGTH_BYTES, end);
    at = end;
    return part;
  };
  const keys: string[] = [];
  const entries: [string, Uint8Array][] = [];
  while (at < bytes.length) {
    const key = decoder.decode(next());
    if (method === "remove") keys.push(key);
    else entries.push([key, next().slice()]);
  }
  return method === "remove" ? { method, keys } : { method, entries };
}

/** Whether two arrays hold the same. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
