/**
 * The order of a sorted map's keys, which are strings: that of their UTF-8 bytes, which is that of
 * their code points. UTF-16 puts surrogates (code points from U+10000) below U+E000, so units are ranked.
 */

export interface KeyBound {
  readonly key: string;
  /** The bound itself is left out. */
  readonly open: boolean;
}

/** The ends of a range, each of which may be missing: then there is no end. */
export interface KeyBounds {
  readonly lower?: KeyBound | undefined;
  readonly upper?: KeyBound | undefined;
}

const SURROGATES = 0xd800;
const AFTER_SURROGATES = 0xe000;
const SURROGATE_COUNT = 0x800;
const TO_THE_END = 0x10000 - AFTER_SURROGATES;

/** The place of a UTF-16 unit in the order of code points: surrogates come last. */
export function rankUnit(unit: number): number {
  if (unit < SURROGATES) return unit;
  return unit < AFTER_SURROGATES ? unit + TO_THE_END : unit - SURROGATE_COUNT;
}

/** The unit of a rank; the inverse of `rankUnit`. */
export function unitOfRank(rank: number): number {
  if (rank < SURROGATES) return rank;
  return rank < SURROGATES + TO_THE_END ? rank + SURROGATE_COUNT : rank - TO_THE_END;
}

/** Negative, zero or positive, as `a` sorts before, with or after `b` by UTF-8 bytes. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const x = a.charCodeAt(index);
    const y = b.charCodeAt(index);
    if (x !== y) return rankUnit(x) - rankUnit(y);
  }
  return a.length - b.length;
}

/** Whether no key can be within the bounds. */
export function isEmptyRange({ lower, upper }: KeyBounds): boolean {
  if (!upper) return false;
  const order = compareKeys(lower?.key ?? "", upper.key);
  return order > 0 || (order === 0 && ((lower?.open ?? false) || upper.open));
}

/** Whether a key is within the bounds. */
export function isWithin(key: string, { lower, upper }: KeyBounds): boolean {
  const low = lower ? compareKeys(key, lower.key) : 1;
  const high = upper ? compareKeys(key, upper.key) : -1;
  return (low > 0 || (low === 0 && !lower?.open)) && (high < 0 || (high === 0 && !upper?.open));
}
