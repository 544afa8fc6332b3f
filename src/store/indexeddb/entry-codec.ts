/**
 * An entry's value as it is kept: the number of the write that put it there, in 6 bytes, and the value.
 * It is a buffer: the browser reads one quicker than a view. Up to version 3 it was a view.
 */
const WRITE_BYTES = 6;
const BYTE = 256;

export type StoredEntry = ArrayBuffer | Uint8Array<ArrayBuffer>;

export function packEntry(write: number, value: Uint8Array): ArrayBuffer {
  const bytes = new Uint8Array(WRITE_BYTES + value.length);
  let rest = write;
  for (let index = WRITE_BYTES - 1; index >= 0; index--) {
    bytes[index] = rest % BYTE;
    rest = Math.floor(rest / BYTE);
  }
  bytes.set(value, WRITE_BYTES);
  return bytes.buffer;
}

/** The value is a view of what the store gave, which is nobody else's: a copy of each would show in a range. */
export function valueOf(stored: StoredEntry): Uint8Array {
  if (stored instanceof ArrayBuffer) return new Uint8Array(stored, WRITE_BYTES);
  return new Uint8Array(
    stored.buffer,
    stored.byteOffset + WRITE_BYTES,
    stored.length - WRITE_BYTES,
  );
}

export function writeOf(stored: StoredEntry): number {
  const bytes = stored instanceof ArrayBuffer ? new Uint8Array(stored) : stored;
  let write = 0;
  for (let index = 0; index < WRITE_BYTES; index++) write = write * BYTE + (bytes[index] ?? 0);
  return write;
}
