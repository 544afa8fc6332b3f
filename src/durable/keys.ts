/** Keys of sorted maps, in the order of their UTF-8 bytes, which is that of their code points. */
import { InvalidKeyError } from "./errors.ts";

export { compareKeys } from "../store/index.ts";

/** What every engine can index, in bytes of UTF-8: a map's name and a key together, and an alias. */
export const MOST_KEY_BYTES = 2000;
export const MOST_ALIAS_BYTES = 500;

const encoder = new TextEncoder();
const LAST = 0x10ffff;
const BEFORE_SURROGATES = 0xd7ff;
const AFTER_SURROGATES = 0xe000;

/** @throws InvalidKeyError for anything but a well-formed string */
export function checkKey(key: unknown, what = "key"): string {
  if (typeof key !== "string") {
    throw new InvalidKeyError(`A ${what} is a string, not ${key === null ? "null" : typeof key}.`);
  }
  if (!key.isWellFormed()) {
    throw new InvalidKeyError(
      `The ${what} ${JSON.stringify(key)} has an unpaired surrogate, which UTF-8 cannot hold. ` +
        `Replace it, for instance with key.toWellFormed().`,
    );
  }
  return key;
}

/** @throws InvalidKeyError for anything but a well-formed string of 1 to 500 bytes */
export function checkAlias(alias: unknown): string {
  if (alias === "") throw new InvalidKeyError("An alias must not be empty.");
  return checkLength(checkKey(alias, "alias"), MOST_ALIAS_BYTES, "alias");
}

/** @throws InvalidKeyError for a key that is too long to be inserted into the map */
export function checkNewKey(map: string, key: string): string {
  checkLength(map + checkKey(key), MOST_KEY_BYTES, "map's name and the key together");
  return key;
}

/** Whether an older version has written the key, which no insert takes any more. */
export function isTooLong(map: string, key: string): boolean {
  return bytesOf(map + key, MOST_KEY_BYTES) > MOST_KEY_BYTES;
}

function checkLength(text: string, most: number, what: string): string {
  const bytes = bytesOf(text, most);
  if (bytes <= most) return text;
  throw new InvalidKeyError(
    `The ${what} takes ${bytes} bytes of UTF-8; at most ${most} can be kept: ` +
      `${JSON.stringify(text.slice(0, 40))}…`,
  );
}

/** How many bytes of UTF-8; 0 where they are certainly fewer than `most`. */
function bytesOf(text: string, most: number): number {
  return text.length * 3 <= most ? 0 : encoder.encode(text).length;
}

/**
 * The exact range of the keys that begin with `prefix`: `startKey` inclusive, `endKey` exclusive and
 * absent where nothing sorts after them.
 */
export function prefixRange(prefix: string): { startKey: string; endKey?: string } {
  const points = Array.from(checkKey(prefix, "prefix"), (char) => char.codePointAt(0) ?? 0);
  while (points.at(-1) === LAST) points.pop();
  const last = points.pop();
  if (last === undefined) return { startKey: prefix };
  const next = last === BEFORE_SURROGATES ? AFTER_SURROGATES : last + 1;
  return {
    startKey: prefix,
    endKey:
      points.map((point) => String.fromCodePoint(point)).join("") + String.fromCodePoint(next),
  };
}
