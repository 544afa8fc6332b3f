/** Calls that wait for a person: what each decision, and each end of what waits, comes to. */
import { expect, it } from "vitest";
import { FaultPlan, uuidv7, type FaultInjector } from "../durable/index.ts";
import { call, textOf } from "../testing/lab.ts";
import { steppedLab } from "../testing/stepped-lab.ts";

const own = steppedLab();
const { waits, pays, rows } = own;

it("a crash there is a crash: nothing of it goes on, and the next server resumes the call", async () => {
  own.stepper.breakpoints = [{ point: "effect:after" }];
  const { server, client } = await own.serve();
  const id = uuidv7();
  const answer = call(client, "pay", { amount: 1 }, id);
  own.stepper.decide((await waits()).id, { kind: "crash" });
  await expect(answer).rejects.toThrow("Connection closed");
  expect([server.state, own.pauses]).toEqual(["crashed", []]);
  await own.serve();
  await own.lab.settled(id, "failed");
  expect(await rows()).toHaveLength(1);
});

it.each(["crash", "close"] as const)("a %s leaves no call waiting", async (end) => {
  own.stepper.breakpoints = [{ point: "guard:started" }];
  const { server, client } = await own.serve();
  // Before the end, which takes its time: a rejection that nobody waits for is an error of its own.
  const lost = expect(call(client, "pay", { amount: 1 })).rejects.toThrow("Connection closed");
  const pause = await waits();
  await server[end]();
  await lost;
  expect(own.pauses).toEqual([]);
  // A word that comes too late does nothing.
  own.stepper.decide(pause.id, "go on");
  expect(await rows()).toEqual([]);
});

it("a cancelled call waits no more", async () => {
  own.stepper.breakpoints = [{ point: "effect:before" }];
  const { server, client } = await own.serve();
  const id = uuidv7();
  const answer = call(client, "pay", { amount: 1 }, id);
  await waits();
  server.cancel(id);
  await expect(answer).rejects.toThrow("cancelled");
  expect(own.pauses).toEqual([]);
  expect(await rows()).toEqual([]);
});

it("it fails there with the error that is chosen, and the guard does what it promises", async () => {
  own.stepper.breakpoints = [{ point: "effect:before" }];
  const { client } = await own.serve();
  const id = uuidv7();
  const answer = call(client, "pay", { amount: 1 }, id);
  own.stepper.decide((await waits()).id, { kind: "retryable" });
  const again = await waits();
  expect(again.attempt).toBe(2);
  own.stepper.decide(again.id, { kind: "non-retryable", error: "OddError" });
  expect(await answer).toMatchObject({ isError: true });
  const [guard] = await own.lab.store.readGuards({ invocation: id, limit: 9 });
  expect(guard).toMatchObject({ state: "failed", error: { name: "OddError" }, attempts: 2 });
  const trace = await own.lab.store.readTrace({ invocation: id, limit: 99 });
  expect(trace.filter(({ type }) => type === "fault")).toMatchObject([
    { point: "effect:before", fault: "retryable" },
    { point: "effect:before", fault: "non-retryable" },
  ]);
});

it("an answer that is lost there does not arrive, and is in the journal", async () => {
  own.stepper.breakpoints = [{ point: "guard:stored" }];
  const { client } = await own.serve();
  const id = uuidv7();
  const answer = call(client, "pay", { amount: 1 }, id);
  own.stepper.decide((await waits()).id, { kind: "lose-response" });
  await expect(answer).rejects.toThrow("the response was lost");
  expect((await own.lab.store.readInvocation(id))?.last).toMatchObject({
    outcome: "completed",
    responseLost: true,
  });
});

it("the plan counts a passing that a person decides about, and the person's fault strikes", async () => {
  const plan = new FaultPlan([{ point: "effect:before", kind: "retryable", when: { nth: 1 } }]);
  const both: FaultInjector = { ...own.faults, strike: (...passing) => plan.strike(...passing) };
  own.stepper.breakpoints = [{ point: "effect:before" }];
  const { client } = await own.lab.serve(pays, { faults: both });
  const answer = call(client, "pay", { amount: 1 });
  const { id } = await waits();
  own.stepper.breakpoints = [];
  own.stepper.decide(id, { kind: "lose-response" });
  await expect(answer).rejects.toThrow("timed out");
  // The one hit of the plan is spent.
  expect(textOf(await call(client, "pay", { amount: 1 }))).toBe("paid");
  expect(await rows()).toMatchObject([{ outcome: "answered" }, { outcome: "answered" }]);
});
