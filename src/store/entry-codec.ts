/** An entry's value as it is kept: the id of the write that put it there, as 16 bytes, and the value. */
const ID_BYTES = 16;

/** @throws Error for an id that is no UUID */
export function idBytes(id: string): Uint8Array {
  const digits = id.replaceAll("-", "");
  if (!/^[0-9a-f]{32}$/.test(digits)) throw new Error(`A write's id is a UUID, not "${id}".`);
  return Uint8Array.from({ length: ID_BYTES }, (_, index) =>
    Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16),
  );
}

export function packEntry(write: Uint8Array, value: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(ID_BYTES + value.length);
  bytes.set(write);
  bytes.set(value, ID_BYTES);
  return bytes;
}

/** The value is a view of what the store gave, which is nobody else's: a copy of each would show in a range. */
export function valueOf(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(ID_BYTES);
}

/** Neighbours are often of one write: its id is spelt once. */
let last: { readonly bytes: Uint8Array; readonly id: string } | undefined;

export function writeOf(bytes: Uint8Array): string {
  if (last && sameId(last.bytes, bytes)) return last.id;
  let id = "";
  for (let index = 0; index < ID_BYTES; index++) {
    id += HEX[bytes[index] ?? 0] ?? "";
    if (index === 3 || index === 5 || index === 7 || index === 9) id += "-";
  }
  last = { bytes: bytes.slice(0, ID_BYTES), id };
  return id;
}

function sameId(a: Uint8Array, b: Uint8Array): boolean {
  for (let index = 0; index < ID_BYTES; index++) if (a[index] !== b[index]) return false;
  return true;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
