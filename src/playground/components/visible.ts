/**
 * Controls, and what is not seen or turns the direction of text; not tab and new line, nor the joiners
 * that emojis and scripts are written with.
 */
export const HIDDEN = /(?![\t\n\u200c\u200d])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** The text with a sign for each character that would not be seen. What is copied is the text itself. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (char) => signOf(char.codePointAt(0) ?? 0));
}

/** What stands for a character that would not be seen. */
export function signOf(code: number): string {
  // The signs of Unicode's "Control Pictures".
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `\u27e8U+${code.toString(16).toUpperCase().padStart(4, "0")}\u27e9`;
}
