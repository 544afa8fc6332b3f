/** Two servers on one database, as in two tabs: an invocation is executed by one of them at a time. */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { afterEach, beforeEach, expect, it } from "vitest";
import { engine } from "../testing/engines.ts";
import { call, textOf } from "../testing/lab.ts";
import { atMostOnce, uuidv7 } from "../durable/index.ts";
import { deferred, localLiveness, overriding, type DurableStore } from "../store/index.ts";
import { connect, DurableMcpServer, INVOCATION_ID } from "./index.ts";

interface Tab {
  readonly store: DurableStore;
  readonly server: DurableMcpServer;
  readonly client: Client;
}

let name: string;
const liveness = localLiveness();
let tabs: Tab[];
/** How many executions are inside the tool, and how many there were at the most. */
let inside: number;
let most: number;
let release = deferred<void>();
let entered = deferred<void>();
let effects: number;

async function openTab(around: (store: DurableStore) => DurableStore = (store) => store) {
  const store = await engine.openStore(name, liveness);
  const server = new DurableMcpServer({ name: "tab", version: "1.0.0" }, { store: around(store) });
  server.registerTool("slow", {}, async (_args, context) => {
    most = Math.max(most, ++inside);
    try {
      await atMostOnce("step", context, () => {
        effects++;
      });
      entered.resolve();
      await release.promise;
      return { content: [{ type: "text", text: `execution ${context.execution}` }] };
    } finally {
      inside--;
    }
  });
  await server.start();
  const { client } = await connect(server);
  const tab = { store, server, client };
  tabs.push(tab);
  return tab;
}

async function executions(tab: Tab, id: string): Promise<(string | undefined)[]> {
  return (await tab.store.readExecutions(id)).map(({ outcome }) => outcome);
}

/** A call that waits: resolves when its server has looked into the journal and found another at it. */
async function waiting(tab: Tab, id: string, signal?: AbortSignal) {
  const looked = deferred<void>();
  const real = tab.server.store.beginExecution.bind(tab.server.store);
  tab.server.store.beginExecution = async (...begin) => {
    const outcome = await real(...begin);
    if (!outcome.begun && outcome.reason === "running") looked.resolve();
    return outcome;
  };
  const params = {
    name: "slow",
    arguments: {},
    _meta: { "playground.durable-mcp/invocationId": id },
  };
  const answer = signal
    ? tab.client.callTool(params, undefined, { signal })
    : call(tab.client, "slow", {}, id);
  answer.catch(() => undefined);
  await looked.promise;
  return { answer };
}

beforeEach(() => {
  name = `two-${crypto.randomUUID()}`;
  tabs = [];
  inside = most = effects = 0;
  release = deferred();
  entered = deferred();
});
afterEach(async () => {
  release.resolve();
  for (const { server, store } of tabs) {
    await server.close();
    await store.close();
  }
  await engine.remove(name);
});

it("a retry in the other waits until the first has ended, and is answered by its guards", async () => {
  const [a, b] = [await openTab(), await openTab()];
  const id = uuidv7();
  const first = call(a.client, "slow", {}, id);
  await entered.promise;
  const { answer } = await waiting(b, id);
  expect(await executions(b, id)).toEqual([undefined]);
  release.resolve();
  expect(textOf(await first)).toBe("execution 1");
  expect(textOf((await answer) as never)).toBe("execution 2");
  expect([most, effects]).toEqual([1, 1]);
});

it.each(["crash", "close"] as const)(
  "a retry that waits goes on when the first's server ends by a %s",
  async (end) => {
    const [a, b] = [await openTab(), await openTab()];
    const id = uuidv7();
    void call(a.client, "slow", {}, id).catch(() => undefined);
    await entered.promise;
    const { answer } = await waiting(b, id);
    void a.server[end]();
    release.resolve();
    // The other server resumes it, and the retry comes after or before that.
    expect(textOf((await answer) as never)).toMatch(/^execution [23]$/);
    expect(effects).toBe(1);
    expect((await executions(b, id))[0]).toBe("crashed");
  },
);

it("a call that is cancelled while it waits leaves the first alone", async () => {
  const [a, b] = [await openTab(), await openTab()];
  const id = uuidv7();
  const first = call(a.client, "slow", {}, id);
  await entered.promise;
  const cancel = new AbortController();
  const { answer } = await waiting(b, id, cancel.signal);
  cancel.abort("cancelled");
  await expect(answer).rejects.toThrow();
  release.resolve();
  expect(textOf(await first)).toBe("execution 1");
  expect(textOf(await call(b.client, "slow", {}, id))).toBe("execution 2");
  expect([most, effects]).toEqual([1, 1]);
});

it("a wipe ends the first and refuses the one that waits: nothing begins anew", async () => {
  const [a, b] = [await openTab(), await openTab()];
  const id = uuidv7();
  const first = call(a.client, "slow", {}, id);
  await entered.promise;
  const { answer } = await waiting(b, id);
  const refused = [
    expect(first).rejects.toThrow("Everything was wiped"),
    expect(answer).rejects.toThrow("Everything was wiped"),
  ];
  const third = await engine.openStore(name, liveness);
  await third.wipe();
  await third.close();
  await Promise.all(refused);
  expect(most).toBe(1);
  expect(await executions(b, id)).toEqual([]);
});

