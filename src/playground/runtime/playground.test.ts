/** One example in the page, without a page: the life of its databases and servers, and what is told of it. */
import { openDB } from "idb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { addTool, exampleOf, playgroundLab } from "../../../e2e/support/example.ts";
import { openStore } from "../../store/index.ts";
import type { Example } from "../../examples/index.ts";
import type { Playground } from "./playground.ts";
import { SETTINGS_KEY, type PlannedFault } from "./settings.ts";

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

    (await openStore({ name: run })).close();
    await gone.open();
    expect(gone.snapshot()).toMatchObject({ phase: "ready", server: "running" });
    await gone.arm("crash", [{ point: "effect:after", kind: "crash", when: { nth: 1 } }]);
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
    await playground.arm("crash", [{ point: "effect:after", kind: "crash", when: { nth: 1 } }]);
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
    await playground.arm("hang", [{ point: "effect:after", kind: "hang", when: { nth: 1 } }]);
    const id = playground.client.call("pay", { amount: 5 });
    await expect.poll(() => playground.isHanging).toBe(true);
    expect(playground.snapshot().client.get(id)).toMatchObject({ state: "waiting" });
    playground.release();
    await playground.until(({ client }) => client.get(id)?.state === "answered");
    expect(playground.isHanging).toBe(false);
    await playground.stop();
    expect(playground.isHanging).toBe(false);
  });

  it("what a server fails at outside of a call stands in the log, and is no problem of a person's", async () => {
    const { load } = example;
    const failing: Example = {
      ...example,
      load: async () => {
        const code = await load();
        return {
          ...code,
          createServer: (parts) => {
            parts.onError?.(new Error("no trace"));
            return code.createServer(parts);
          },
        };
      },
    };
    const playground = await lab.open(failing);
    const { log, problem } = playground.snapshot();
    expect(log).toMatchObject([{ level: "error", text: "no trace" }, { level: "info" }]);
    expect(problem).toBeUndefined();
  });
});

