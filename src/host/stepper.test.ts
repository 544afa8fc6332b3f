/** Calls that wait for a person: what is true while they wait, and where they wait next. */
import { expect, it } from "vitest";
import { z } from "zod";
import { atLeastOnce, atMostOnce, FAULT_POINTS, uuidv7 } from "../durable/index.ts";
import type { DurableMcpServer } from "../mcp/index.ts";
import { call, ok, textOf } from "../testing/lab.ts";
import { steppedLab } from "../testing/stepped-lab.ts";
import type { Pause } from "./index.ts";

const own = steppedLab();
const { waiting, waits, rows } = own;

it("a call waits at a breakpoint with what was written before it, and goes on from there", async () => {
  own.stepper.breakpoints = [{ point: "effect:after" }];
  const { client } = await own.serve();
  const id = uuidv7();
  const answer = call(client, "pay", { amount: 1 }, id);
  const pause = await waits();
  expect(pause).toMatchObject({
    point: "effect:after",
    tool: "pay",
    alias: "payment",
    kind: "atMostOnce",
    attempt: 1,
    service: "bank",
    invocation: id,
    execution: 1,
  });
  expect(await rows()).toMatchObject([{ outcome: "unanswered" }]);
  const [guard] = await own.lab.store.readGuards({ invocation: id, limit: 9 });
  expect(guard).toMatchObject({ state: "started" });
  // Outside of any transaction: others write meanwhile.
  await own.lab.store.applyMutation({
    map: "other",
    at: 0,
    origin: {},
    change: { method: "insert", entries: [["k", new Uint8Array([1])]] },
  });
  own.stepper.decide(pause.id, "go on");
  expect(textOf(await answer)).toBe("paid");
  expect(own.pauses).toEqual([]);
  const trace = await own.lab.store.readTrace({ invocation: id, limit: 99 });
  expect(trace.filter(({ type }) => type === "paused" || type === "continued")).toMatchObject([
    { type: "paused", point: "effect:after", alias: "payment", attempt: 1, detail: "bank" },
    { type: "continued", point: "effect:after", ms: expect.any(Number) as number },
  ]);
});

it("a call is stepped through every point, in their order", async () => {
  const { client } = await own.serve();
  const id = uuidv7();
  const answer = own.stepper.stepInto(id, () => call(client, "pay", { amount: 1 }, id));
  const seen: string[] = [];
  for (const point of FAULT_POINTS) {
    const pause = await waits();
    seen.push(pause.point);
    expect(pause.alias).toBe(/^(map|call)/.test(point) ? undefined : "payment");
    own.stepper.decide(pause.id, "step");
  }
  expect(textOf(await answer)).toBe("paid");
  expect(seen).toEqual([
    "guard:before-start",
    "guard:started",
    "effect:before",
    "effect:after",
    "guard:before-store",
    "guard:stored",
    "map:before-commit",
    "map:committed",
    "call:before-response",
  ]);
  // The step after the last point is no other execution's.
  await call(client, "pay", { amount: 1 }, id);
  expect(own.pauses).toEqual([]);
});

it("it goes on from a step to the next breakpoint, or to its end", async () => {
  own.stepper.breakpoints = [{ point: "map:committed" }];
  const { client } = await own.serve();
  const id = uuidv7();
  const answer = own.stepper.stepInto(id, () => call(client, "pay", { amount: 1 }, id));
  const first = await waits();
  expect(first.point).toBe("guard:before-start");
  own.stepper.decide(first.id, "go on");
  const second = await waits();
  expect(second).toMatchObject({ point: "map:committed", map: "payments" });
  own.stepper.decide(second.id, "go on");
  await answer;
});

it("several calls wait beside one another, and each is decided about alone", async () => {
  own.stepper.breakpoints = [{ point: "effect:before" }];
  const { client } = await own.serve();
  const ids = [uuidv7(), uuidv7(), uuidv7()];
  const answers = ids.map((id, amount) => call(client, "pay", { amount }, id));
  const pauseOf = (nth: number): Pause | undefined =>
    own.pauses.find(({ invocation }) => invocation === ids[nth]);
  await waiting(3);
  own.stepper.decide(pauseOf(1)?.id ?? 0, "step");
  await waiting(2);
  await waiting(3);
  expect([0, 1, 2].map((nth) => pauseOf(nth)?.point)).toEqual([
    "effect:before",
    "effect:after",
    "effect:before",
  ]);
  own.stepper.decide(pauseOf(1)?.id ?? 0, "go on");
  await answers[1];
  expect(await rows()).toHaveLength(1);
  for (const nth of [2, 0]) {
    own.stepper.decide(pauseOf(nth)?.id ?? 0, "go on");
    await answers[nth];
  }
  expect(await rows()).toHaveLength(3);
});

