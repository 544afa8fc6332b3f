/**
 * Keys of sorted maps: strings in the order of their UTF-8 bytes. IndexedDB sorts strings by UTF-16
 * code units, so a key is stored as its bytes, which IndexedDB compares bytewise.
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * `[map, UTF-8 bytes of the key]`: the primary key of an entry. The empty key is kept as the empty
 * string, which sorts before all bytes: simulated IndexedDB takes an empty array for a detached one.
 */
export type EntryKey = [string, Uint8Array<ArrayBuffer> | ArrayBuffer | ""];

export function entryKey(map: string, key: string): EntryKey {
  return [map, key === "" ? "" : encoder.encode(key)];
}

/** The key as a string, from the primary key that IndexedDB gave back. */
export function keyOf([, bytes]: EntryKey): string {
  return bytes === "" ? "" : decoder.decode(bytes);
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
