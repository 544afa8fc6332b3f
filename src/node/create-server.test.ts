/** A server by HTTP: its life, its sessions, and what it refuses. */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { LATEST_PROTOCOL_VERSION } from "@modelcontextprotocol/sdk/types.js";
import { request } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { atMostOnce, effect, FaultPlan, uuidv7 } from "../durable/index.ts";
import type { ToolFile } from "../host/index.ts";
import { INVOCATION_ID } from "../mcp/index.ts";
import { deferred, type ServerStore } from "../store/index.ts";
import { call, memoryStore } from "../lab/index.ts";
import {
  createServer,
  PortTakenError,
  type CreateServerOptions,
  type LogEntry,
  type RunningServer,
} from "./index.ts";

const stores: ServerStore[] = [];
const running: RunningServer[] = [];
const clients: Client[] = [];
let log: LogEntry[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  for (const server of running.splice(0)) await server.close();
  for (const store of stores.splice(0)) await store.close();
  log = [];
});

function newStore(): ServerStore {
  const store = memoryStore();
  stores.push(store);
  return store;
}

/** Pays once, and says how much. */
const pays: ToolFile = (server) => {
  server.registerTool("pay", { inputSchema: { amount: z.number() } }, async (args, context) => {
    const text = await atMostOnce(
      "payment",
      context,
      (context) => effect(context, "bank.pay", { ...args }, () => `paid ${args.amount}`),
      { schema: z.string() },
    );
    return { content: [{ type: "text", text }] };
  });
};

async function serve(options: Partial<CreateServerOptions> = {}): Promise<RunningServer> {
  const server = await createServer({
    name: "shop",
    version: "1.0.0",
    store: newStore(),
    register: pays,
    port: 0,
    log: (entry) => log.push(entry),
    ...options,
  });
  running.push(server);
  return server;
}

async function clientOf({ url }: RunningServer) {
  const client = new Client({ name: "test", version: "1.0.0" });
  const transport = new StreamableHTTPClientTransport(new URL(url));
  await client.connect(transport);
  clients.push(client);
  const pay = (id?: string) => call(client, "pay", { amount: 4711.125 }, id);
  return { client, transport, pay };
}

/** Resolves when the log has that event, after what was there before. */
async function logged(event: string, after = 0): Promise<LogEntry> {
  await expect.poll(() => log.slice(after).map((entry) => entry.event)).toContain(event);
  return log.slice(after).find((entry) => entry.event === event) as LogEntry;
}

it("answers calls; a retry is answered from the store, and the effect is done once, for real", async () => {
  const store = newStore();
  const server = await serve({ store });
  const { client, pay } = await clientOf(server);
  expect((await client.listTools()).tools).toMatchObject([{ name: "pay" }]);
  const id = uuidv7();
  const answer = await pay(id);
  expect(answer.content).toEqual([{ type: "text", text: "paid 4711.125" }]);
  const other = await clientOf(server);
  expect((await other.pay(id)).content).toEqual(answer.content);
  expect(await store.ledger.rows({ limit: 9 })).toMatchObject([
    { service: "bank", operation: "pay", response: "paid 4711.125" },
  ]);
});

it("logs what happens as data, and never what a call was given or answered", async () => {
  const { pay } = await clientOf(await serve());
  const id = uuidv7();
  await pay(id);
  expect(await logged("call")).toMatchObject({
    level: "info",
    tool: "pay",
    outcome: "completed",
    invocation: id,
    execution: 1,
  });
  expect(log.map(({ event }) => event)).toEqual(["listening", "session opened", "call"]);
  expect(JSON.stringify(log)).not.toContain("4711.125");
});

it("a server that dies is followed by the next, which goes on; its client is told how to ask again", async () => {
  const store = newStore();
  const faults = new FaultPlan([{ point: "guard:stored", kind: "crash", when: { nth: 1 } }]);
  const server = await serve({ store, faults });
  const first = server.serverId;
  const { pay } = await clientOf(server);
  const id = uuidv7();
  await expect(pay(id)).rejects.toThrow(
    `The server died while it was at pay. Ask again in a new session, with _meta["${INVOCATION_ID}"]: "${id}".`,
  );
  await logged("server died");
  await logged("server started");
  expect(server.serverId).not.toBe(first);
  const again = await clientOf(server);
  expect((await again.pay(id)).content).toEqual([{ type: "text", text: "paid 4711.125" }]);
  expect(await store.ledger.rows({ limit: 9 })).toHaveLength(1);
});

it("ends in order: the signal of what is under way is aborted, and the next server resumes it", async () => {
  const store = newStore();
  const entered = deferred<AbortSignal>();
  let tries = 0;
  const waits: ToolFile = (server) => {
    server.registerTool("wait", {}, async (_, { signal }) => {
      if (++tries > 1) return { content: [] };
      entered.resolve(signal);
      return await new Promise<never>(() => undefined);
    });
  };
  const server = await serve({ store, register: waits });
  const { client } = await clientOf(server);
  const waiting = client.callTool({ name: "wait" });
  const isLost = expect(waiting).rejects.toThrow("The server died while it was at wait.");
  const signal = await entered.promise;
  await server.close();
  expect(signal.aborted).toBe(true);
  await isLost;
  await serve({ store, register: waits });
  await expect
    .poll(() => store.readInvocations({ limit: 1 }))
    .toMatchObject([{ state: "completed", last: { cause: "resume" } }]);
});

