import { expect, it } from "vitest";
import { isProblem, LOG_LEVELS } from "./log-levels.ts";

it("what is a warning or worse is to be looked at", () => {
  expect(LOG_LEVELS.filter(isProblem)).toEqual([
    "warning",
    "error",
    "critical",
    "alert",
    "emergency",
  ]);
});
