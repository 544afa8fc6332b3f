import { expect, it } from "vitest";
import { axisOf, ticksOf } from "./axis.ts";

it("time is drawn as it is where no wait crowds out the rest", () => {
  const axis = axisOf([10, 20, 150], 160);
  expect(axis.breaks).toEqual([]);
  expect(axis.length).toBe(160);
  expect([0, 10, 85, 160].map(axis.place)).toEqual([0, 10, 85, 160]);
});

it("a wait of 44 s between steps of milliseconds is a break, and leaves them their room", () => {
  const axis = axisOf([5, 8, 44_008], 44_010);
  expect(axis.breaks).toEqual([{ from: 8, to: 44_008 }]);
  // 10 ms of steps, and a third of that for the break.
  expect(axis.length).toBeCloseTo(10 + 10 / 3);
  expect(axis.place(8)).toBe(8);
  expect(axis.place(44_008)).toBeCloseTo(8 + 10 / 3);
  expect(axis.place(44_010)).toBeCloseTo(axis.length);
  expect(axis.place(22_008)).toBeCloseTo(8 + 10 / 6);
});

it("two long waits are two breaks", () => {
  const axis = axisOf([2, 10_002, 10_005, 20_005], 20_006);
  expect(axis.breaks).toEqual([
    { from: 2, to: 10_002 },
    { from: 10_005, to: 20_005 },
  ]);
});

it("what is outside is drawn at the ends, and an execution without steps has an axis", () => {
  const axis = axisOf([-5, 500], 100);
  expect([-5, 500].map(axis.place)).toEqual([0, 100]);
  expect(axisOf([], 1)).toMatchObject({ length: 1, breaks: [] });
});

it("ticks are round, apart, and outside of breaks", () => {
  const plain = axisOf([10, 20, 150], 160);
  expect(ticksOf(plain, 160, 4)).toEqual([0, 50, 100, 150]);
  const broken = axisOf([5, 8, 44_008], 44_010);
  const ticks = ticksOf(broken, 44_010, 4);
  expect(ticks.filter((at) => at > 8 && at < 44_008)).toEqual([]);
  expect(ticks.slice(0, 2)).toEqual([0, 5]);
  expect(ticksOf(axisOf([], 1), 1, 0)).toEqual([0, 1]);
});
