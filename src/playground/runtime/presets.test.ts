import { expect, it } from "vitest";
import { FaultPlan, type Fault } from "../../durable/index.ts";
import { examples } from "../../examples/index.ts";
import { presets, presetsOf } from "./presets.ts";
import { settingsSchema } from "../../host/index.ts";

it.each(presets)("“$name” can be kept in the settings, and be armed", ({ name, faults }) => {
  const plan = { name, faults: faults.map((fault, n) => ({ id: String(n), fault })) };
  expect(settingsSchema.parse({ plan }).plan).toEqual(plan);
  expect(new FaultPlan(faults as readonly Fault[]).faults).toHaveLength(faults.length);
});

it("each has an id and a name of its own, and is of an example that there is", () => {
  expect(new Set(presets.map(({ id }) => id)).size).toBe(presets.length);
  expect(new Set(presets.map(({ name }) => name)).size).toBe(presets.length);
  const names = examples.map(({ name }) => name);
  const known = [...names, "own", undefined];
  for (const { example } of presets) expect(known).toContain(example);
});

it("an example is offered its own and those of every one, in the presets' order", () => {
  const steps = presetsOf("steps").map(({ id }) => id);
  expect(steps).toContain("between-steps");
  expect(steps).toContain("response-lost");
  expect(steps).not.toContain("crash-after");
  expect(presetsOf("processing").map(({ id }) => id)).toContain("crash-after");
  const own = presetsOf("own-12345678").map(({ id }) => id);
  expect(own).toContain("own-crash-after");
  expect(own).toContain("crash-map");
  expect(own).not.toContain("crash-after");
  const order = presets.map(({ id }) => id);
  expect(steps).toEqual(order.filter((id) => steps.includes(id)));
});
