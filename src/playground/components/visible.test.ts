import { expect, it } from "vitest";
import { visible } from "./visible.ts";

it.each([
  ["a\0b", "a\u2400b"],
  ["\x1b[31mred\x1b[0m", "\u241b[31mred\u241b[0m"],
  ["one\r\n\ttwo", "one\u240d\n\ttwo"],
  ["pay \u202ecba", "pay \u27e8U+202E\u27e9cba"],
  ["\x7f\x9f\ufeff", "\u2421\u27e8U+009F\u27e9\u27e8U+FEFF\u27e9"],
  ["na\u00efve \u{1f600}", "na\u00efve \u{1f600}"],
])("%j is seen as %j", (text, seen) => {
  expect(visible(text)).toBe(seen);
});
