/** JSON as UTF-8 bytes, for values of sorted maps. */

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** @throws TypeError for a value that JSON cannot hold */
export function toBytes(value: unknown): Uint8Array {
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) throw new TypeError(`JSON cannot hold a ${typeof value}.`);
  return encoder.encode(json);
}

/** @throws SyntaxError or TypeError for bytes that are no JSON */
export function fromBytes(bytes: Uint8Array): unknown {
  return JSON.parse(decoder.decode(bytes));
}
