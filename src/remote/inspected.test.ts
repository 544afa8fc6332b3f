/** One host and the pages that inspect it, over ports of their own. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { uuidv7 } from "../durable/index.ts";
import { LocalHost, makeServer, type Pause } from "../host/index.ts";
import { pays } from "../testing/pays.ts";
import { call, openLab, textOf, type Lab } from "../testing/lab.ts";
import { connectStore } from "../store/remote/index.ts";
import {
  fromText,
  INSPECT_PORTS,
  Inspected,
  InspectingHost,
  manyPorts,
  toText,
  type InspectPort,
} from "./index.ts";
import type { ManyPorts } from "./many-ports.ts";

let lab: Lab;
let inspected: Inspected;
let host: LocalHost;
const ends: (() => void)[] = [];

beforeEach(async () => {
  lab = await openLab();
  const { store, world } = lab;
  inspected = new Inspected({ name: "test", where: "memory" }, { store, ledger: world.ledger });
  host = new LocalHost({
    make: (settings) =>
      makeServer({ name: "test", version: "1.0.0" }, pays, { store, world, ...settings }),
    settings: inspected.hostSettings,
    onCrash: (id) => {
      inspected.hasChanged();
      inspected.hasCrashed(id);
    },
  });
  const told = async (work: () => Promise<void>): Promise<void> => {
    await work();
    inspected.hasChanged();
  };
  inspected.control = {
    host,
    start: (options) => told(() => host.start(options)),
    stop: () => told(() => host.stop()),
    restart: () => told(() => host.restart()),
    whileStopped: (work) =>
      told(async () => {
        await host.stop();
        await work();
        await host.start();
      }),
  };
});
afterEach(async () => {
  for (const end of ends.splice(0)) end();
  await host.stop();
  await lab.close();
});

/** Both ends of one way, over which text passes. */
function way(): [ManyPorts<InspectPort>, ManyPorts<InspectPort>] {
  const later = (take: () => void): void => void Promise.resolve().then(take);
  const here: ManyPorts<InspectPort> = manyPorts(INSPECT_PORTS, (message) => {
    const text = toText(message);
    later(() => there.take(fromText(text)));
  });
  const there: ManyPorts<InspectPort> = manyPorts(INSPECT_PORTS, (message) => {
    const text = toText(message);
    later(() => here.take(fromText(text)));
  });
  return [here, there];
}

async function page() {
  const [ports, far] = way();
  ends.push(inspected.serve(far));
  const hooks = {
    onPauses: vi.fn<(pauses: readonly Pause[]) => void>(),
    onNext: vi.fn(),
    onStopped: vi.fn(),
    onCrash: vi.fn(),
    onSettings: vi.fn(),
    onError: vi.fn(),
    onSilence: vi.fn(),
  };
  const inspecting = new InspectingHost({ ports, ...hooks });
  ends.push(() => inspecting.close());
  expect(await inspecting.inspection()).toEqual({ name: "test", where: "memory" });
  return { ...hooks, ports, host: inspecting };
}

it("one page starts the server, another is told and joins it, and each has a client of its own", async () => {
  const [one, two] = [await page(), await page()];
  await one.host.start();
  expect([one.host.state, two.host.state]).toEqual(["running", "stopped"]);
  await expect.poll(() => two.onNext).toHaveBeenCalled();
  await two.host.start();
  expect([two.host.state, two.host.serverId]).toEqual(["running", host.serverId]);
  const [first, second] = await Promise.all([one.host.connect(), two.host.connect()]);
  const id = uuidv7();
  expect(textOf(await call(first.client, "pay", {}, id))).toBe("paid");
  expect(textOf(await call(second.client, "pay", {}, id))).toBe("paid");
  expect(await lab.world.ledger.rows({ limit: 9 })).toHaveLength(1);
  const store = await connectStore(two.ports.port("store"));
  expect((await store.readInvocations({ limit: 9 })).map((each) => each.id)).toEqual([id]);
  // What a page closes is its own.
  await store.close();
  expect(await lab.store.readInvocations({ limit: 9 })).toHaveLength(1);
});

