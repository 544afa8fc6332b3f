/**
 * Keys of sorted maps: strings in the order of their UTF-8 bytes, which is that of code points.
 * IndexedDB sorts strings by UTF-16 code units, where surrogates stand below U+E000: so units are
 * shifted, the surrogates to the end. A string without any unit from U+D800 on is kept as it is, and
 * IndexedDB reads and writes strings faster than bytes.
 */
import { isEmptyRange, rankUnit, unitOfRank, type KeyBounds } from "../../model/index.ts";

/**
 * Ends the name of a map. Shifted, U+FFFF is the second half of a pair and follows a first half
 * (U+F800 to U+FBFF); alone, it is in no shifted text and sorts after every other unit there.
 */
const END = "\uffff";
const MAP_AND_KEY = /^(.*?)(?<![\uf800-\ufbff])\uffff(.*)$/s;

/** The key of an entry as IndexedDB keeps it. */
export function entryKey(map: string, key: string): string {
  return shift(map) + END + shift(key);
}

/** Past every key of the map. */
export function endOfMap(map: string): string {
  return shift(map) + END + END;
}

/** The map and the key, from the key that IndexedDB gave back. */
export function splitKey(stored: string): { map: string; key: string } {
  const [, map = "", key = ""] = MAP_AND_KEY.exec(stored) ?? [];
  return { map: unshift(map), key: unshift(key) };
}

/** Reads the keys of one map's entries, which is quicker where the map is known. */
export function keyReader(map: string): (stored: string) => string {
  const start = shift(map).length + END.length;
  return (stored) => unshift(stored.slice(start));
}

function shift(text: string): string {
  return HIGH_UNIT.test(text) ? mapUnits(text, rankUnit) : text;
}

function unshift(text: string): string {
  return HIGH_UNIT.test(text) ? mapUnits(text, unitOfRank) : text;
}

const HIGH_UNIT = /[\ud800-\uffff]/;

function mapUnits(text: string, map: (unit: number) => number): string {
  let mapped = "";
  for (let index = 0; index < text.length; index++) {
    mapped += String.fromCharCode(map(text.charCodeAt(index)));
  }
  return mapped;
}

/** The IndexedDB range of a part of one map; `undefined` where no key can be in it, which IndexedDB refuses. */
export function entryRange(map: string, { lower, upper }: KeyBounds): IDBKeyRange | undefined {
  if (isEmptyRange({ lower, upper })) return undefined;
  return IDBKeyRange.bound(
    entryKey(map, lower?.key ?? ""),
    upper === undefined ? endOfMap(map) : entryKey(map, upper.key),
    lower?.open ?? false,
    upper?.open ?? true,
  );
}
