import { expect, it } from "vitest";
import { isRun, sweepOf } from "./scratch.ts";

const SWEEP = "0199a1b2-c3d4-7000-8000-0123456789ab";

it("knows a sweep's run by its name, and its ledger, which is no run", () => {
  const run = `explore-${SWEEP}-on-12`;
  expect([isRun(run), sweepOf(run)]).toEqual([true, SWEEP]);
  const ledger = `${run}-ledger`;
  expect([isRun(ledger), sweepOf(ledger)]).toEqual([false, SWEEP]);
});

it.each(["playground-processing", "explore-1-on-1", `explore-${SWEEP}`, ""])(
  "“%s” is neither",
  (name) => {
    expect([isRun(name), sweepOf(name)]).toEqual([false, undefined]);
  },
);
