import { ErrorCode } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { call, ok, openLab, textOf, type Lab } from "../testing/lab.ts";
import { echo } from "../testing/tools.ts";
import {
  atMostOnce,
  AtMostOnceFailedBeforeCompleting,
  charge,
  EXECUTION,
  FaultPlan,
  INVOCATION_ID,
  SortedMap,
  toBytes,
  uuidv7,
} from "../index.ts";
import { deferred, overriding } from "../store/index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(async () => {
  await lab.close();
});

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
    await lab.until(async () => (await lab.world.ledger.rows({ limit: 9 })).length === 1);
    abort.abort("enough");
    await outcome;
    await lab.settled(id, "cancelled");
    expect((await lab.guard(id, "payment"))?.state).toBe("started");
    const retry = await call(client, "pay", {}, id);
    expect(retry.isError).toBe(true);
    expect(textOf(retry)).toContain("The call was cancelled while the callable ran");
    expect(settledAfter).not.toHaveBeenCalled();
    expect(await lab.world.ledger.rows({ limit: 9 })).toHaveLength(1);
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
