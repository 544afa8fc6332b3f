/**
 * Keys of sorted maps: strings in the order of their UTF-8 bytes. IndexedDB sorts strings by UTF-16
 * code units, so an entry's key is binary, which IndexedDB compares bytewise: the map's name, a byte
 * that is in no UTF-8, and the key.
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** No byte of UTF-8: it ends the map's name. */
const SEPARATOR = 0xff;
/** UTF-8 takes no more bytes for one unit of a JavaScript string. */
const MOST_BYTES = 3;

/** Makes the keys of one map's entries. A key is a view that the next one overwrites: it is for one request. */
export function entryKeys(map: string): (key: string) => Uint8Array<ArrayBuffer> {
  const name = encoder.encode(map);
  const start = name.length + 1;
  let scratch = new Uint8Array(start + 64);
  const begin = (): void => {
    scratch.set(name);
    scratch[name.length] = SEPARATOR;
  };
  begin();
  return (key) => {
    const most = start + key.length * MOST_BYTES;
    if (scratch.length < most) {
      scratch = new Uint8Array(most * 2);
      begin();
    }
    const { written } = encoder.encodeInto(key, scratch.subarray(start));
    return scratch.subarray(0, start + written);
  };
}

export function entryKey(map: string, key: string): Uint8Array<ArrayBuffer> {
  return entryKeys(map)(key).slice();
}

/** Past every key of the map. */
export function endOfMap(map: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array([...encoder.encode(map), SEPARATOR, SEPARATOR]);
}

/** The map and the key as strings, from the binary key that IndexedDB gave back. */
export function splitKey(binary: ArrayBuffer | Uint8Array<ArrayBuffer>): {
  map: string;
  key: string;
} {
  const bytes = ArrayBuffer.isView(binary) ? binary : new Uint8Array(binary);
  const end = bytes.indexOf(SEPARATOR);
  return {
    map: decoder.decode(bytes.subarray(0, end)),
    key: decoder.decode(bytes.subarray(end + 1)),
  };
}

export interface KeyBound {
  readonly key: string;
  /** The bound itself is left out. */
  readonly open: boolean;
}

export interface KeyBounds {
  readonly lower?: KeyBound | undefined;
  readonly upper?: KeyBound | undefined;
}

/** The IndexedDB range of a part of one map. */
export function entryRange(map: string, { lower, upper }: KeyBounds): IDBKeyRange {
  return IDBKeyRange.bound(
    entryKey(map, lower?.key ?? ""),
    upper === undefined ? endOfMap(map) : entryKey(map, upper.key),
    lower?.open ?? false,
    upper?.open ?? true,
  );
}

/** Negative, zero or positive, as `a` sorts before, with or after `b` by UTF-8 bytes. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const x = a.charCodeAt(index);
    const y = b.charCodeAt(index);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others, so they rank last. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

export function isWithin(key: string, { lower, upper }: KeyBounds): boolean {
  const low = lower ? compareKeys(key, lower.key) : 1;
  const high = upper ? compareKeys(key, upper.key) : -1;
  return (low > 0 || (low === 0 && !lower?.open)) && (high < 0 || (high === 0 && !upper?.open));
}
