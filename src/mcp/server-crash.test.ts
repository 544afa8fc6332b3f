/** What a crash of the server leaves, and how the next one goes on with it. */
import { ErrorCode } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { call, ok, openLab, textOf, type Lab } from "../testing/lab.ts";
import { echo, pay } from "../testing/tools.ts";
import { atLeastOnce, atMostOnce, charge, DurableMcpServer, FaultPlan, uuidv7 } from "../index.ts";
import { deferred } from "../store/index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(async () => {
  await lab.close();
});

function echoAndPay(server: DurableMcpServer): void {
  echo(server);
  server.registerTool("pay", { inputSchema: { amount: z.number() } }, async (_args, context) => {
    await atMostOnce("payment", context, async (context) => {
      await charge(context, { transaction_id: "t", amount: 5, currency: "USD" });
    });
    return ok();
  });
}

describe("a crash", () => {
  it("rejects the client's pending calls with ConnectionClosed", async () => {
    const plan = new FaultPlan([{ point: "effect:after", kind: "crash", when: { nth: 1 } }]);
    const { client, server } = await lab.serve(pay, { faults: plan });
    await expect(call(client, "pay", { amount: 5 })).rejects.toMatchObject({
      code: ErrorCode.ConnectionClosed,
    });
    expect(server.state).toBe("crashed");
  });

  it("between charge and record leaves one charge, and a retry that says why", async () => {
    const plan = new FaultPlan([{ point: "guard:before-store", kind: "crash", when: { nth: 1 } }]);
    const { client } = await lab.serve(pay, { faults: plan });
    const id = uuidv7();
    await expect(call(client, "pay", { amount: 5 }, id)).rejects.toThrow("Connection closed");
    // The same plan, made anew as after a reload: its hits are counted in the store.
    const next = await lab.serve(pay, { faults: new FaultPlan(plan.faults) });
    await lab.settled(id, "failed");
    const retry = await call(next.client, "pay", { amount: 5 }, id);
    expect(retry).toMatchObject({ isError: true, execution: 3 });
    expect(textOf(retry)).toContain("failed before completing");
    expect(textOf(retry)).toContain(
      "The server died while the callable ran (execution 1, attempt 1)",
    );
    expect(await lab.world.ledger.rows({ limit: 9 })).toHaveLength(1);
    const executions = await lab.store.readExecutions(id);
    expect(executions.map(({ cause, outcome }) => [cause, outcome])).toEqual([
      ["call", "crashed"],
      ["resume", "failed"],
      ["retry", "failed"],
    ]);
  });

  it("with guards off charges twice", async () => {
    const faults = new FaultPlan([{ point: "effect:after", kind: "crash", when: { nth: 1 } }]);
    const { client } = await lab.serve(pay, { faults, guards: "off" });
    const id = uuidv7();
    await expect(call(client, "pay", { amount: 5 }, id)).rejects.toThrow();
    await lab.serve(pay, { faults, guards: "off" });
    await lab.settled(id, "completed");
    const rows = await lab.world.ledger.rows({ limit: 9 });
    expect(rows.map(({ occurrence, outcome }) => [occurrence, outcome])).toEqual([
      [1, "unanswered"],
      [2, "answered"],
    ]);
    expect(await lab.store.readGuards({ limit: 9 })).toEqual([]);
  });

  it("is resumed: an at-least-once guard runs again, and stored ones answer", async () => {
    const runs: string[] = [];
    const faults = new FaultPlan([
      { point: "guard:before-store", match: { alias: "two" }, kind: "crash", when: { nth: 1 } },
    ]);
    const register = (server: DurableMcpServer): void => {
      server.registerTool("steps", {}, async (_args, context) => {
        for (const step of ["one", "two"]) {
          await atLeastOnce(step, context, () => void runs.push(step));
        }
        return ok();
      });
    };
    const { client } = await lab.serve(register, { faults });
    const id = uuidv7();
    await expect(call(client, "steps", {}, id)).rejects.toThrow();
    await lab.serve(register, { faults });
    await lab.settled(id, "completed");
    expect(runs).toEqual(["one", "two", "two"]);
  });

  it("is held after three resumptions that crashed, and can be resumed by hand", async () => {
    const faults = new FaultPlan([
      { point: "guard:before-start", kind: "crash", when: { first: 4 } },
    ]);
    const id = uuidv7();
    const { client } = await lab.serve(pay, { faults });
    await expect(call(client, "pay", { amount: 5 }, id)).rejects.toThrow();
    for (let crash = 1; crash <= 3; crash++) {
      const crashed = deferred<void>();
      const register = (server: DurableMcpServer): void => {
        pay(server);
        server.onCrash = () => crashed.resolve();
      };
      // The crash may come before a client has connected.
      await lab.serve(register, { faults }).catch(() => undefined);
      await crashed.promise;
    }
    const { server } = await lab.serve(pay, { faults });
    expect(await lab.store.readInvocation(id)).toMatchObject({
      state: "interrupted",
      held: "Its resumption crashed 3 times in a row.",
    });
    await server.resume(id);
    expect((await lab.store.readInvocation(id))?.state).toBe("completed");
    expect(await lab.world.ledger.rows({ limit: 9 })).toHaveLength(1);
  });

  it("leaves a held server's invocations interrupted until it is told to go on", async () => {
    const faults = new FaultPlan([{ point: "effect:before", kind: "crash", when: { nth: 1 } }]);
    const { client } = await lab.serve(echoAndPay, { faults });
    const id = uuidv7();
    await expect(call(client, "pay", { amount: 5 }, id)).rejects.toThrow();
    const { server } = await lab.serve(echoAndPay, { faults, resume: "hold" });
    expect((await lab.store.readInvocation(id))?.state).toBe("interrupted");
    server.configure({ resume: "automatic" });
    await lab.settled(id, "failed");
  });

  it("leaves an invocation of a tool the server lacks interrupted, with the reason", async () => {
    const faults = new FaultPlan([{ point: "effect:before", kind: "crash", when: { nth: 1 } }]);
    const { client } = await lab.serve(pay, { faults });
    const id = uuidv7();
    await expect(call(client, "pay", { amount: 5 }, id)).rejects.toThrow();
    const { server } = await lab.serve(echo, { faults });
    expect(await lab.store.readInvocation(id)).toMatchObject({
      state: "interrupted",
      held: `This server has no tool "pay".`,
    });
    await server.close();
    await lab.serve(pay, { faults });
    await lab.settled(id, "failed");
  });

  it("of another server on the same store is noticed and taken over", async () => {
    const faults = new FaultPlan([{ point: "effect:after", kind: "hang", when: { nth: 1 } }]);
    const { client, server } = await lab.serve(pay, { faults });
    const id = uuidv7();
    const pending = call(client, "pay", { amount: 5 }, id);
    const outcome = expect(pending).rejects.toThrow();
    await lab.until(async () => (await lab.world.ledger.rows({ limit: 9 })).length === 1);
    // Starts while the first is alive: the invocation is not touched.
    await lab.serve(pay, { faults });
    expect((await lab.store.readInvocation(id))?.state).toBe("running");
    server.crash();
    await outcome;
    await lab.settled(id, "failed");
    expect(await lab.world.ledger.rows({ limit: 9 })).toHaveLength(1);
  });
});
