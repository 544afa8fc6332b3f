import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeText } from "./decode-text.ts";

const latin = Uint8Array.from(Array.from("a\nna\u00efve", (char) => char.charCodeAt(0)));

it("text comes back as it was", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      fc.pre(!text.startsWith("\ufeff"));
      expect(decodeText(new TextEncoder().encode(text))).toEqual({ text });
    }),
  );
});

it("what is not UTF-8 is told by line and byte, and read once its encoding is chosen", () => {
  expect(decodeText(latin).problem).toMatch(/^Line 2, byte 3 \(0xef\): this is not UTF-8\./);
  expect(decodeText(latin, "windows-1252")).toEqual({ text: "a\nna\u00efve" });
});

it("a character that is cut off at the end is told where it begins", () => {
  expect(decodeText(Uint8Array.from([97, 0xe2, 0x82])).problem).toMatch(/^Line 1, byte 2 \(0xe2\)/);
});

it("the first of several wrong bytes is told, wherever it stands", () => {
  fc.assert(
    fc.property(fc.nat(500), fc.nat(500), (before, after) => {
      const bytes = new Uint8Array(before + after + 1).fill(97);
      bytes[before] = 0xff;
      expect(decodeText(bytes).problem).toContain(`Line 1, byte ${before + 1} (0xff)`);
    }),
  );
});
