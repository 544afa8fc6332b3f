/** How much a worker may send, by a clock that the test drives. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import {
  BYTES_PER_SECOND,
  Meter,
  MOST_BYTES,
  MOST_MESSAGES,
  MOST_OF_LINE,
} from "./metered-port.ts";

let ends: string[];
let meter: Meter;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
  vi.advanceTimersByTime(1_000_000);
  ends = [];
  meter = new Meter("It", (why) => ends.push(why));
});
afterEach(() => vi.useRealTimers());

/** How many of so many messages are taken. */
function taken(count: number, isLine = false): number {
  return Array.from({ length: count }, () => meter.takes(1, isLine)).filter(Boolean).length;
}

it.each([
  [false, MOST_MESSAGES],
  [true, MOST_OF_LINE],
])("so many messages at once are taken (of the line: %s), and one more ends it", (isLine, most) => {
  expect([taken(most, isLine), ends]).toEqual([most, []]);
  expect(taken(9, isLine)).toBe(0);
  expect(ends).toEqual([
    `It sent more than ${most} messages at once, and was ended: nothing of that was taken.`,
  ]);
  vi.advanceTimersByTime(60_000);
  expect(taken(1, isLine)).toBe(0);
});

it.each([false, true])("2,500 may come again after a second (of the line: %s)", (isLine) => {
  taken(isLine ? MOST_OF_LINE : MOST_MESSAGES, isLine);
  vi.advanceTimersByTime(1000);
  expect([taken(2500, isLine), ends]).toEqual([2500, []]);
  expect(taken(1, isLine)).toBe(0);
});

it("what comes more slowly is never too much", () => {
  for (let second = 0; second < 60; second++) {
    expect(taken(2500) + taken(2500, true)).toBe(5000);
    vi.advanceTimersByTime(1000);
  }
  expect(ends).toEqual([]);
});

it("a call that was answered does not count", () => {
  const { onAnswered } = meter.limit;
  for (let n = 0; n < 3 * MOST_MESSAGES; n++) {
    expect(meter.takes(n)).toBe(true);
    onAnswered();
  }
});

it("bytes count by what they are, and drain", () => {
  const half = new Uint8Array(MOST_BYTES / 2);
  expect([meter.takes(half), meter.takes("one more"), ends]).toEqual([true, true, []]);
  vi.advanceTimersByTime((1000 * MOST_BYTES) / BYTES_PER_SECOND / 2);
  expect([meter.takes(half), meter.takes(half)]).toEqual([true, false]);
  expect(ends[0]).toContain("more than 64 MB at once");
});