/** A tool of two guards that run side by side. */
function branches(server: DurableMcpServer): void {
  server.registerTool("both", {}, async (_, context) => {
    const one = (alias: string) => atMostOnce(alias, context, () => alias, { schema: z.string() });
    return ok((await Promise.all([one("a"), one("b")])).join());
  });
}

it("branches of one call wait beside one another; a step goes to the next point of any of them", async () => {
  own.stepper.breakpoints = [{ point: "guard:before-start" }];
  const { client } = await own.serve(branches);
  const answer = call(client, "both");
  await waiting(2);
  const [a, b] = own.pauses;
  expect([a?.alias, b?.alias]).toEqual(["a", "b"]);
  own.stepper.decide(b?.id ?? 0, "step");
  await waiting(1);
  await waiting(2);
  expect(own.pauses.map(({ alias, point }) => [alias, point])).toEqual([
    ["a", "guard:before-start"],
    ["b", "guard:started"],
  ]);
  for (const { id } of own.pauses) own.stepper.decide(id, "go on");
  expect(textOf(await answer)).toBe("a,b");
});

it("steps of two branches are two steps", async () => {
  own.stepper.breakpoints = [{ point: "guard:before-start" }];
  const { client } = await own.serve(branches);
  const answer = call(client, "both");
  await waiting(2);
  own.stepper.breakpoints = [];
  for (const { id } of own.pauses) own.stepper.decide(id, "step");
  await waiting(2);
  const paused = own.pauses.map(({ alias, point }) => [alias, point]);
  expect(paused.toSorted()).toEqual([
    ["a", "guard:started"],
    ["b", "guard:started"],
  ]);
  for (const { id } of own.pauses) own.stepper.decide(id, "go on");
  expect(textOf(await answer)).toBe("a,b");
});

it("a step into a call that passes no point is no later call's", async () => {
  const { client } = await own.serve();
  const id = uuidv7();
  // Its arguments are refused before it is one.
  await own.stepper.stepInto(id, () => call(client, "pay", { amount: "much" }, id));
  expect(textOf(await call(client, "pay", { amount: 1 }, id))).toBe("paid");
  expect(own.pauses).toEqual([]);
});

it("it says within which guards it is, and of which kinds they are", async () => {
  own.stepper.breakpoints = [{ point: "guard:before-start", match: { alias: "inner" } }];
  const schema = z.string();
  const { client } = await own.serve((server) => {
    server.registerTool("nested", {}, async (_, context) =>
      ok(
        await atLeastOnce(
          "outer",
          context,
          (outer) =>
            atMostOnce(
              "middle",
              outer,
              (middle) => atMostOnce("inner", middle, () => "in", { schema }),
              { schema },
            ),
          { schema },
        ),
      ),
    );
  });
  const answer = call(client, "nested");
  const pause = await waits();
  expect(pause.around).toEqual([
    { alias: "outer", kind: "atLeastOnce" },
    { alias: "middle", kind: "atMostOnce" },
  ]);
  own.stepper.decide(pause.id, "step");
  const started = await waits();
  expect([started.point, started.around.length]).toEqual(["guard:started", 2]);
  own.stepper.decide(started.id, "go on");
  expect(textOf(await answer)).toBe("in");
});

it("a breakpoint may be narrowed to a tool, a guard, a map or a service", async () => {
  const { client } = await own.serve();
  own.stepper.breakpoints = [
    { point: "effect:before", match: { service: "post" } },
    { point: "every point", match: { map: "payments" } },
    { point: "guard:stored", match: { tool: "pay", alias: "other" } },
  ];
  // Set while the server runs: it holds for whatever passes from now on.
  const answer = call(client, "pay", { amount: 1 });
  const first = await waits();
  expect(first.point).toBe("map:before-commit");
  own.stepper.breakpoints = [];
  own.stepper.decide(first.id, "go on");
  expect(textOf(await answer)).toBe("paid");
});
