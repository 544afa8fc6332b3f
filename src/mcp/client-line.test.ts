/** What a tool tells and asks its clients. */
import {
  ErrorCode,
  LoggingMessageNotificationSchema,
  McpError,
  PingRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { call, ok, openLab, type Lab } from "../testing/lab.ts";
import { atLeastOnce, connect, DurableMcpServer, FaultPlan, uuidv7 } from "../index.ts";
import { INVOCATION_ID } from "./meta.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(async () => {
  await lab.close();
});

describe("a request to the client", () => {
  it("of a resumed invocation waits for the next client; a notification is dropped and traced", async () => {
    const faults = new FaultPlan([
      { point: "guard:before-start", kind: "crash", when: { nth: 1 } },
    ]);
    const register = (server: DurableMcpServer): void => {
      server.registerTool("ask", {}, async (_args, context) => {
        await atLeastOnce("step", context, () => undefined);
        await context.notify({ method: "notifications/progress", params: { progress: 1 } });
        await context.request({ method: "ping" });
        return ok();
      });
    };
    const { client } = await lab.serve(register, { faults });
    const id = uuidv7();
    await expect(call(client, "ask", {}, id)).rejects.toThrow();
    const { server } = await lab.serve(register, { faults });
    await connect(server);
    await lab.settled(id, "completed");
    const trace = await lab.store.readTrace({ invocation: id, limit: 100 });
    expect(trace.find(({ type }) => type === "notification")).toMatchObject({ outcome: "dropped" });
  });
});

it("progress is sent to a client that asked for it, and dropped and traced for one that did not", async () => {
  const { client } = await lab.serve((server) => {
    server.registerTool("work", {}, async (_args, context) => {
      await context.notify({ method: "notifications/progress", params: { progress: 1 } });
      return ok();
    });
  });
  const heard: number[] = [];
  const outcomes = async (id: string): Promise<unknown[]> =>
    (await lab.store.readTrace({ invocation: id, limit: 100 }))
      .filter(({ type }) => type === "notification")
      .map(({ outcome, detail }) => [outcome, detail]);
  const [asked, unasked] = [uuidv7(), uuidv7()];
  await client.callTool({ name: "work", _meta: { [INVOCATION_ID]: asked } }, undefined, {
    onprogress: ({ progress }) => heard.push(progress),
  });
  await call(client, "work", {}, unasked);
  await lab.settled(unasked, "completed");
  expect(heard).toEqual([1]);
  expect(await outcomes(asked)).toEqual([["sent", "notifications/progress"]]);
  expect(await outcomes(unasked)).toEqual([
    ["dropped", "notifications/progress (dropped: the client asked for no progress)"],
  ]);
});

describe("two clients", () => {
  const ask = (server: DurableMcpServer): void => {
    server.registerTool("ask", {}, async (_args, context) => {
      const answer = await context.request({ method: "ping" });
      return ok(JSON.stringify(answer));
    });
  };

  it("the one that called is asked, and after another has left, still", async () => {
    const { client, server } = await lab.serve(ask);
    const { client: newer } = await connect(server);
    const asked: string[] = [];
    for (const [name, each] of [
      ["first", client],
      ["newer", newer],
    ] as const) {
      each.setRequestHandler(PingRequestSchema, () => {
        asked.push(name);
        return {};
      });
    }
    await call(client, "ask");
    await newer.close();
    await call(client, "ask");
    expect(asked).toEqual(["first", "first"]);
  });

  it("an error that a client answers with is the tool's, and is not asked for again", async () => {
    const { client } = await lab.serve(ask);
    let asked = 0;
    client.setRequestHandler(PingRequestSchema, () => {
      asked++;
      throw new McpError(ErrorCode.ConnectionClosed, "no");
    });
    expect((await call(client, "ask")).isError).toBe(true);
    expect(asked).toBe(1);
  });

  it("one for its own calls alone is asked of these, and of no resumption", async () => {
    const faults = new FaultPlan([
      { point: "guard:before-start", kind: "crash", when: { nth: 1 } },
    ]);
    const register = (server: DurableMcpServer): void => {
      server.registerTool("ask", {}, async (_args, context) => {
        await atLeastOnce("step", context, () => undefined);
        await context.request({ method: "ping" });
        await context.log("info", "asked");
        return ok();
      });
    };
    const dead = await lab.serve(register, { faults });
    const id = uuidv7();
    await expect(call(dead.client, "ask", {}, id)).rejects.toThrow();
    const reported: string[] = [];
    const client = async (server: DurableMcpServer, name: string, ownCallsOnly: boolean) => {
      const connection = await connect(server, {
        ownCallsOnly,
        prepare: (client) => {
          client.setRequestHandler(PingRequestSchema, () => {
            reported.push(`${name} asked`);
            return {};
          });
          client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
            reported.push(`${name} ${String(params.data)}`);
          });
        },
      });
      return connection.client;
    };
    const server = new DurableMcpServer({ name: "lab", version: "1.0.0" }, { store: lab.store });
    register(server);
    await server.start();
    const script = await client(server, "script", true);
    await client(server, "page", false);
    await lab.settled(id, "completed");
    expect(reported).toEqual(["page asked", "page asked"]);
    reported.length = 0;
    await call(script, "ask");
    expect(reported).toEqual(["script asked", "page asked", "script asked"]);
    await server.close();
  });
});

describe("log messages", () => {
  const say = (server: DurableMcpServer): void => {
    server.registerTool("say", {}, async (_args, context) => {
      await atLeastOnce("step", context, () => undefined);
      for (const level of ["debug", "warning", "error"] as const) {
        await context.log(level, { level });
      }
      return ok();
    });
  };

  it("are sent from the level on that the client sets", async () => {
    const { client } = await lab.serve(say);
    const reported: unknown[] = [];
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
      reported.push([params.logger, params.level, params.data]);
    });
    await call(client, "say");
    expect(reported).toHaveLength(3);
    reported.length = 0;
    await client.setLoggingLevel("warning");
    await call(client, "say");
    expect(reported).toEqual([
      ["say", "warning", { level: "warning" }],
      ["say", "error", { level: "error" }],
    ]);
    expect(await client.ping()).toEqual({});
  });

  it("without a client are dropped and traced", async () => {
    const faults = new FaultPlan([
      { point: "guard:before-start", kind: "crash", when: { nth: 1 } },
    ]);
    const { client } = await lab.serve(say, { faults });
    const id = uuidv7();
    await expect(call(client, "say", {}, id)).rejects.toThrow();
    const server = new DurableMcpServer({ name: "lab", version: "1.0.0" }, { store: lab.store });
    say(server);
    await server.start();
    await lab.settled(id, "completed");
    const trace = await lab.store.readTrace({ invocation: id, limit: 100 });
    const dropped = trace.filter(({ type }) => type === "notification");
    expect(dropped.map(({ outcome, detail }) => [outcome, detail])).toEqual(
      Array(3).fill(["dropped", "notifications/message (dropped: no client is connected)"]),
    );
    await server.close();
  });
});
