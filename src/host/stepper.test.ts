/** Calls that wait for a person: what is true while they wait, and what each decision comes to. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import {
  atLeastOnce,
  atMostOnce,
  effect,
  FAULT_POINTS,
  FaultPlan,
  NetworkError,
  SortedMap,
  toBytes,
  uuidv7,
  type FaultInjector,
} from "../durable/index.ts";
import type { DurableMcpServer } from "../mcp/index.ts";
import { call, ok, openLab, settled, textOf, type Lab } from "../testing/lab.ts";
import { Stepper, type Pause } from "./index.ts";

let lab: Lab;
let pauses: readonly Pause[];
let stepper: Stepper;
let faults: FaultInjector;
let heard: () => void;
beforeEach(async () => {
  lab = await openLab();
  pauses = [];
  heard = () => undefined;
  stepper = new Stepper((now) => {
    pauses = now;
    heard();
  });
  faults = {
    strike: () => Promise.resolve(undefined),
    pause: (...passing) => stepper.pause(...passing),
  };
});
afterEach(() => lab.close());

/** Resolves when so many calls wait. */
async function waiting(count: number): Promise<readonly Pause[]> {
  await new Promise<void>((resolve) => {
    heard = () => {
      if (pauses.length === count) resolve();
    };
    heard();
  });
  return pauses;
}

async function waits(): Promise<Pause> {
  const [pause] = await waiting(1);
  if (!pause) throw new Error("Nothing waits.");
  return pause;
}

const payments = SortedMap.ref("payments");

function pays(server: DurableMcpServer): void {
  lab.world.simulate("bank.pay", { answers: ["paid"] });
  server.registerTool("pay", { inputSchema: { amount: z.number() } }, async (args, context) => {
    const paid = await atMostOnce(
      "payment",
      context,
      (inner) => effect(inner, "bank.pay", args, () => "never"),
      { schema: z.string(), retryableErrors: [NetworkError], retryPolicy: { maxAttempts: 2 } },
    );
    await payments.insert(context, { entries: { one: toBytes(paid) } });
    return ok(paid);
  });
}

const rows = () => lab.world.ledger.rows({ limit: 99 });

it("a call waits at a breakpoint with what was written before it, and goes on from there", async () => {
  stepper.breakpoints = [{ point: "effect:after" }];
  const { client } = await lab.serve(pays, { faults });
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
  const [guard] = await lab.store.readGuards({ invocation: id, limit: 9 });
  expect(guard).toMatchObject({ state: "started" });
  // Outside of any transaction: others write meanwhile.
  await lab.store.applyMutation({
    map: "other",
    at: 0,
    origin: {},
    change: { method: "insert", entries: [["k", new Uint8Array([1])]] },
  });
  stepper.decide(pause.id, "go on");
  expect(textOf(await answer)).toBe("paid");
  expect(pauses).toEqual([]);
  const trace = await lab.store.readTrace({ invocation: id, limit: 99 });
  expect(trace.filter(({ type }) => type === "paused" || type === "continued")).toMatchObject([
    { type: "paused", point: "effect:after", alias: "payment", attempt: 1, detail: "bank" },
    { type: "continued", point: "effect:after", ms: expect.any(Number) as number },
  ]);
});

