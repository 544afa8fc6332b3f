import { ErrorCode } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { call, ok, openLab, settled, textOf, until, type Lab, guardOf } from "../testing/lab.ts";
import {
  atLeastOnce,
  atMostOnce,
  AtMostOnceFailedBeforeCompleting,
  charge,
  DurableMcpServer,
  EXECUTION,
  FaultPlan,
  INVOCATION_ID,
  NetworkError,
  SortedMap,
  toBytes,
  uuidv7,
} from "../index.ts";
import { deferred, overriding, type Liveness } from "../store/index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(async () => {
  await lab.close();
});

const echo = (server: DurableMcpServer): void => {
  server.registerTool("echo", { inputSchema: { text: z.string() } }, ({ text }) => ok(text));
};

/** A payment of 5 under an at-most-once guard. */
const pay = (server: DurableMcpServer): void => {
  server.registerTool(
    "pay",
    { inputSchema: { amount: z.number() } },
    async ({ amount }, context) => {
      const receipt = await atMostOnce(
        "payment",
        context,
        (context) => charge(context, { transaction_id: "t", amount, currency: "USD" }),
        { schema: z.object({ transaction_id: z.string() }), retryableErrors: [NetworkError] },
      );
      return ok(receipt.transaction_id);
    },
  );
};

