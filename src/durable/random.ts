/** Seeded randomness that does not depend on how often it was asked before: the same place gives the same number. */

/** A number in [0, 1) for a seed and a place in its sequence. FNV-1a over the text, then murmur3's finalizer. */
export function drawAt(seed: number, ...place: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const char of [seed, ...place].join("\u0000")) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
