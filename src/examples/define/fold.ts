/**
 * Folds a text so that equal texts in any letter case are equal, in any script. Through upper case
 * and back, for "ß" is "SS"; character by character, for a final "ς" depends on what follows it.
 */
export function fold(text: string): string {
  return Array.from(text.normalize("NFC").toUpperCase(), (char) => char.toLowerCase())
    .join("")
    .normalize("NFC");
}
