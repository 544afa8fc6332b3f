import { describe, expect, it } from "vitest";
import { parsePort, portBeside } from "./port.ts";

describe("a port that was typed", () => {
  it.each([
    ["1", 1],
    ["9992", 9992],
    ["65535", 65_535],
  ])("%s is one", (text, port) => expect(parsePort(text)).toBe(port));

  it.each(["", "0", "65536", "99999999", "-1", "80.5", "1e3", "0x50", " 80", "abc", "９９"])(
    "“%s” is none, and that is told",
    (text) => {
      expect(() => parsePort(text)).toThrow(
        `A port is a whole number from 1 to 65535, not “${text}”.`,
      );
    },
  );

  it("has another beside it", () => {
    expect([9991, 65_535].map(portBeside)).toEqual([9992, 65_534]);
  });
});