it("settings hold at once and for every page; what is none is refused and changes nothing", async () => {
  const [one, two] = [await page(), await page()];
  await one.host.start();
  const before = await one.host.readSettings();
  await one.host.writeSettings({ ...before, guards: "off" });
  await expect.poll(() => two.onSettings).toHaveBeenCalledOnce();
  expect(one.onSettings).not.toHaveBeenCalled();
  expect(await two.host.readSettings()).toMatchObject({ guards: "off" });
  const { client } = await one.host.connect();
  const id = uuidv7();
  for (let times = 0; times < 2; times++) await call(client, "pay", {}, id);
  expect(await lab.world.ledger.rows({ limit: 9 })).toHaveLength(2);
  await expect(two.host.writeSettings({ guards: "maybe" })).rejects.toThrow("guards");
  expect(await one.host.readSettings()).toMatchObject({ guards: "off" });
});

it("a fault that one page arms strikes every page's calls, and a crash is told to all", async () => {
  const [one, two] = [await page(), await page()];
  await one.host.start();
  await two.host.start();
  const fault = { point: "guard:stored", kind: "crash", when: { nth: 1 } };
  const plan = { name: "crash", faults: [{ id: uuidv7(), fault }] };
  await one.host.writeSettings({ ...(await one.host.readSettings()), plan });
  const { client } = await two.host.connect();
  const dead = host.serverId;
  await expect(call(client, "pay")).rejects.toThrow("Connection closed");
  for (const { onCrash } of [one, two]) {
    await expect.poll(() => onCrash).toHaveBeenCalledWith(dead);
  }
  expect([one.host.state, two.host.state]).toEqual(["crashed", "crashed"]);
});

it("a call that one page steps into waits for any of them", async () => {
  const [one, two] = [await page(), await page()];
  await one.host.start();
  const { client } = await one.host.connect();
  const id = uuidv7();
  const answer = one.host.stepInto(id, () => call(client, "pay", {}, id));
  await expect.poll(() => two.onPauses).toHaveBeenCalled();
  const [pause] = two.onPauses.mock.lastCall?.[0] ?? [];
  expect(pause).toMatchObject({ invocation: id, point: "guard:before-start" });
  two.host.decide(pause?.id ?? 0, "go on");
  expect(textOf(await answer)).toBe("paid");
  await expect.poll(() => one.onPauses).toHaveBeenLastCalledWith([]);
});

it("a page wipes everything while no server runs, and the next one is joined", async () => {
  const one = await page();
  await one.host.start();
  await call((await one.host.connect()).client, "pay");
  const { serverId } = host;
  await one.host.wipe();
  expect(await lab.store.readInvocations({ limit: 9 })).toEqual([]);
  expect(await lab.world.ledger.rows({ limit: 9 })).toEqual([]);
  expect([host.state, host.serverId === serverId]).toEqual(["running", false]);
  await expect.poll(() => one.onNext).toHaveBeenCalled();
  await one.host.restart();
  await one.host.start();
  expect(one.host.state).toBe("running");
});

it("a page that could not join a server that runs tries again", async () => {
  const one = await page();
  await one.host.start();
  const attach = host.attach.bind(host);
  host.attach = () => Promise.reject(new Error("Not now."));
  await expect(one.host.connect()).rejects.toThrow("Not now.");
  expect(one.host.state).toBe("stopped");
  host.attach = attach;
  await expect.poll(() => one.onNext).toHaveBeenCalled();
  await one.host.start();
  await one.host.connect();
  expect(one.host.state).toBe("running");
});

it("a server that is stopped, or a page that leaves, ends the page's sessions, and nothing else", async () => {
  const [one, two] = [await page(), await page()];
  await one.host.start();
  await two.host.start();
  const { client } = await two.host.connect();
  const closed = new Promise<void>((resolve) => (client.onclose = resolve));
  one.host.close();
  expect(textOf(await call(client, "pay"))).toBe("paid");
  const { serverId } = host;
  await two.host.stop();
  await closed;
  await expect.poll(() => two.onStopped).toHaveBeenCalledWith(serverId);
  await expect(two.host.connect()).rejects.toThrow("The server is stopped: start one first.");
});
