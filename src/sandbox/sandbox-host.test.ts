/** A person's own server, apart from the page: it does what any server does. */
import { describe, expect, it } from "vitest";
import { FAULT_POINTS, FaultPlan, uuidv7 } from "../durable/index.ts";
import { Stepper, type Pause } from "../host/index.ts";
import { deferred } from "../store/index.ts";
import { call, textOf } from "../testing/lab.ts";
import { frames, ownHosts, PAYS, tool } from "../testing/own-hosts.ts";
import { FramePool } from "./index.ts";

const own = ownHosts();
const { host, rows } = own;

it("a tool is called over messages: its guard, its map and its effect are in the page's databases", async () => {
  const server = host(PAYS);
  await server.start();
  expect(server.state).toBe("running");
  const { client } = await server.connect();
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["pay"]);
  const answer = await call(client, "pay", { amount: 5 });
  expect(textOf(answer)).toBe("paid");
  // A retry is answered from the store.
  expect(textOf(await call(client, "pay", { amount: 5 }, answer.invocation))).toBe("paid");
  expect(await rows()).toMatchObject([{ service: "bank", outcome: "answered" }]);
  expect(await own.lab.store.readGuards({ limit: 9 })).toMatchObject([
    { alias: "payment", state: "stored", value: "paid" },
  ]);
  expect(await own.lab.store.readEntry("payments", "one")).toBeDefined();
  await server.stop();
  expect(server.state).toBe("stopped");
});

it("servers that share frames are new workers each, and the frame goes when nobody needs it", async () => {
  const pool = new FramePool("/sandbox.html");
  const counts = tool(
    "return ++count;",
    "let count = 0; globalThis.seen = (globalThis.seen ?? 0) + 1;",
  );
  for (let start = 0; start < 3; start++) {
    const server = host(counts, { frames: pool });
    await server.start();
    const { client } = await server.connect();
    expect(textOf(await call(client, "act"))).toBe("1");
    expect(frames()).toBe(1);
    if (start === 1) server.crash();
    else await server.stop();
  }
  const reads = host(tool("return globalThis.seen;", counts), { frames: pool });
  await reads.start();
  const { client } = await reads.connect();
  expect(textOf(await call(client, "act"))).toBe("1");
  reads.crash();
  await expect.poll(frames).toBe(0);
});

it("a refused argument is the tool's answer, and an unknown tool the server's", async () => {
  const server = host(PAYS);
  await server.start();
  const { client } = await server.connect();
  expect(textOf(await call(client, "pay", { amount: "much" }))).toMatch(/amount/);
  expect(textOf(await call(client, "none"))).toMatch(/none/);
});

it.each(FAULT_POINTS)("a crash at %s ends the worker, and nothing is done twice", async (point) => {
  const faults = new FaultPlan([{ point, kind: "crash", when: { nth: 1 } }]);
  const server = host(PAYS, { settings: { faults, delays: "skip" } });
  await server.start();
  const dead = server.serverId;
  const { client } = await server.connect();
  const id = uuidv7();
  await expect(call(client, "pay", { amount: 1 }, id)).rejects.toThrow("Connection closed");
  expect(server.state).toBe("crashed");
  expect(own.crashes).toEqual([dead]);
  await expect.poll(frames).toBe(0);
  // What it recorded before is written.
  const trace = await own.lab.store.readTrace({ invocation: id, limit: 99 });
  expect(trace.at(-1)).toMatchObject({ type: "fault", fault: "crash", point });
  await server.start();
  const ended = ["completed", "failed"];
  await own.lab.until(async () =>
    ended.includes((await own.lab.store.readInvocation(id))?.state ?? ""),
  );
  expect((await rows()).length).toBeLessThanOrEqual(1);
  expect((await own.lab.store.readInvocation(id))?.last.number).toBe(2);
});

it("a call pauses at a breakpoint, goes on, and is failed where it stands", async () => {
  const paused = [deferred<Pause>(), deferred<Pause>()];
  const stepper = new Stepper((pauses) => {
    for (const pause of pauses) paused[pause.id - 1]?.resolve(pause);
  });
  stepper.breakpoints = [{ point: "effect:before" }];
  const faults = {
    strike: () => Promise.resolve(undefined),
    pause: (...passing: Parameters<Stepper["pause"]>) => stepper.pause(...passing),
  };
  const server = host(PAYS, { settings: { faults, delays: "skip" } });
  await server.start();
  const { client } = await server.connect();
  const answer = call(client, "pay", { amount: 1 });
  const first = await paused[0]?.promise;
  expect(first).toMatchObject({ point: "effect:before", alias: "payment", service: "bank" });
  expect(await rows()).toEqual([]);
  // A retryable one: the guard comes here again.
  stepper.decide(first?.id ?? 0, { kind: "retryable" });
  const second = await paused[1]?.promise;
  expect(second).toMatchObject({ point: "effect:before", attempt: 2 });
  stepper.decide(second?.id ?? 0, "go on");
  const { invocation } = await answer;
  const trace = await own.lab.store.readTrace({ invocation, limit: 99 });
  expect(trace.filter(({ type }) => type === "paused")).toHaveLength(2);
  expect(await rows()).toHaveLength(1);
});

it("a hanging call is released, and settings change while it runs", async () => {
  const faults = new FaultPlan([{ point: "effect:after", kind: "hang", when: { nth: 1 } }]);
  const server = host(PAYS, { settings: { faults, delays: "skip" } });
  await server.start();
  const { client } = await server.connect();
  const answer = call(client, "pay", { amount: 1 });
  await own.lab.until(() => Promise.resolve(server.isHanging));
  server.configure({ guards: "off", delays: "skip" });
  server.release();
  expect(textOf(await answer)).toBe("paid");
  const { invocation } = await call(client, "pay", { amount: 2 });
  expect((await own.lab.store.readInvocation(invocation))?.last.guards).toBe("off");
});

it("a lost answer does not arrive, and is in the journal", async () => {
  const faults = new FaultPlan([
    { point: "call:before-response", kind: "lose-response", when: { nth: 1 } },
  ]);
  const server = host(PAYS, { settings: { faults, delays: "skip" } });
  await server.start();
  const { client } = await server.connect();
  const id = uuidv7();
  await expect(call(client, "pay", { amount: 1 }, id)).rejects.toThrow("timed out");
  expect(await own.lab.store.readInvocation(id)).toMatchObject({ state: "completed" });
});

describe("a file that cannot be served says why, and leaves nothing running:", () => {
  it.each([
    ["nothing exported", "const a = 1;", "The file exports no function. Write: export default"],
    [
      "no default",
      "exports.other = () => {};",
      'The file exports no function "default", but other.',
    ],
    ["a throw at its start", 'throw new Error("no luck");', "no luck"],
    [
      "an import that there is not",
      'require("node:fs");',
      '"node:fs" cannot be imported here. A tool in the page imports zod, durable-mcp-playground',
    ],
    [
      "a tool registered twice",
      `exports.default = (server) => { for (const _ of [1, 2]) server.registerTool("t", {}, () => ({ content: [] })); };`,
      "t",
    ],
    [
      "a throw while it registers",
      `exports.default = () => { throw new TypeError("odd"); };`,
      "odd",
    ],
    ["code that is none", "const = ;", /SyntaxError|is no JavaScript/],
  ])("%s", async (_, code, message) => {
    const server = host(code);
    await expect(server.start()).rejects.toThrow(message);
    expect(server.state).toBe("stopped");
    expect(frames()).toBe(0);
  });
});
