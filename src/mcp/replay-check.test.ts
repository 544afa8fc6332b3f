/** Code that changed while a call was under way is told at the call as what it is. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import type { DurableMcpServer } from "./index.ts";
import type { TraceEvent } from "../store/index.ts";
import { call, ok, openLab, textOf, type Answer, type Lab } from "../testing/lab.ts";
import {
  atLeastOnce,
  atMostOnce,
  FaultPlan,
  uuidv7,
  type DurableContext,
} from "../durable/index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

type Body = (context: DurableContext) => Promise<unknown>;

const text = { schema: z.string() };
const a: Body = (context) => atMostOnce("a", context, () => "a", text);
const b: Body = (context) => atLeastOnce("b", context, () => "b", text);

function tool(...steps: readonly Body[]) {
  return (server: DurableMcpServer): void =>
    server.registerTool("act", {}, async (_, context) => {
      for (const step of steps) await step(context);
      return ok();
    });
}

/** The first code dies before its answer, and another goes on with the call. */
async function changed(before: readonly Body[], after: readonly Body[]): Promise<TraceEvent[]> {
  const faults = new FaultPlan([
    { point: "call:before-response", kind: "crash", when: { nth: 1 } },
  ]);
  const { client } = await lab.serve(tool(...before), { faults });
  const id = uuidv7();
  await expect(call(client, "act", {}, id)).rejects.toThrow("Connection closed");
  await lab.serve(tool(...after));
  const ended = ["completed", "failed"];
  await lab.until(async () => ended.includes((await lab.store.readInvocation(id))?.state ?? ""));
  const trace = await lab.store.readTrace({ invocation: id, limit: 99 });
  const reported = trace.filter(({ type }) => type === "code-changed");
  expect(reported.every(({ execution }) => execution === 2)).toBe(true);
  return reported;
}

it("the same code is told to have changed nowhere", async () => {
  expect(await changed([a, b], [a, b])).toEqual([]);
});

it("an alias that the new code never asks for is told; one that is new is none of that", async () => {
  const c: Body = (context) => atMostOnce("c", context, () => "c", text);
  expect(await changed([a, b], [c, b])).toMatchObject([
    { alias: "a", kind: "atMostOnce", outcome: "unasked", detail: "1" },
  ]);
});

it("what is within an answered guard is that guard's, and is not missed", async () => {
  const outer: Body = (context) =>
    atLeastOnce("outer", context, async (inner) => String(await a(inner)), text);
  expect(await changed([outer], [outer])).toEqual([]);
});

it("a guard that is missed is told, and not what was within it", async () => {
  const outer: Body = (context) =>
    atLeastOnce("outer", context, async (inner) => String(await a(inner)), text);
  expect(await changed([outer], [b])).toMatchObject([{ alias: "outer", outcome: "unasked" }]);
});

it("a body that fails before it comes to a guard has not left it out", async () => {
  const fails: Body = () => Promise.reject(new Error("no"));
  expect(await changed([a, b], [a, fails])).toEqual([]);
});

it("a guard of another kind is told, and refused as what it is", async () => {
  const now: Body = (context) => atLeastOnce("a", context, () => "a", text);
  expect(await changed([a], [now])).toMatchObject([
    {
      alias: "a",
      kind: "atLeastOnce",
      outcome: "kind",
      detail: "1",
      error: {
        name: "GuardUsageError",
        message:
          'The alias "a" belongs to an atMostOnce guard of this invocation since execution 1 and ' +
          "cannot be used for atLeastOnce. Give the new guard another alias.",
      },
    },
  ]);
});

it("a stored value that no longer fits its schema is told, and is not handed over", async () => {
  const now: Body = (context) => atMostOnce("a", context, () => 1, { schema: z.number() });
  const [reported, ...more] = await changed([a], [now]);
  expect(reported).toMatchObject({
    alias: "a",
    outcome: "schema",
    error: { name: "GuardValueError" },
  });
  expect(more).toEqual([]);
});

it("two kinds of one alias in one execution are no change of the code", async () => {
  const { client } = await lab.serve(
    tool(a, (context) => atLeastOnce("a", context, () => "a", text)),
  );
  const answer: Answer = await call(client, "act");
  expect(textOf(answer)).toContain("Give the two guards different aliases");
  const trace = await lab.store.readTrace({ invocation: answer.invocation, limit: 99 });
  expect(trace.filter(({ type }) => type === "code-changed")).toEqual([]);
});

it("with the guards off nothing is compared", async () => {
  const { client } = await lab.serve(tool(a));
  const { invocation } = await call(client, "act");
  const { client: other } = await lab.serve(tool(b), { guards: "off" });
  await call(other, "act", {}, invocation);
  const trace = await lab.store.readTrace({ invocation, limit: 99 });
  expect(trace.filter(({ type }) => type === "code-changed")).toEqual([]);
});
