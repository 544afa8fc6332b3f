/** What a server holds on to, and what it answers when it has ended. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { call, ok, openLab, settled, type Lab } from "../../e2e/support/lab.ts";
import {
  atMostOnce,
  FaultPlan,
  SortedMap,
  toBytes,
  uuidv7,
  type DurableMcpServer,
} from "../index.ts";
import { overriding } from "../store/index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

const step = (server: DurableMcpServer): void =>
  server.registerTool("step", {}, async (_args, context) => {
    await atMostOnce("a", context, () => undefined);
    await SortedMap.ref("m").insert(context, { entries: { n: toBytes(1) } });
    return ok();
  });

async function interrupted(id: string): Promise<DurableMcpServer> {
  const faults = new FaultPlan([{ point: "guard:stored", kind: "crash", when: { nth: 1 } }]);
  const { server, client } = await lab.serve(step, { faults });
  await expect(call(client, "step", {}, id)).rejects.toThrow("Connection closed");
  return server;
}

it("a resumption on a server that has crashed neither writes nor hangs its caller", async () => {
  const id = uuidv7();
  const dead = await interrupted(id);
  const { server } = await lab.serve(step, { resume: "hold" });
  await lab.store.holdInvocation(id, "held by hand");
  await expect(dead.resume(id)).rejects.toThrow("The server is crashed");
  expect((await lab.store.readInvocation(id))?.held).toBe("held by hand");
  await server.resume(id);
  expect((await lab.store.readInvocation(id))?.state).toBe("completed");
});

it("a resumption whose server crashes meanwhile says so", async () => {
  const id = uuidv7();
  await interrupted(id);
  const faults = new FaultPlan([{ point: "map:before-commit", kind: "crash", when: { nth: 1 } }]);
  const { server } = await lab.serve(step, { resume: "hold", faults });
  await expect(server.resume(id)).rejects.toThrow("The server crashed meanwhile");
});

it("something hangs exactly while it hangs: until its release, its cancellation, or the server's end", async () => {
  const faults = new FaultPlan([
    { point: "map:before-commit", kind: "hang", when: { every: true } },
  ]);
  const { server, client } = await lab.serve(step, { faults });
  expect(server.isHanging).toBe(false);
  const first = call(client, "step");
  const second = call(client, "step");
  await vi.waitFor(() => expect(server.isHanging).toBe(true));
  server.release();
  await Promise.race([first, second]);
  await vi.waitFor(async () => {
    server.release();
    await Promise.resolve();
    expect(server.isHanging).toBe(false);
  });
  await Promise.all([first, second]);
  expect(server.isHanging).toBe(false);

  const id = uuidv7();
  const abort = new AbortController();
  const params = {
    name: "step",
    arguments: {},
    _meta: { "playground.durable-mcp/invocationId": id },
  };
  const cancelled = client.callTool(params, undefined, { signal: abort.signal });
  cancelled.catch(() => undefined);
  await vi.waitFor(() => expect(server.isHanging).toBe(true));
  abort.abort("enough");
  await settled(lab, id, "cancelled");
  expect(server.isHanging).toBe(false);

  const third = call(client, "step");
  third.catch(() => undefined);
  await vi.waitFor(() => expect(server.isHanging).toBe(true));
  server.crash();
  expect(server.isHanging).toBe(false);
});

it("a call that is over leaves no listener on any signal, so that nothing of it is kept", async () => {
  const counts = new Map<AbortSignal, number>();
  const method = <Name extends "addEventListener" | "removeEventListener">(name: Name) =>
    Reflect.get<AbortSignal, Name>(AbortSignal.prototype, name);
  const [addEventListener, removeEventListener] = [
    method("addEventListener"),
    method("removeEventListener"),
  ];
  const count = (signal: AbortSignal, by: number): void => {
    counts.set(signal, (counts.get(signal) ?? 0) + by);
  };
  const added = new Map<unknown, Set<AbortSignal>>();
  vi.spyOn(AbortSignal.prototype, "addEventListener").mockImplementation(function (
    this: AbortSignal,
    ...args: Parameters<typeof addEventListener>
  ) {
    count(this, 1);
    const [, listener, options] = args;
    added.set(listener, (added.get(listener) ?? new Set()).add(this));
    if (typeof options === "object" && options.once && typeof listener === "function") {
      addEventListener.call(this, "abort", () => count(this, -1), { once: true });
    }
    addEventListener.apply(this, args);
  });
  vi.spyOn(AbortSignal.prototype, "removeEventListener").mockImplementation(function (
    this: AbortSignal,
    ...args: Parameters<typeof removeEventListener>
  ) {
    if (!this.aborted && added.get(args[1])?.delete(this)) count(this, -1);
    removeEventListener.apply(this, args);
  });
  try {
    const { client } = await lab.serve(step);
    const open = (): number =>
      [...counts].reduce((sum, [signal, n]) => sum + (signal.aborted ? 0 : n), 0);
    await call(client, "step", {}, uuidv7());
    const before = open();
    for (let n = 0; n < 20; n++) await call(client, "step", {}, uuidv7());
    expect(open()).toBe(before);
  } finally {
    vi.restoreAllMocks();
  }
});

it("what another server has taken over answers its own client in words, and ends there", async () => {
  const { client, server } = await lab.serve(step, {
    store: overriding(lab.store, {
      applyMutation: async (mutation, options) => {
        // As a takeover by a person does it, who took this server for dead.
        await lab.store.interruptInvocations({ dead: [server.id], at: 0 });
        return await lab.store.applyMutation(mutation, options);
      },
    }),
  });
  const id = uuidv7();
  const answer = call(client, "step", {}, id);
  await expect(answer).rejects.toThrow(/Another server has taken invocation .* over/);
  await expect(answer).rejects.toMatchObject({
    data: { "playground.durable-mcp/invocationId": id },
  });
  expect((await lab.store.readInvocation(id))?.state).toBe("interrupted");
  expect(await lab.store.readMapNames()).toEqual([]);
});
