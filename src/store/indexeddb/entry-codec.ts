/** An entry's value as it is kept: the number of the write that put it there, in 6 bytes, and the value. */
const WRITE_BYTES = 6;
const BYTE = 256;

export function packEntry(write: number, value: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(WRITE_BYTES + value.length);
  let rest = write;
  for (let index = WRITE_BYTES - 1; index >= 0; index--) {
    bytes[index] = rest % BYTE;
    rest = Math.floor(rest / BYTE);
  }
  bytes.set(value, WRITE_BYTES);
  return bytes;
}

/**
 * The value is a view of what the store gave, which is nobody else's: a copy of each would show in a
 * range, and so would `subarray`, which asks for the species of each.
 */
export function valueOf({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset + WRITE_BYTES, length - WRITE_BYTES);
}

export function writeOf(bytes: Uint8Array): number {
  let write = 0;
  for (let index = 0; index < WRITE_BYTES; index++) write = write * BYTE + (bytes[index] ?? 0);
  return write;
}
