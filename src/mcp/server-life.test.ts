/** What a server holds on to, and what it answers when it has ended. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { z } from "zod";
import { call, ok, openLab, quiesce, type Lab } from "../testing/lab.ts";
import { interruptedStep, step } from "../testing/tools.ts";
import {
  connect,
  DurableMcpServer,
  FaultPlan,
  INVOCATION_ID,
  SortedMap,
  structured,
  toBytes,
  uuidv7,
} from "../index.ts";
import { deferred, localLiveness, overriding, type InspectableStore } from "../store/index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

it("a resumption on a server that has crashed neither writes nor hangs its caller", async () => {
  const id = uuidv7();
  const dead = await interruptedStep(lab, id);
  const { server } = await lab.serve(step, { resume: "hold" });
  await lab.store.holdInvocation(id, "held by hand");
  await expect(dead.resume(id)).rejects.toThrow("The server is crashed");
  expect((await lab.store.readInvocation(id))?.held).toBe("held by hand");
  await server.resume(id);
  expect((await lab.store.readInvocation(id))?.state).toBe("completed");
});

it("a resumption whose server crashes meanwhile says so", async () => {
  const id = uuidv7();
  await interruptedStep(lab, id);
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
  await expect.poll(() => server.isHanging).toBe(true);
  server.release();
  await Promise.race([first, second]);
  const isHanging = async (): Promise<boolean> => {
    server.release();
    await Promise.resolve();
    return server.isHanging;
  };
  await expect.poll(isHanging).toBe(false);
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
  await expect.poll(() => server.isHanging).toBe(true);
  abort.abort("enough");
  await lab.settled(id, "cancelled");
  expect(server.isHanging).toBe(false);

  const third = call(client, "step");
  third.catch(() => undefined);
  await expect.poll(() => server.isHanging).toBe(true);
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
      liveness: localLiveness(),
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

it("a call that somebody else cancels is an error for its client, not an empty success", async () => {
  const faults = new FaultPlan([
    { point: "map:before-commit", kind: "hang", when: { every: true } },
  ]);
  const { server, client } = await lab.serve(
    (server) =>
      server.registerTool("out", { outputSchema: { n: z.number() } }, async (_args, context) => {
        await SortedMap.ref("m").insert(context, { entries: { n: toBytes(1) } });
        return structured({ n: 1 });
      }),
    { faults },
  );
  const id = uuidv7();
  const answer = call(client, "out", {}, id);
  await expect.poll(() => server.isHanging).toBe(true);
  server.cancel(id);
  await expect(answer).rejects.toMatchObject({
    message: expect.stringContaining(`Invocation ${id} was cancelled.`) as unknown,
    data: { [INVOCATION_ID]: id },
  });
  expect((await lab.store.readInvocation(id))?.state).toBe("cancelled");
});

it("a resumption that is cancelled ends without an error", async () => {
  const id = uuidv7();
  await interruptedStep(lab, id);
  const faults = new FaultPlan([
    { point: "map:before-commit", kind: "hang", when: { every: true } },
  ]);
  const { server } = await lab.serve(step, { resume: "hold", faults });
  const resumed = server.resume(id);
  await expect.poll(() => server.isHanging).toBe(true);
  server.cancel(id);
  await expect(resumed).resolves.toBeUndefined();
  expect((await lab.store.readInvocation(id))?.state).toBe("cancelled");
});

it("a resumption whose response is to be lost ends by a cancellation, too", async () => {
  const id = uuidv7();
  await interruptedStep(lab, id);
  const faults = new FaultPlan([
    { point: "map:before-commit", kind: "lose-response", when: { nth: 1 } },
    { point: "map:committed", kind: "hang", when: { nth: 1 } },
  ]);
  const { server } = await lab.serve(step, { resume: "hold", faults });
  const resumed = server.resume(id);
  await expect.poll(() => server.isHanging).toBe(true);
  server.cancel(id);
  await expect(resumed).resolves.toBeUndefined();
});

it("a resumption whose response is to be lost ends: its answer is in the journal", async () => {
  const id = uuidv7();
  await interruptedStep(lab, id);
  const faults = new FaultPlan([
    { point: "call:before-response", kind: "lose-response", when: { every: true } },
  ]);
  const { server } = await lab.serve(step, { resume: "hold", faults });
  await server.resume(id);
  expect((await lab.store.readInvocation(id))?.state).toBe("completed");
});

async function crashAfter(steps: number, server: DurableMcpServer): Promise<void> {
  for (let step = 0; step < steps; step++) await Promise.resolve();
  server.crash();
}

it("a crash while it starts, or while a client connects, is not overwritten", async () => {
  // Wherever the crash falls: so many steps after the start's last look into the journal.
  for (let steps = 0; steps < 30; steps++) {
    const starting: DurableMcpServer = new DurableMcpServer(
      { name: "lab", version: "1.0.0" },
      {
        store: overriding(lab.store, {
          readPendingInvocations: async (state) => {
            const found = await lab.store.readPendingInvocations(state);
            if (state === "interrupted") void crashAfter(steps, starting);
            return found;
          },
        }),
        resume: "hold",
      },
    );
    const ended = new Promise<void>((resolve) => (starting.onCrash = resolve));
    await Promise.allSettled([starting.start(), ended]);
    expect(starting.state).toBe("crashed");
  }
  const { server } = await lab.serve(step);
  const connected = connect(server);
  server.crash();
  await expect(connected).rejects.toThrow("This server is crashed");
});

it("a call that began after a wipe goes on", async () => {
  const release = deferred<void>();
  const entered = deferred<void>();
  const reported: Parameters<InspectableStore["subscribe"]>[0][] = [];
  const { client } = await lab.serve(
    (server) =>
      server.registerTool("wait", {}, async () => {
        entered.resolve();
        await release.promise;
        return ok();
      }),
    {
      store: overriding(lab.store, {
        subscribe: (listener) => {
          reported.push(listener);
          return lab.store.subscribe(listener);
        },
      }),
    },
  );
  const id = uuidv7();
  const answer = call(client, "wait", {}, id);
  await entered.promise;
  // Of a wipe that came before, and is told of only now.
  for (const listener of reported) listener({ tables: ["invocations"], wiped: true, remote: true });
  await quiesce(lab);
  release.resolve();
  expect((await answer).isError).toBeUndefined();
  expect((await lab.store.readInvocation(id))?.state).toBe("completed");
});
