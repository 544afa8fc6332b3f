/** One example in the page, without a page: the life of its databases and servers, and what is told of it. */
import { openDB } from "idb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { exampleOf, playgroundLab } from "../../testing/example.ts";
import { openStore } from "../../store/indexeddb/index.ts";
import type { Example } from "../../examples/index.ts";
import type { Playground } from "./playground.ts";

const lab = playgroundLab();
let example: Example;
beforeEach(() => {
  example = exampleOf();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await lab.close();
});

const charges = async ({ world }: Playground): Promise<number> =>
  (await world?.ledger.rows({ limit: 9 }))?.length ?? Number.NaN;

/** Calls the tool, and waits for what the client sees of it at last. */
async function call(playground: Playground, tool = "pay", id?: string) {
  const called = playground.client.call(tool, { amount: 5 }, id);
  await playground.until(({ client }) => client.get(called)?.state !== "waiting");
  return { id: called, ...playground.snapshot().client.get(called) };
}

describe("opening and closing", () => {
  it("opens the databases, starts a server and lists its tools; closed, nothing is left running", async () => {
    const playground = await lab.open(example);
    expect(playground.snapshot()).toMatchObject({
      phase: "ready",
      server: "running",
      tools: [{ name: "pay" }],
    });
    expect(await call(playground)).toMatchObject({ state: "answered" });
    const { store, world } = playground;
    await playground.close();
    expect(playground.snapshot().server).toBe("stopped");
    expect([playground.store, playground.world]).toEqual([undefined, undefined]);
    await expect(store?.readMapNames()).rejects.toThrow("closed");
    await expect(world?.ledger.rows({ limit: 1 })).rejects.toThrow("closed");
  });

  it("an example that is left while it is being opened leaves nothing open, and tells no failure", async () => {
    const playground = await lab.open(example);
    await playground.close();
    const opening = playground.open();
    await playground.close();
    await opening;
    expect(playground.store).toBeUndefined();
    expect(playground.snapshot().phase).not.toBe("failed");
    expect(playground.snapshot().server).not.toBe("running");
  });

  it("what could not be opened is told, and can be opened later", async () => {
    vi.spyOn(indexedDB, "open").mockImplementation(() => {
      throw new DOMException("denied", "SecurityError");
    });
    const playground = await lab.open(example);
    expect(playground.snapshot()).toMatchObject({ phase: "failed", server: "stopped" });
    expect(playground.snapshot().error?.message).toMatch(/private window|site data/);
    // There is no store to start a server on.
    await playground.start();
    expect(playground.snapshot().server).toBe("stopped");
    vi.restoreAllMocks();
    await playground.open();
    expect(playground.snapshot()).toMatchObject({ phase: "ready", server: "running" });
    expect(playground.snapshot().error).toBeUndefined();
  });

  it("where only the ledger cannot be opened, the store is not left open", async () => {
    (await openDB(`playground-${example.name}-ledger`, 99)).close();
    const close = vi.spyOn(IDBDatabase.prototype, "close");
    const playground = await lab.open(example);
    expect(playground.snapshot().phase).toBe("failed");
    expect(playground.snapshot().error?.message).toContain("newer version");
    const closed = (close.mock.contexts as IDBDatabase[]).map(({ name }) => name);
    expect(closed).toEqual([playground.database]);
  });

  it("a server that cannot be loaded is told, and can be started when it can", async () => {
    let offline = true;
    const { load } = example;
    const flaky: Example = {
      ...example,
      load: () => (offline ? Promise.reject(new Error("offline")) : load()),
    };
    const playground = await lab.open(flaky);
    expect(playground.snapshot()).toMatchObject({ phase: "ready", server: "stopped" });
    expect(playground.snapshot().problem).toBe("The server could not be started. offline");
    offline = false;
    await playground.start();
    expect(playground.snapshot().server).toBe("running");
    playground.dismiss();
    expect(playground.snapshot().problem).toBeUndefined();
  });

  it("a run of Explore that is gone is told and not made; one that is there is held, and resumes nothing", async () => {
    const run = "explore-0190a0a0-0000-7000-8000-000000000001-on-1";
    const gone = await lab.open(example, run);
    expect(gone.snapshot().phase).toBe("failed");
    expect(gone.snapshot().error?.message).toContain("This run of Explore is gone");
    expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain(run);

    await (await openStore({ name: run })).close();
    await gone.open();
    expect(gone.snapshot()).toMatchObject({ phase: "ready", server: "running" });
    await gone.settings.arm("crash", [{ point: "effect:after", kind: "crash", when: { nth: 1 } }]);
    const { id } = await call(gone);
    await gone.start();
    const state = async (): Promise<unknown> => (await gone.store?.readInvocation(id))?.state;
    // By the end of a later call, a resumption would have ended too.
    expect(await call(gone)).toMatchObject({ state: "answered" });
    expect(await state()).toBe("interrupted");
    await gone.resume(id);
    await expect.poll(state).toBe("failed");
    // Nobody holds it any more: it goes with the page that showed it.
    await gone.close();
    const names = async () => (await indexedDB.databases()).map(({ name }) => name);
    await expect.poll(names).not.toContain(run);
  });
});

