import { afterEach, beforeEach, expect, it } from "vitest";
import { openLab, type Lab } from "../testing/lab.ts";
import { LivePlan } from "./live-plan.ts";
import type { PlannedFault } from "./settings.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

const { signal } = new AbortController();
const crash: PlannedFault = { point: "effect:after", kind: "crash", when: { nth: 2 } };
const hang: PlannedFault = { point: "effect:after", kind: "hang", when: { every: true } };

it("faults are set and taken away while a server lives; those that stay keep their count", async () => {
  const plan = new LivePlan(() => undefined);
  const strike = async (): Promise<string | undefined> =>
    (await plan.strike("effect:after", { tool: "t" }, lab.store, signal))?.kind;
  expect(await strike()).toBeUndefined();
  plan.set({ name: "a", faults: [{ id: "one", fault: crash }] });
  expect(await strike()).toBeUndefined();
  const both = [
    { id: "one", fault: crash },
    { id: "two", fault: hang },
  ];
  plan.set({ name: "b", faults: both });
  // Both are due: the first in the plan strikes, and the other has counted its hit all the same.
  expect(await strike()).toBe("crash");
  expect(await strike()).toBe("hang");
  expect([...(await lab.store.readHits("one"))]).toEqual([[0, 3]]);
  expect([...(await lab.store.readHits("two"))]).toEqual([[0, 2]]);
  plan.set(undefined);
  expect(await strike()).toBeUndefined();
  expect([...(await lab.store.readHits("two"))]).toEqual([[0, 2]]);
});

it("equal faults of different ids count apart", async () => {
  const plan = new LivePlan(() => undefined);
  const second: PlannedFault = { ...crash, when: { nth: 1 } };
  plan.set({ name: "a", faults: [{ id: "one", fault: second }] });
  const detail = { tool: "t" };
  expect(await plan.strike("effect:after", detail, lab.store, signal)).toMatchObject(second);
  expect(await plan.strike("effect:after", detail, lab.store, signal)).toBeUndefined();
  // Armed anew, it strikes again.
  plan.set({ name: "a", faults: [{ id: "another", fault: second }] });
  expect(await plan.strike("effect:after", detail, lab.store, signal)).toMatchObject(second);
});
