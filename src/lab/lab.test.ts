/** What people test their tools with: it must see what is wrong with one. */
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import {
  atLeastOnce,
  atMostOnce,
  effect,
  FaultPlan,
  ManualClock,
  NetworkError,
  type FaultPoint,
} from "../durable/index.ts";
import type { ToolFile } from "../host/index.ts";
import { call, Lab, memoryStore, sweepCall, textOf, type LabOptions } from "./index.ts";

const schema = z.string();

const shop: ToolFile = (server, world) => {
  world.simulate("bank.charge", { answers: ["charged"] });
  server.registerTool("pay", { inputSchema: { amount: z.number() } }, async (args, context) => {
    const charge = () =>
      atMostOnce("charge", context, (inner) => effect(inner, "bank.charge", args, () => "real"), {
        schema,
      });
    return { content: [{ type: "text", text: await charge() }] };
  });
};

function open(options?: LabOptions): Lab {
  const lab = new Lab(options);
  onTestFinished(() => lab.close());
  return lab;
}

const crashAt = (point: FaultPoint, first: number) =>
  new FaultPlan([{ point, kind: "crash", when: { first } }]);

describe("a lab", () => {
  it("tells what a call came to, inside and outside", async () => {
    const lab = open();
    const { client } = await lab.serve(shop);
    const answer = await call(client, "pay", { amount: 5 });
    expect([textOf(answer), answer.execution]).toEqual(["charged", 1]);
    const { invocation } = answer;
    await lab.settled(invocation, "completed");
    expect(await lab.guard(invocation, "charge")).toMatchObject({ state: "stored", attempts: 1 });
    expect(await lab.effects(invocation)).toMatchObject([
      { service: "bank", request: { amount: 5 } },
    ]);
    expect(await lab.effects()).toHaveLength(1);
    expect(await lab.verdict(invocation)).toBe("done once");
    const retried = await call(client, "pay", { amount: 5 }, invocation);
    expect([textOf(retried), retried.execution]).toEqual(["charged", 2]);
    expect(await lab.effects()).toHaveLength(1);
    await expect(lab.verdict("none")).rejects.toThrow("There is no call none.");
  });

  it("goes on with new servers until there is an answer", async () => {
    const lab = open({ store: memoryStore() });
    const faults = crashAt("guard:stored", 2);
    const answer = await lab.callUntilAnswered(shop, { faults }, "pay", { amount: 5 });
    expect(textOf(answer)).toBe("charged");
    expect(answer.execution).toBeGreaterThan(1);
    expect(await lab.effects(answer.invocation)).toHaveLength(1);
  });

  it("does not go on for ever: neither with servers that all crash, nor with a call that is held", async () => {
    const endless = open();
    const always = crashAt("guard:before-start", 999);
    await expect(
      endless.callUntilAnswered(shop, { faults: always }, "pay", { amount: 5 }),
    ).rejects.toThrow("Each of 20 servers has crashed, and “pay” has no answer.");
    const held = open();
    const options = { faults: crashAt("guard:stored", 1), resume: "hold" } as const;
    const answer = await held.callUntilAnswered(shop, options, "pay", { amount: 5 });
    expect(textOf(answer)).toBe("charged");
  });

  it("has its servers wait by the clock that it is given", async () => {
    const clock = new ManualClock();
    const lab = open({ clock });
    let tries = 0;
    const { client } = await lab.serve((server) => {
      server.registerTool("look", {}, async (_, context) => {
        const look = () => {
          if (++tries === 1) throw new NetworkError("once");
          return "seen";
        };
        const text = await atLeastOnce("look", context, look, { schema });
        return { content: [{ type: "text", text }] };
      });
    });
    const answer = call(client, "look");
    await expect.poll(() => tries).toBe(1);
    const triesLater = (): number => {
      clock.advance(1000);
      return tries;
    };
    await expect.poll(triesLater).toBe(2);
    expect(textOf(await answer)).toBe("seen");
  });
});

describe("the sweep of a call", () => {
  const pay = { tools: shop, tool: "pay", args: { amount: 5 } };

  it("finds nothing where every promise is kept, and has a verdict for each failure", async () => {
    const { cases, problems } = await sweepCall(pay);
    expect(problems).toEqual([]);
    expect(cases.length).toBeGreaterThan(15);
    expect(new Set(cases.map(({ judgement }) => judgement?.verdict))).not.toContain("done twice");
  });

  it("says which failures charge twice where guards are off", async () => {
    const { problems } = await sweepCall({ ...pay, guards: "off" });
    expect(problems.join("\n")).toMatch(
      /crash at effect:after .*bank\.charge happened \d times under atMostOnce "charge"/,
    );
  });

  it("makes two failures together where it is asked to", async () => {
    const [one, two] = [await sweepCall(pay), await sweepCall({ ...pay, pairs: true })];
    expect(two.cases.length).toBeGreaterThan(5 * one.cases.length);
    expect(two.problems).toEqual([]);
  });

  it("refuses a call that does not get its answer without any failure", async () => {
    await expect(sweepCall({ ...pay, tool: "none" })).rejects.toThrow(/none/);
  });
});