describe("the server's life", () => {
  it("a crash is told, and the next server resumes what it interrupted", async () => {
    const playground = await lab.open(example);
    const first = playground.snapshot().serverId ?? "";
    await playground.settings.arm("crash", [
      { point: "effect:after", kind: "crash", when: { nth: 1 } },
    ]);
    const { id, ...seen } = await call(playground);
    expect(seen).toMatchObject({ state: "error", lost: true });
    expect(playground.snapshot().server).toBe("crashed");
    expect([...playground.snapshot().dead]).toContain(first);
    await playground.restart();
    expect(playground.snapshot().server).toBe("running");
    expect(playground.snapshot().serverId).not.toBe(first);
    const state = async (): Promise<unknown> => (await playground.store?.readInvocation(id))?.state;
    await expect.poll(state).toBe("failed");
    expect(await charges(playground)).toBe(1);
  });

  it("start does nothing while one runs; stop leaves none; crash by hand is a crash", async () => {
    const playground = await lab.open(example);
    const { serverId } = playground.snapshot();
    await playground.start();
    expect(playground.snapshot().serverId).toBe(serverId);
    playground.crash();
    expect(playground.snapshot().server).toBe("crashed");
    await playground.start();
    await playground.stop();
    expect(playground.snapshot().server).toBe("stopped");
    // Of a server that is stopped already, a crash is none.
    playground.crash();
    expect(playground.snapshot().server).toBe("stopped");
  });

  it("a call that hangs by a fault goes on when it is released", async () => {
    const playground = await lab.open(example);
    await playground.settings.arm("hang", [
      { point: "effect:after", kind: "hang", when: { nth: 1 } },
    ]);
    const id = playground.client.call("pay", { amount: 5 });
    await expect.poll(() => playground.isHanging).toBe(true);
    expect(playground.snapshot().client.get(id)).toMatchObject({ state: "waiting" });
    playground.release();
    await playground.until(({ client }) => client.get(id)?.state === "answered");
    expect(playground.isHanging).toBe(false);
    await playground.stop();
    expect(playground.isHanging).toBe(false);
  });

  it("a crash just as the client has connected is not shown as running", async () => {
    const playground = lab.make(example);
    const end = playground.subscribe(() => {
      const { tools, server } = playground.snapshot();
      if (tools.length === 0 || server !== "starting") return;
      end();
      playground.crash();
    });
    await playground.open();
    expect(playground.snapshot().server).toBe("crashed");
  });

  it("what a server fails at outside of a call stands in the log, and is no problem of a person's", async () => {
    let looks = 0;
    const failing = exampleOf((server) => {
      const { store } = server;
      const read = store.readPendingInvocations.bind(store);
      store.readPendingInvocations = (state) =>
        // The first look is a part of starting.
        state === "interrupted" && ++looks === 2
          ? Promise.reject(new Error("no journal"))
          : read(state);
    });
    const playground = await lab.open(failing);
    await playground.until(({ log }) => log.some(({ text }) => text === "no journal"));
    const { problem } = playground.snapshot();
    expect(problem).toBeUndefined();
  });
});