it("an end that cannot be journalled at first is journalled later, and frees the one that waits", async () => {
  let failing = 2;
  const a = await openTab((store) =>
    overriding(store, {
      endExecution: async (...end) => {
        if (failing-- > 0) throw new Error("The disk is full.");
        return await store.endExecution(...end);
      },
    }),
  );
  const b = await openTab();
  const id = uuidv7();
  const first = call(a.client, "slow", {}, id);
  await entered.promise;
  const { answer } = await waiting(b, id);
  release.resolve();
  await expect(first).rejects.toThrow("could not be journalled: The disk is full.");
  expect(textOf((await answer) as never)).toBe("execution 2");
  expect([most, effects]).toEqual([1, 1]);
});

it("a takeover that fails is told to the call that waits for it, and the next one succeeds", async () => {
  const a = await openTab();
  let failing = false;
  const b = await openTab((store) =>
    overriding(store, {
      interruptInvocations: async (...dead) => {
        if (failing) throw new Error("The disk is full.");
        return await store.interruptInvocations(...dead);
      },
    }),
  );
  const id = uuidv7();
  void call(a.client, "slow", {}, id).catch(() => undefined);
  await entered.promise;
  const { answer } = await waiting(b, id);
  failing = true;
  a.server.crash();
  await expect(answer).rejects.toMatchObject({
    message: expect.stringContaining("could not be journalled: The disk is full.") as unknown,
    data: { [INVOCATION_ID]: id },
  });
  failing = false;
  release.resolve();
  expect(textOf(await call(b.client, "slow", {}, id))).toMatch(/^execution [23]$/);
  expect(effects).toBe(1);
});

it("a takeover that fails is tried again, though nobody calls", async () => {
  const a = await openTab();
  let failures = 0;
  const b = await openTab((store) =>
    overriding(store, {
      interruptInvocations: async (interruption) => {
        if (interruption.dead.length > 0 && ++failures < 3) throw new Error("The disk is full.");
        return await store.interruptInvocations(interruption);
      },
    }),
  );
  const id = uuidv7();
  void call(a.client, "slow", {}, id).catch(() => undefined);
  await entered.promise;
  release.resolve();
  a.server.crash();
  await expect.poll(() => executions(b, id)).toMatchObject(["crashed", "completed"]);
  // Of several that notice the death, each may look for what is left.
  expect(failures).toBeGreaterThanOrEqual(3);
  expect(effects).toBe(1);
});

/** Stands beside the others, and has no tool. */
async function openTabWithoutTools(
  around: (store: DurableStore) => DurableStore = (store) => store,
) {
  const store = await engine.openStore(name, liveness);
  const server = new DurableMcpServer({ name: "bare", version: "1.0.0" }, { store: around(store) });
  await server.start();
  tabs.push({ store, server, client: (await connect(server)).client });
  return server;
}

it("a server that lacks a tool holds its calls for no other, whenever it says so", async () => {
  const a = await openTab();
  const id = uuidv7();
  // At the last moment: the other has looked, and begins.
  const b = await openTab((store) =>
    overriding(store, {
      beginExecution: async (begin, options) => {
        if (begin.as === "resume") {
          await openTabWithoutTools();
          expect((await store.readInvocation(id))?.held).toBe('This server has no tool "slow".');
        }
        return await store.beginExecution(begin, options);
      },
    }),
  );
  void call(a.client, "slow", {}, id).catch(() => undefined);
  await entered.promise;
  a.server.crash();
  release.resolve();
  await expect.poll(() => executions(b, id)).toMatchObject(["crashed", "completed"]);
  expect((await b.store.readInvocation(id))?.held).toBeUndefined();
  expect(effects).toBe(1);
});

it("a server that has crashed holds nothing more", async () => {
  const a = await openTab();
  const ids = [uuidv7(), uuidv7()];
  for (const id of ids) void call(a.client, "slow", {}, id).catch(() => undefined);
  await expect.poll(() => inside).toBe(2);
  a.server.crash();
  let holds = 0;
  const store = await engine.openStore(name, liveness);
  const bare: DurableMcpServer = new DurableMcpServer(
    { name: "bare", version: "1.0.0" },
    {
      store: overriding(store, {
        holdInvocation: async (id, held) => {
          holds++;
          bare.crash();
          await store.holdInvocation(id, held);
        },
      }),
    },
  );
  await expect(bare.start()).rejects.toThrow("crashed meanwhile");
  // What it still had under way has had its turn.
  await store.interruptInvocations({ dead: [], at: 0 });
  expect(holds).toBe(1);
  await store.close();
});

it("a server whose word of a death is lost looks again, and takes over what it has left", async () => {
  const a = await openTab();
  const lost = deferred<void>();
  let waits = 0;
  const b = await openTab((store) => {
    const { liveness } = store;
    return overriding(store, {
      liveness: {
        enter: (server, options) => liveness.enter(server, options),
        living: () => liveness.living(),
        untilDead: async (server, signal) => {
          if (++waits === 1) {
            await lost.promise;
            throw new Error("lost");
          }
          await liveness.untilDead(server, signal);
        },
      },
    });
  });
  const id = uuidv7();
  void call(a.client, "slow", {}, id).catch(() => undefined);
  await entered.promise;
  // It dies before the other has looked again: nobody watches it then.
  lost.resolve();
  a.server.crash();
  release.resolve();
  await expect.poll(() => executions(b, id)).toMatchObject(["crashed", "completed"]);
});

it("a server that takes over where nobody is dead leaves the living alone", async () => {
  const a = await openTab();
  const store = await engine.openStore(name, liveness);
  const server = new DurableMcpServer({ name: "tab", version: "1.0.0" }, { store });
  await server.start({ takeOver: true });
  release.resolve();
  expect(textOf(await call(a.client, "slow"))).toBe("execution 1");
  expect(a.server.state).toBe("running");
  await server.close();
  await store.close();
});