describe("an invocation", () => {
  it("is journalled with its executions and carries its ids in _meta", async () => {
    const { client } = await lab.serve(echo);
    const first = await call(client, "echo", { text: "hi" });
    expect(first._meta).toEqual({ [INVOCATION_ID]: first.invocation, [EXECUTION]: 1 });
    const again = await call(client, "echo", { text: "hi" }, first.invocation);
    expect(again.execution).toBe(2);
    const record = await lab.store.readInvocation(first.invocation);
    expect(record).toMatchObject({ tool: "echo", args: { text: "hi" }, state: "completed" });
    const executions = await lab.store.readExecutions(first.invocation);
    expect(executions.map(({ number, cause, outcome }) => [number, cause, outcome])).toEqual([
      [1, "call", "completed"],
      [2, "retry", "completed"],
    ]);
    expect(await lab.store.readAnswer(first.invocation, 1)).toMatchObject({
      content: first.content,
    });
  });

  it("may be named by the client, in either letter case", async () => {
    const { client } = await lab.serve(echo);
    const id = uuidv7();
    expect((await call(client, "echo", { text: "x" }, id.toUpperCase())).invocation).toBe(id);
    expect((await call(client, "echo", { text: "x" }, id)).execution).toBe(2);
  });

  it("refuses a malformed id, other arguments and another tool, and runs nothing", async () => {
    const run = vi.fn(() => ok());
    const { client } = await lab.serve((server) => {
      server.registerTool("a", { inputSchema: { n: z.number() } }, run);
      server.registerTool("b", { inputSchema: { n: z.number() } }, run);
    });
    const { invocation } = await call(client, "a", { n: 1 });
    const refused = { code: ErrorCode.InvalidParams };
    await expect(call(client, "a", { n: 2 }, invocation)).rejects.toMatchObject(refused);
    await expect(call(client, "b", { n: 1 }, invocation)).rejects.toMatchObject(refused);
    await expect(call(client, "a", { n: 1 }, "not-an-id")).rejects.toMatchObject(refused);
    await expect(call(client, "a", { n: 1 }, crypto.randomUUID())).rejects.toMatchObject(refused);
    expect(run).toHaveBeenCalledTimes(1);
    expect(await lab.store.readExecutions(invocation)).toHaveLength(1);
  });

  it("is not made by an unknown tool or invalid arguments: the SDK answers", async () => {
    const { client } = await lab.serve(echo);
    const unknown = await call(client, "nothing");
    expect(unknown.isError).toBe(true);
    expect(textOf(unknown)).toContain("nothing not found");
    const invalid = await call(client, "echo", { text: 1 });
    expect(textOf(invalid)).toContain("Input validation error");
    expect(invalid._meta).toBeUndefined();
    expect(await lab.store.readInvocations({ limit: 10 })).toEqual([]);
  });

  it("carries its ids in an error's answer, too, and is failed", async () => {
    const { client } = await lab.serve((server) => {
      server.registerTool("boom", {}, () => {
        throw new Error("no luck");
      });
    });
    const answer = await call(client, "boom");
    expect(answer).toMatchObject({ isError: true, execution: 1 });
    expect(textOf(answer)).toBe("no luck");
    expect((await lab.store.readInvocation(answer.invocation))?.state).toBe("failed");
  });

  it("never executes twice at the same time: a second call waits and is a retry", async () => {
    let inside = 0;
    let most = 0;
    const { client } = await lab.serve((server) => {
      server.registerTool("slow", {}, async (_args, context) => {
        most = Math.max(most, ++inside);
        await SortedMap.ref("m").get(context, { key: "k" });
        inside--;
        return ok(String(context.execution));
      });
    });
    const id = uuidv7();
    const answers = await Promise.all([1, 2, 3].map(() => call(client, "slow", {}, id)));
    expect(answers.map(textOf).sort()).toEqual(["1", "2", "3"]);
    expect(most).toBe(1);
  });

  it("that is cancelled is fenced, frees its id and leaves its guard as it was", async () => {
    const settledAfter = vi.fn();
    const entered = deferred<undefined>();
    const plan = new FaultPlan([{ point: "effect:after", kind: "hang", when: { first: 1 } }]);
    const { client } = await lab.serve(
      (server) => {
        server.registerTool("pay", {}, async (_args, context) => {
          try {
            await atMostOnce("payment", context, async (context) => {
              entered.resolve(undefined);
              await charge(context, { transaction_id: "t", amount: 5, currency: "USD" });
            });
          } catch (error) {
            if (context.execution === 1) settledAfter();
            throw error;
          } finally {
            if (context.execution === 1) settledAfter();
          }
          return ok();
        });
      },
      { faults: plan },
    );
    const id = uuidv7();
    const abort = new AbortController();
    const pending = client.callTool(
      { name: "pay", arguments: {}, _meta: { [INVOCATION_ID]: id } },
      undefined,
      { signal: abort.signal },
    );
    const outcome = expect(pending).rejects.toThrow();
    await entered.promise;
    await until(lab, async () => (await lab.world.ledger.rows({ limit: 9 })).length === 1);
    abort.abort("enough");
    await outcome;
    await settled(lab, id, "cancelled");
    expect((await guardOf(lab.store, id, "payment"))?.state).toBe("started");
    const retry = await call(client, "pay", {}, id);
    expect(retry.isError).toBe(true);
    expect(textOf(retry)).toContain("The call was cancelled while the callable ran");
    expect(settledAfter).not.toHaveBeenCalled();
    expect(await lab.world.ledger.rows({ limit: 9 })).toHaveLength(1);
  });
});

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
    await settled(lab, id, "failed");
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
    await settled(lab, id, "completed");
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
    await settled(lab, id, "completed");
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
      const prepare = (server: DurableMcpServer): void => {
        server.onCrash = () => crashed.resolve();
      };
      // The crash may come before a client has connected.
      await lab.serve(pay, { faults }, prepare).catch(() => undefined);
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
    await settled(lab, id, "failed");
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
    await settled(lab, id, "failed");
  });

  it("of another server on the same store is noticed and taken over", async () => {
    const faults = new FaultPlan([{ point: "effect:after", kind: "hang", when: { nth: 1 } }]);
    const { client, server } = await lab.serve(pay, { faults });
    const id = uuidv7();
    const pending = call(client, "pay", { amount: 5 }, id);
    const outcome = expect(pending).rejects.toThrow();
    await until(lab, async () => (await lab.world.ledger.rows({ limit: 9 })).length === 1);
    // Starts while the first is alive: the invocation is not touched.
    await lab.serve(pay, { faults });
    expect((await lab.store.readInvocation(id))?.state).toBe("running");
    server.crash();
    await outcome;
    await settled(lab, id, "failed");
    expect(await lab.world.ledger.rows({ limit: 9 })).toHaveLength(1);
  });
});

describe("a lost response", () => {
  it("rejects the client's call at once, and the work is done", async () => {
    const faults = new FaultPlan([
      { point: "call:before-response", kind: "lose-response", when: { nth: 1 } },
    ]);
    const { client } = await lab.serve(pay, { faults });
    const id = uuidv7();
    await expect(call(client, "pay", { amount: 5 }, id)).rejects.toMatchObject({
      code: ErrorCode.RequestTimeout,
    });
    const record = await lab.store.readInvocation(id);
    expect(record?.state).toBe("completed");
    expect(record?.last).toMatchObject({ responseLost: true });
    const retry = await call(client, "pay", { amount: 5 }, id);
    expect(textOf(retry)).toBe("t");
    expect(await lab.world.ledger.rows({ limit: 9 })).toHaveLength(1);
  });
});

describe("a hang", () => {
  it("lasts until it is released", async () => {
    const faults = new FaultPlan([{ point: "effect:after", kind: "hang", when: { nth: 1 } }]);
    const { client, server } = await lab.serve(pay, { faults });
    const id = uuidv7();
    const pending = call(client, "pay", { amount: 5 }, id);
    await until(lab, async () =>
      (await lab.store.readTrace({ invocation: id, limit: 99 })).some(
        ({ fault }) => fault === "hang",
      ),
    );
    server.release();
    expect(textOf(await pending)).toBe("t");
  });
});

