/**
 * Keys of sorted maps: strings in the order of their UTF-8 bytes. IndexedDB sorts strings by UTF-16
 * code units, so a key is stored as its bytes, which IndexedDB compares bytewise.
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** `[map, UTF-8 bytes of the key]`: the primary key of an entry. */
export type EntryKey = [string, Uint8Array<ArrayBuffer> | ArrayBuffer];

export function entryKey(map: string, key: string): EntryKey {
  return [map, encoder.encode(key)];
}

/** The key as a string, from the primary key that IndexedDB gave back. */
export function keyOf(entryKey: EntryKey): string {
  return decoder.decode(entryKey[1]);
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

/** The IndexedDB range of a part of one map. An array sorts after every binary key, so `[map, []]` ends a map. */
export function entryRange(map: string, { lower, upper }: KeyBounds): IDBKeyRange {
  return IDBKeyRange.bound(
    entryKey(map, lower?.key ?? ""),
    upper === undefined ? [map, []] : entryKey(map, upper.key),
    lower?.open ?? false,
    upper?.open ?? true,
  );
}
