/**
 * Folds a text so that equal texts in any letter case are equal, in any script. Through lower and
 * upper case and back, for "ẞ" is "ß" is "SS"; character by character, for a final "ς" depends on what follows it.
 */
export function fold(text: string): string {
  return Array.from(text.normalize("NFC").toLowerCase().toUpperCase(), (char) => char.toLowerCase())
    .join("")
    .normalize("NFC");
}