describe("starting", () => {
  const make = (): DurableMcpServer =>
    new DurableMcpServer({ name: "lab", version: "1.0.0" }, { store: lab.store });

  it("twice is refused, and does not wait for itself", async () => {
    const server = make();
    const first = server.start();
    await expect(server.start()).rejects.toThrow("This server is starting.");
    await first;
    await server.close();
  });

  it("that is ended by a crash or a close says so, and is known to be dead", async () => {
    for (const end of ["crash", "close"] as const) {
      const server = make();
      const started = expect(server.start()).rejects.toThrow(
        /The server (crashed|closed) meanwhile/,
      );
      await server[end]();
      await started;
      expect(server.state).toBe(end === "crash" ? "crashed" : "closed");
      const lives = async (): Promise<boolean> =>
        (await lab.store.liveness.living()).has(server.id);
      await expect.poll(lives, { timeout: 4000 }).toBe(false);
    }
  });

  it("does not take a call for dead that began while it looked who is alive", async () => {
    const faults = new FaultPlan([{ point: "effect:after", kind: "hang", when: { nth: 1 } }]);
    const { client, server } = await lab.serve(pay, { faults });
    const id = uuidv7();
    const real = lab.store.liveness;
    let pending: Promise<unknown> | undefined;
    // The look-up answers with what was true before the call began.
    const late: Liveness = {
      ...real,
      living: async () => {
        const living = await real.living();
        const before = new Set([...living].filter((name) => name !== server.id));
        pending = call(client, "pay", { amount: 5 }, id);
        await until(lab, async () => (await lab.world.ledger.rows({ limit: 9 })).length === 1);
        return before;
      },
    };
    const store = overriding(lab.store, { liveness: late });
    const other = new DurableMcpServer({ name: "lab", version: "1.0.0" }, { store });
    pay(other);
    await other.start();
    expect((await lab.store.readInvocation(id))?.state).toBe("running");
    await vi.waitFor(() => expect(server.isHanging).toBe(true));
    server.release();
    await pending;
    await other.close();
  });
});

it("an answer that cannot be journalled is told with its ids, and frees the invocation", async () => {
  let failing = true;
  const store = overriding(lab.store, {
    endExecution: (...end) => {
      if (!failing) return lab.store.endExecution(...end);
      failing = false;
      return Promise.reject(new Error("The disk is full."));
    },
  });
  const { client } = await lab.serve((server) => server.registerTool("odd", {}, () => ok()), {
    store,
  });
  const id = uuidv7();
  const answer = call(client, "odd", {}, id);
  await expect(answer).rejects.toMatchObject({
    code: ErrorCode.InternalError,
    data: { [INVOCATION_ID]: id, [EXECUTION]: 1 },
  });
  // The code stands before the message once, as the client puts it there.
  await expect(answer).rejects.toThrow(
    /^MCP error -32603: The call was carried out, .*disk is full/,
  );
  expect((await lab.store.readInvocation(id))?.state).toBe("failed");
});

it("maps written in the body are written once per invocation", async () => {
  const { client } = await lab.serve((server) => {
    server.registerTool("write", {}, async (_args, context) => {
      await SortedMap.ref("m").insert(context, { entries: { n: toBytes(context.execution) } });
      return ok();
    });
  });
  const { invocation } = await call(client, "write");
  await call(client, "write", {}, invocation);
  const trace = await lab.store.readTrace({ invocation, limit: 100 });
  const outcomes = trace.filter(({ type }) => type === "map-written").map(({ outcome }) => outcome);
  expect(outcomes).toEqual(["applied", "differs"]);
  expect(await lab.store.readEntry("m", "n")).toMatchObject({ value: toBytes(1) });
});

it("the cause of AtMostOnceFailedBeforeCompleting is the kept error", async () => {
  const seen: unknown[] = [];
  const { client } = await lab.serve((server) => {
    server.registerTool("fail", {}, async (_args, context) => {
      try {
        await atMostOnce("x", context, () => {
          throw new TypeError("broken");
        });
      } catch (error) {
        seen.push(error);
      }
      return ok();
    });
  });
  const { invocation } = await call(client, "fail");
  await call(client, "fail", {}, invocation);
  expect(seen[0]).toBeInstanceOf(TypeError);
  expect(seen[1]).toBeInstanceOf(AtMostOnceFailedBeforeCompleting);
  expect((seen[1] as AtMostOnceFailedBeforeCompleting).cause.message).toBe("TypeError: broken");
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