describe("wiping", () => {
  it("empties store, ledger and what the page saw, keeps the settings, and starts anew", async () => {
    const playground = await lab.open(example);
    await playground.settings.configure({ latencyMs: 1 });
    await call(playground);
    expect(await charges(playground)).toBe(1);
    expect(await playground.wipe()).toBe(true);
    expect(playground.snapshot()).toMatchObject({ server: "running", transcript: [] });
    expect(playground.snapshot().client.size).toBe(0);
    expect(await charges(playground)).toBe(0);
    expect(await playground.store?.readInvocations({ limit: 9 })).toEqual([]);
    expect(await playground.store?.readMapNames()).toEqual([]);
    await playground.close();
    await playground.open();
    expect(playground.snapshot().settings.latencyMs).toBe(1);
  });

  it("one that fails says so, and leaves a server all the same", async () => {
    const playground = await lab.open(example);
    const { store } = playground;
    if (!store) throw new Error("It is not open.");
    vi.spyOn(store, "wipe").mockRejectedValueOnce(new Error("full"));
    expect(await playground.wipe()).toBe(false);
    expect(playground.snapshot()).toMatchObject({ problem: "full", server: "running" });
  });
});

describe("the connection", () => {
  it("that a newer version elsewhere waits for is given up; everything can be opened again", async () => {
    const playground = await lab.open(example);
    await call(playground);
    const newer = await openDB(playground.database, 999);
    await playground.until(({ phase }) => phase === "closed");
    expect(playground.snapshot()).toMatchObject({ connection: "superseded", server: "stopped" });
    await expect.poll(() => playground.store).toBeUndefined();
    newer.close();
    await playground.open();
    // It was upgraded beyond this build.
    expect(playground.snapshot().phase).toBe("failed");
    expect(playground.snapshot().error?.message).toContain("newer version");
  });

  it("that was deleted under it is told, and opened again it is empty", async () => {
    const playground = await lab.open(example);
    const { opened } = playground.snapshot();
    await call(playground);
    indexedDB.deleteDatabase(playground.database);
    await playground.until(({ phase }) => phase === "closed");
    await playground.open();
    expect(playground.snapshot()).toMatchObject({ phase: "ready", server: "running" });
    expect(playground.snapshot().connection).toBeUndefined();
    expect(playground.snapshot().opened).toBeGreaterThan(opened);
    expect(await playground.store?.readInvocations({ limit: 9 })).toEqual([]);
  });

  it("that the browser ends is told as that", async () => {
    const listen = Reflect.get<IDBDatabase, "addEventListener">(
      IDBDatabase.prototype,
      "addEventListener",
    );
    const closed: (() => void)[] = [];
    vi.spyOn(IDBDatabase.prototype, "addEventListener").mockImplementation(function (
      this: IDBDatabase,
      ...[type, listener]: Parameters<IDBDatabase["addEventListener"]>
    ) {
      if (type === "close") closed.push(() => (listener as () => void)());
      listen.call(this, type, listener);
    });
    const playground = await lab.open(example);
    closed[0]?.();
    await playground.until(({ phase }) => phase === "closed");
    expect(playground.snapshot()).toMatchObject({ connection: "terminated", server: "stopped" });
  });

  it("that an older version in another tab holds up is told so, and goes on when it is closed", async () => {
    const older = await openDB(`playground-${example.name}`, 1);
    const playground = lab.make(example);
    const opening = playground.open();
    await playground.until(({ connection }) => connection === "blocked");
    expect(playground.snapshot().phase).toBe("opening");
    older.close();
    await opening;
    expect(playground.snapshot().phase).not.toBe("opening");
  });
});