it("a port that is taken is told, and nothing is left running", async () => {
  const store = newStore();
  const { port } = await serve();
  await expect(serve({ store, port })).rejects.toThrow(PortTakenError);
  expect(await store.liveness.living()).toEqual(new Set());
});

it("says whether its process answers, and whether calls are taken", async () => {
  const store = newStore();
  const { port } = await serve({ store });
  const ask = async (path: string) => {
    const answer = await fetch(`http://localhost:${port}${path}`);
    return [answer.status, (await answer.json()) as unknown];
  };
  expect(await ask("/health")).toEqual([200, { status: "ok" }]);
  expect(await ask("/ready")).toEqual([200, { status: "ready" }]);
  await store.close();
  expect(await ask("/ready")).toEqual([
    503,
    { status: "not ready", why: expect.stringContaining("closed") as unknown },
  ]);
});

const HELLO = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: LATEST_PROTOCOL_VERSION,
    capabilities: {},
    clientInfo: { name: "test", version: "1.0.0" },
  },
};

/** What `fetch` may not say: the names of hosts. */
function post(
  { port }: RunningServer,
  body: unknown,
  headers: Record<string, string> = {},
  method = "POST",
): Promise<{ status: number | undefined; text: string; session: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        port,
        host: "localhost",
        path: "/mcp",
        method,
        headers: {
          "Content-Type": "application/json",
          Accept: "application/json, text/event-stream",
          ...headers,
        },
      },
      (response) => {
        let text = "";
        response.on("data", (bytes) => (text += String(bytes)));
        response.on("end", () => {
          const session = response.headers["mcp-session-id"];
          resolve({ status: response.statusCode, text, session: String(session) });
        });
      },
    );
    sent.on("error", reject);
    sent.end(typeof body === "string" ? body : JSON.stringify(body));
  });
}

describe("refuses, each with a reason:", () => {
  it.each([
    ["another host's name", { Host: "evil.example" }, "The host “evil.example” is not answered"],
    ["a page from elsewhere", { Origin: "https://evil.example" }, "Pages from https://evil.exam"],
    ["a page without an origin", { Origin: "null" }, "Pages from null are not answered"],
  ])("%s", async (_, headers, why) => {
    const { status, text } = await post(await serve(), HELLO, headers);
    expect([status, text]).toEqual([403, expect.stringContaining(why)]);
  });

  it("unless they are allowed", async () => {
    const server = await serve({ allowedHosts: ["shop.example"] });
    const headers = { Host: "shop.example:80", Origin: "https://shop.example" };
    expect(await post(server, HELLO, headers)).toMatchObject({ status: 200 });
  });

  it("a session that is over, or was none", async () => {
    const server = await serve();
    const { session } = await post(server, HELLO);
    const ended = await post(server, "", { "mcp-session-id": session }, "DELETE");
    expect(ended.status).toBe(200);
    const late = await post(server, HELLO, { "mcp-session-id": session });
    expect([late.status, late.text]).toEqual([404, expect.stringContaining("begin another")]);
    const none = await post(server, "", {}, "GET");
    expect([none.status, none.text]).toEqual([400, expect.stringContaining("Begin a session")]);
  });

  it("what is no hello outside of a session, and keeps none for it", async () => {
    const server = await serve();
    const listing = { jsonrpc: "2.0", id: 1, method: "tools/list" };
    expect(await post(server, listing)).toMatchObject({ status: 400 });
    expect(await post(server, "{")).toMatchObject({ status: 400 });
    expect(log.map(({ event }) => event)).toEqual(["listening"]);
  });

  it("a request that is too large", async () => {
    const server = await serve({ limits: { bodyBytes: 1000 } });
    expect(await post(server, "x".repeat(2000))).toMatchObject({ status: 413 });
  });

  it("more sessions than there may be, until one is over", async () => {
    const server = await serve({ limits: { sessions: 1 } });
    const { session } = await post(server, HELLO);
    expect(await post(server, HELLO)).toMatchObject({
      status: 503,
      text: expect.stringContaining("too many sessions") as unknown,
    });
    await post(server, "", { "mcp-session-id": session }, "DELETE");
    expect(await post(server, HELLO)).toMatchObject({ status: 200 });
  });

  it("a session that nobody used for long, while one that is listened to stays", async () => {
    const server = await serve({ limits: { idleMs: 40 } });
    const { client } = await clientOf(server);
    const { session } = await post(server, HELLO);
    expect(await logged("session closed")).toMatchObject({ session });
    expect((await client.listTools()).tools).toHaveLength(1);
  });
});