describe("wiping", () => {
  it("empties store, ledger and what the page saw, keeps the settings, and starts anew", async () => {
    const playground = await lab.open(example);
    await playground.configure({ latencyMs: 1 });
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

describe("settings", () => {
  it("are kept, and read again by the next page", async () => {
    const playground = await lab.open(example);
    await playground.configure({ guards: "off", delays: "skip" });
    await playground.configure({ keepRecordings: 3 });
    await playground.close();
    const next = await lab.open(example);
    const expected = { guards: "off", delays: "skip", keepRecordings: 3 };
    expect(next.snapshot().settings).toMatchObject(expected);
    // With the guards off, a retry pays again.
    const { id } = await call(next);
    await call(next, "pay", id);
    expect(await charges(next)).toBe(2);
  });

  it("of another tab are taken over, by the server that runs too", async () => {
    const [here, there] = [await lab.open(example), await lab.open(example)];
    await there.configure({ guards: "off" });
    await here.until(({ settings }) => settings.guards === "off");
    const { id } = await call(here);
    await call(here, "pay", id);
    expect(await charges(here)).toBe(2);
  });

  it("that cannot be meant are refused, told, and change nothing", async () => {
    const playground = await lab.open(example);
    await playground.configure({ latencyMs: -5 });
    expect(playground.snapshot().problem).toContain("latencyMs");
    expect(playground.snapshot().settings.latencyMs).toBe(0);
    expect(await playground.store?.readSetting(SETTINGS_KEY)).toBeUndefined();
  });

  it("that could not be written are told, and hold for this page", async () => {
    const playground = await lab.open(example);
    const { store } = playground;
    if (!store) throw new Error("It is not open.");
    vi.spyOn(store, "writeSetting").mockRejectedValueOnce(new Error("full"));
    await playground.configure({ guards: "off" });
    expect(playground.snapshot()).toMatchObject({ problem: "full", settings: { guards: "off" } });
  });

  it.each<[string, unknown]>([
    ["a text", "damaged"],
    ["null", null],
    ["another build's", { guards: "sometimes" }],
    ["a plan that none can be made of", planOf({ kind: "latency" })],
    ["an array of null", [null]],
  ])("that are kept as %s are left out, and keep nobody from the page", async (_, kept) => {
    const store = await openStore({ name: `playground-${example.name}` });
    await store.writeSetting(SETTINGS_KEY, kept);
    store.close();
    const playground = await lab.open(example);
    expect(playground.snapshot()).toMatchObject({
      phase: "ready",
      server: "running",
      settings: { guards: "on" },
    });
    expect(playground.snapshot().settings.plan).toBeUndefined();
    // And are replaced by the next that is set.
    await playground.configure({ guards: "off" });
    expect(await playground.store?.readSetting(SETTINGS_KEY)).toMatchObject({ guards: "off" });
  });

  it("that another tab damages leave this one as it is, which stands in the log", async () => {
    const playground = await lab.open(example);
    await playground.configure({ guards: "off" });
    const other = await openStore({ name: playground.database });
    await other.writeSetting(SETTINGS_KEY, planOf({ point: "nowhere" }));
    other.close();
    await playground.until(({ log }) => log.some(({ level }) => level === "warning"));
    expect(playground.snapshot().settings).toMatchObject({ guards: "off" });
    expect(playground.snapshot().settings.plan).toBeUndefined();
  });
});

function planOf(change: object): unknown {
  const fault = { point: "effect:after", kind: "crash", when: { nth: 1 }, ...change };
  return { plan: { name: "p", faults: [{ id: "1", fault }] } };
}

describe("the plan of faults", () => {
  const lost: PlannedFault = {
    point: "call:before-response",
    kind: "lose-response",
    when: { first: 1 },
  };
  const planned = ({ settings: { plan } }: ReturnType<Playground["snapshot"]>): unknown =>
    plan && [plan.name, ...plan.faults.map(({ fault }) => fault.kind)];

  it("is armed by a name, grows and shrinks by single faults, and is disarmed by none", async () => {
    const playground = await lab.open(example);
    await playground.arm("Lost", [lost]);
    expect(planned(playground.snapshot())).toEqual(["Lost", "lose-response"]);
    await playground.addFault({ ...lost, kind: "hang" });
    expect(planned(playground.snapshot())).toEqual(["a plan of your own", "lose-response", "hang"]);
    const [first, second] = playground.snapshot().settings.plan?.faults ?? [];
    await playground.removeFault(first?.id ?? "");
    expect(planned(playground.snapshot())).toEqual(["a plan of your own", "hang"]);
    await playground.removeFault("none");
    expect(planned(playground.snapshot())).toEqual(["a plan of your own", "hang"]);
    await playground.removeFault(second?.id ?? "");
    expect(planned(playground.snapshot())).toBeUndefined();
    await playground.arm("Lost", [lost]);
    await playground.arm("", []);
    expect(planned(playground.snapshot())).toBeUndefined();
    expect(await call(playground)).toMatchObject({ state: "answered" });
  });

  it("a fault that is added leaves the others' count; armed anew, they strike again", async () => {
    const playground = await lab.open(example);
    await playground.addFault(lost);
    expect(await call(playground)).toMatchObject({ state: "error", lost: true });
    await playground.addFault({ point: "map:committed", kind: "latency", ms: 0, when: { nth: 1 } });
    expect(await call(playground)).toMatchObject({ state: "answered" });
    await playground.arm("Lost", [lost]);
    expect(await call(playground)).toMatchObject({ state: "error", lost: true });
  });
});

describe("drafts", () => {
  beforeEach(() => {
    const kept = new Map<string, string>();
    vi.stubGlobal("sessionStorage", {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => void kept.set(name, value),
    });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it("are kept for the tab as they were typed, right or wrong", async () => {
    const playground = await lab.open(example);
    playground.draft("pay", '{"amount": ');
    playground.load("other", { a: 1 });
    const next = await lab.open(example);
    expect(next.snapshot().drafts).toEqual({ pay: '{"amount": ', other: '{\n  "a": 1\n}' });
    // Another example has its own.
    expect((await lab.open(exampleOf())).snapshot().drafts).toEqual({});
  });

  it.each(["damaged", "null", "[1]", '{"pay": 5}', '"text"'])(
    "that the tab keeps as %j are none",
    async (text) => {
      sessionStorage.setItem(`drafts:${example.name}`, text);
      expect((await lab.open(example)).snapshot().drafts).toEqual({});
    },
  );
});

describe("writing by hand", () => {
  const bytes = new Uint8Array([1]);
  const entries = (...keys: string[]) => keys.map((key) => [key, bytes] as const);

  async function keysOf(playground: Playground): Promise<string[]> {
    const query = { map: "m", direction: "ascending", limit: 99 } as const;
    return ((await playground.store?.readRange(query)) ?? []).map(({ key }) => key);
  }

  it("inserts and removes, and says whether it did", async () => {
    const playground = await lab.open(example);
    expect(await playground.write("m", { method: "insert", entries: entries("a", "b") })).toBe(
      true,
    );
    expect(await playground.write("m", { method: "remove", keys: ["a"] })).toBe(true);
    expect(await keysOf(playground)).toEqual(["b"]);
    const { store } = playground;
    if (!store) throw new Error("It is not open.");
    vi.spyOn(store, "applyMutation").mockRejectedValueOnce(new Error("full"));
    expect(await playground.write("m", { method: "remove", keys: ["b"] })).toBe(false);
    expect(playground.snapshot().problem).toBe("full");
    expect(await keysOf(playground)).toEqual(["b"]);
  });

  it("writes batches one after the other, made when they are due, and tells how far it is", async () => {
    const playground = await lab.open(example);
    const told: number[] = [];
    let made = 0;
    function* batches() {
      for (const batch of [entries("a", "b"), entries("c"), entries("d", "e", "f")]) {
        made++;
        yield batch;
      }
    }
    const { signal } = new AbortController();
    const all = await playground.writeMany("m", batches(), signal, (count) => {
      expect(made).toBe(told.push(count));
    });
    expect(all).toBe(true);
    expect(told).toEqual([2, 3, 6]);
    expect(await keysOf(playground)).toEqual(["a", "b", "c", "d", "e", "f"]);
  });

  it("stops between two batches when it is aborted, and at one that fails", async () => {
    const playground = await lab.open(example);
    const abort = new AbortController();
    const many = [entries("a"), entries("b"), entries("c")];
    const stop = (): void => abort.abort();
    expect(await playground.writeMany("m", many, abort.signal, stop)).toBe(false);
    expect(await keysOf(playground)).toEqual(["a"]);
    const { store } = playground;
    if (!store) throw new Error("It is not open.");
    vi.spyOn(store, "applyMutation").mockRejectedValueOnce(new Error("full"));
    const { signal } = new AbortController();
    expect(await playground.writeMany("m", many, signal, () => undefined)).toBe(false);
    expect(await keysOf(playground)).toEqual(["a"]);
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

describe("the call before", () => {
  it("is the last of the same tool, and where there is none that is told", async () => {
    const two = exampleOf((server) => {
      addTool(server, "a", () => undefined);
      addTool(server, "b", () => undefined);
    });
    const playground = await lab.open(two);
    const ids: string[] = [];
    for (const tool of ["a", "b", "a"]) ids.push((await call(playground, tool)).id);
    const [first, other, last] = await Promise.all(
      ids.map(async (id) => await playground.store?.readInvocation(id)),
    );
    if (!first || !other || !last) throw new Error("A call is not in the journal.");
    expect(await playground.callBefore(last)).toBe(first.id);
    expect(playground.snapshot().problem).toBeUndefined();
    expect(await playground.callBefore(other)).toBeUndefined();
    expect(playground.snapshot().problem).toContain("no earlier call of b");
  });
});