it("a call is stepped through every point, in their order", async () => {
  const { client } = await lab.serve(pays, { faults });
  const id = uuidv7();
  const answer = stepper.stepInto(id, () => call(client, "pay", { amount: 1 }, id));
  const seen: string[] = [];
  for (const point of FAULT_POINTS) {
    const pause = await waits();
    seen.push(pause.point);
    expect(pause.alias).toBe(/^(map|call)/.test(point) ? undefined : "payment");
    stepper.decide(pause.id, "step");
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
  expect(pauses).toEqual([]);
});

it("it goes on from a step to the next breakpoint, or to its end", async () => {
  stepper.breakpoints = [{ point: "map:committed" }];
  const { client } = await lab.serve(pays, { faults });
  const id = uuidv7();
  const answer = stepper.stepInto(id, () => call(client, "pay", { amount: 1 }, id));
  const first = await waits();
  expect(first.point).toBe("guard:before-start");
  stepper.decide(first.id, "go on");
  const second = await waits();
  expect(second).toMatchObject({ point: "map:committed", map: "payments" });
  stepper.decide(second.id, "go on");
  await answer;
});

it("a crash there is a crash: nothing of it goes on, and the next server resumes the call", async () => {
  stepper.breakpoints = [{ point: "effect:after" }];
  const { server, client } = await lab.serve(pays, { faults });
  const id = uuidv7();
  const answer = call(client, "pay", { amount: 1 }, id);
  stepper.decide((await waits()).id, { kind: "crash" });
  await expect(answer).rejects.toThrow("Connection closed");
  expect([server.state, pauses]).toEqual(["crashed", []]);
  await lab.serve(pays, { faults });
  await settled(lab, id, "failed");
  expect(await rows()).toHaveLength(1);
});

it.each(["crash", "close"] as const)("a %s leaves no call waiting", async (end) => {
  stepper.breakpoints = [{ point: "guard:started" }];
  const { server, client } = await lab.serve(pays, { faults });
  const answer = call(client, "pay", { amount: 1 });
  const pause = await waits();
  await server[end]();
  await expect(answer).rejects.toThrow("Connection closed");
  expect(pauses).toEqual([]);
  // A word that comes too late does nothing.
  stepper.decide(pause.id, "go on");
  expect(await rows()).toEqual([]);
});

it("a cancelled call waits no more", async () => {
  stepper.breakpoints = [{ point: "effect:before" }];
  const { server, client } = await lab.serve(pays, { faults });
  const id = uuidv7();
  const answer = call(client, "pay", { amount: 1 }, id);
  await waits();
  server.cancel(id);
  await expect(answer).rejects.toThrow("cancelled");
  expect(pauses).toEqual([]);
  expect(await rows()).toEqual([]);
});

it("it fails there with the error that is chosen, and the guard does what it promises", async () => {
  stepper.breakpoints = [{ point: "effect:before" }];
  const { client } = await lab.serve(pays, { faults });
  const id = uuidv7();
  const answer = call(client, "pay", { amount: 1 }, id);
  stepper.decide((await waits()).id, { kind: "retryable" });
  const again = await waits();
  expect(again.attempt).toBe(2);
  stepper.decide(again.id, { kind: "non-retryable", error: "OddError" });
  expect(await answer).toMatchObject({ isError: true });
  const [guard] = await lab.store.readGuards({ invocation: id, limit: 9 });
  expect(guard).toMatchObject({ state: "failed", error: { name: "OddError" }, attempts: 2 });
  const trace = await lab.store.readTrace({ invocation: id, limit: 99 });
  expect(trace.filter(({ type }) => type === "fault")).toMatchObject([
    { point: "effect:before", fault: "retryable" },
    { point: "effect:before", fault: "non-retryable" },
  ]);
});

it("an answer that is lost there does not arrive, and is in the journal", async () => {
  stepper.breakpoints = [{ point: "guard:stored" }];
  const { client } = await lab.serve(pays, { faults });
  const id = uuidv7();
  const answer = call(client, "pay", { amount: 1 }, id);
  stepper.decide((await waits()).id, { kind: "lose-response" });
  await expect(answer).rejects.toThrow("the response was lost");
  expect((await lab.store.readInvocation(id))?.last).toMatchObject({
    outcome: "completed",
    responseLost: true,
  });
});

it("several calls wait beside one another, and each is decided about alone", async () => {
  stepper.breakpoints = [{ point: "effect:before" }];
  const { client } = await lab.serve(pays, { faults });
  const ids = [uuidv7(), uuidv7(), uuidv7()];
  const answers = ids.map((id, amount) => call(client, "pay", { amount }, id));
  const pauseOf = (nth: number): Pause | undefined =>
    pauses.find(({ invocation }) => invocation === ids[nth]);
  await waiting(3);
  stepper.decide(pauseOf(1)?.id ?? 0, "step");
  await waiting(2);
  await waiting(3);
  expect([0, 1, 2].map((nth) => pauseOf(nth)?.point)).toEqual([
    "effect:before",
    "effect:after",
    "effect:before",
  ]);
  stepper.decide(pauseOf(1)?.id ?? 0, "go on");
  await answers[1];
  expect(await rows()).toHaveLength(1);
  for (const nth of [2, 0]) {
    stepper.decide(pauseOf(nth)?.id ?? 0, "go on");
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
  stepper.breakpoints = [{ point: "guard:before-start" }];
  const { client } = await lab.serve(branches, { faults });
  const answer = call(client, "both");
  await waiting(2);
  const [a, b] = pauses;
  expect([a?.alias, b?.alias]).toEqual(["a", "b"]);
  stepper.decide(b?.id ?? 0, "step");
  await waiting(1);
  await waiting(2);
  expect(pauses.map(({ alias, point }) => [alias, point])).toEqual([
    ["a", "guard:before-start"],
    ["b", "guard:started"],
  ]);
  for (const { id } of pauses) stepper.decide(id, "go on");
  expect(textOf(await answer)).toBe("a,b");
});

it("steps of two branches are two steps", async () => {
  stepper.breakpoints = [{ point: "guard:before-start" }];
  const { client } = await lab.serve(branches, { faults });
  const answer = call(client, "both");
  await waiting(2);
  stepper.breakpoints = [];
  for (const { id } of pauses) stepper.decide(id, "step");
  await waiting(2);
  expect(pauses.map(({ alias, point }) => [alias, point])).toEqual([
    ["a", "guard:started"],
    ["b", "guard:started"],
  ]);
  for (const { id } of pauses) stepper.decide(id, "go on");
  expect(textOf(await answer)).toBe("a,b");
});

it("a step into a call that passes no point is no later call's", async () => {
  const { client } = await lab.serve(pays, { faults });
  const id = uuidv7();
  // Its arguments are refused before it is one.
  await stepper.stepInto(id, () => call(client, "pay", { amount: "much" }, id));
  expect(textOf(await call(client, "pay", { amount: 1 }, id))).toBe("paid");
  expect(pauses).toEqual([]);
});

it("the plan counts a passing that a person decides about, and the person's fault strikes", async () => {
  const plan = new FaultPlan([{ point: "effect:before", kind: "retryable", when: { nth: 1 } }]);
  const both: FaultInjector = { ...faults, strike: (...passing) => plan.strike(...passing) };
  stepper.breakpoints = [{ point: "effect:before" }];
  const { client } = await lab.serve(pays, { faults: both });
  const answer = call(client, "pay", { amount: 1 });
  const { id } = await waits();
  stepper.breakpoints = [];
  stepper.decide(id, { kind: "lose-response" });
  await expect(answer).rejects.toThrow("timed out");
  // The one hit of the plan is spent.
  expect(textOf(await call(client, "pay", { amount: 1 }))).toBe("paid");
  expect(await rows()).toMatchObject([{ outcome: "answered" }, { outcome: "answered" }]);
});

it("it says within which guards it is, and of which kinds they are", async () => {
  stepper.breakpoints = [{ point: "guard:before-start", match: { alias: "inner" } }];
  const schema = z.string();
  const { client } = await lab.serve(
    (server) => {
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
    },
    { faults },
  );
  const answer = call(client, "nested");
  const pause = await waits();
  expect(pause.around).toEqual([
    { alias: "outer", kind: "atLeastOnce" },
    { alias: "middle", kind: "atMostOnce" },
  ]);
  stepper.decide(pause.id, "step");
  const started = await waits();
  expect([started.point, started.around.length]).toEqual(["guard:started", 2]);
  stepper.decide(started.id, "go on");
  expect(textOf(await answer)).toBe("in");
});

it("a breakpoint may be narrowed to a tool, a guard, a map or a service", async () => {
  const { client } = await lab.serve(pays, { faults });
  stepper.breakpoints = [
    { point: "effect:before", match: { service: "post" } },
    { point: "every point", match: { map: "payments" } },
    { point: "guard:stored", match: { tool: "pay", alias: "other" } },
  ];
  // Set while the server runs: it holds for whatever passes from now on.
  const answer = call(client, "pay", { amount: 1 });
  const first = await waits();
  expect(first.point).toBe("map:before-commit");
  stepper.breakpoints = [];
  stepper.decide(first.id, "go on");
  expect(textOf(await answer)).toBe("paid");
});
