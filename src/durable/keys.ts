/** Keys of sorted maps, in the order of their UTF-8 bytes, which is that of their code points. */
import { InvalidKeyError } from "./errors.ts";

export { compareKeys } from "../store/index.ts";

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
