import fc from "fast-check";
import { expect, it } from "vitest";
import { changedNumbers, changedTo } from "./number-text.ts";

it.each([
  ["9007199254740993", "9007199254740992"],
  ["-9223372036854775808123", "-9.223372036854776e+21"],
  ["0.10000000000000000001", "0.1"],
  ["1e400", "null"],
  ["1e-400", "0"],
  ["12345678901234567890", "12345678901234567000"],
])("%s is sent as %s", (written, sent) => {
  expect(changedTo(written)).toBe(sent);
});

it.each([
  "0",
  "-0",
  "1.10",
  "1.0",
  "100",
  "1e2",
  "1E+2",
  "0.1",
  "1e21",
  "9007199254740992",
  "5e-324",
  "x",
  "",
])("%j is sent as what it says", (written) => {
  expect(changedTo(written)).toBeUndefined();
});

it("no number that JavaScript writes is changed, however it is laid out", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(changedNumbers(JSON.stringify(value))).toEqual([]);
    }),
  );
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(changedTo(JSON.stringify(value))).toBeUndefined();
      expect(changedTo(value.toExponential())).toBeUndefined();
    }),
  );
});

it("an integer is changed where the number that is read is written with other digits", () => {
  fc.assert(
    fc.property(fc.bigInt(-(2n ** 66n), 2n ** 66n), (value) => {
      const sent = String(Number(value));
      expect(changedTo(String(value)) === undefined).toBe(sent === String(value));
    }),
  );
});

it("numbers in texts and names are no numbers, and each is told once", () => {
  expect(
    changedNumbers(
      '{"9007199254740993": "9007199254740993", "a": [9007199254740993, 9007199254740993]}',
    ),
  ).toEqual([{ written: "9007199254740993", sent: "9007199254740992" }]);
});
