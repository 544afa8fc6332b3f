/** UUIDv7: order within a millisecond, and the bounds of ranges in time (docs/spec.md, 2.4). */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compareKeys,
  InvalidOptionError,
  isUuidv7,
  uuidv7,
  uuidv7Lower,
  uuidv7Time,
  uuidv7Upper,
} from "../index.ts";

const LAST = 2 ** 48 - 1;
const time = fc.integer({ min: 0, max: LAST });

describe("uuidv7", () => {
  it("ascends strictly, within a millisecond too, as keys of a map do", () => {
    const ids = Array.from({ length: 20_000 }, () => uuidv7());
    for (const [index, id] of ids.slice(1).entries()) {
      if (compareKeys(ids[index] ?? "", id) >= 0) expect.fail(`${ids[index]} is not below ${id}`);
    }
    // So many in so little time share their milliseconds.
    expect(new Set(ids.map(uuidv7Time)).size).toBeLessThan(ids.length);
    expect(ids.every(isUuidv7)).toBe(true);
  });

  it("lies between the bounds of its millisecond and tells it", () => {
    for (let made = 0; made < 100; made++) {
      const id = uuidv7();
      const ms = uuidv7Time(id);
      expect(uuidv7Lower(ms) <= id && id <= uuidv7Upper(ms)).toBe(true);
    }
  });
});

describe("the bounds of a millisecond", () => {
  it("are UUIDv7s of that time, and nothing lies between one's upper and the next one's lower", () => {
    fc.assert(
      fc.property(time, (ms) => {
        const [lower, upper] = [uuidv7Lower(ms), uuidv7Upper(ms)];
        expect([lower, upper].every(isUuidv7)).toBe(true);
        expect([uuidv7Time(lower), uuidv7Time(upper)]).toEqual([ms, ms]);
        expect(lower).toMatch(/-7000-8000-000000000000$/);
        expect(upper).toMatch(/-7fff-bfff-ffffffffffff$/);
        if (ms < LAST) expect(upper < uuidv7Lower(ms + 1)).toBe(true);
      }),
    );
  });

  it("are ordered as their times are", () => {
    fc.assert(
      fc.property(time, time, (a, b) => {
        expect(Math.sign(compareKeys(uuidv7Lower(a), uuidv7Lower(b)))).toBe(Math.sign(a - b));
      }),
    );
  });

  it.each([-1, 0.5, NaN, Infinity, LAST + 1])("are refused for the time %d", (ms) => {
    expect(() => uuidv7Lower(ms)).toThrow(InvalidOptionError);
    expect(() => uuidv7Upper(ms)).toThrow(InvalidOptionError);
  });
});

it.each([
  "",
  "not an id",
  "00000000-0000-4000-8000-000000000000",
  "00000000-0000-7000-c000-000000000000",
  "000000000000-7000-8000-000000000000",
  " 00000000-0000-7000-8000-000000000000",
])("%j is no UUIDv7, and has no time", (text) => {
  expect(isUuidv7(text)).toBe(false);
  expect(() => uuidv7Time(text)).toThrow(InvalidOptionError);
});

it("the time of an id in upper case is read, too", () => {
  expect(uuidv7Time(uuidv7Lower(1_234_567_890_123).toUpperCase())).toBe(1_234_567_890_123);
});
