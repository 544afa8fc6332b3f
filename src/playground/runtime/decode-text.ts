/** A file's bytes as text, strictly: what is not of the encoding is told with its place. */

/** What may be chosen, as TextDecoder names them; UTF-8 unless another is. */
export const ENCODINGS = [
  "utf-8",
  "windows-1252",
  "iso-8859-15",
  "utf-16le",
  "utf-16be",
  "shift_jis",
  "gb18030",
] as const;
export type Encoding = (typeof ENCODINGS)[number];

export type Decoded =
  | { readonly text: string; readonly problem?: undefined }
  | { readonly text?: undefined; readonly problem: string };

const NEW_LINE = 0x0a;

export function decodeText(bytes: Uint8Array, encoding: Encoding = "utf-8"): Decoded {
  try {
    return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes) };
  } catch {
    const at = firstWrong(bytes, encoding);
    const before = bytes.subarray(0, at);
    const line = before.reduce((lines, byte) => lines + Number(byte === NEW_LINE), 1);
    const inLine = at - before.lastIndexOf(NEW_LINE);
    const byte =
      bytes[at] === undefined ? "the end" : `0x${bytes[at].toString(16).padStart(2, "0")}`;
    return {
      problem: `Line ${line}, byte ${inLine} (${byte}): this is not ${encoding.toUpperCase()}. Choose the file's encoding, or save it as UTF-8.`,
    };
  }
}

/** Where the first character begins that cannot be decoded. */
function firstWrong(bytes: Uint8Array, encoding: Encoding): number {
  const isRight = (length: number, stream: boolean): boolean => {
    try {
      new TextDecoder(encoding, { fatal: true }).decode(bytes.subarray(0, length), { stream });
      return true;
    } catch {
      return false; // That is what was asked.
    }
  };
  let [right, wrong] = [0, bytes.length + 1];
  while (wrong - right > 1) {
    const middle = (right + wrong) >> 1;
    if (isRight(middle, true)) right = middle;
    else wrong = middle;
  }
  let at = Math.min(right, bytes.length);
  while (at > 0 && !isRight(at, false)) at--;
  return at;
}
