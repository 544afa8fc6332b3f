/** The life of a server through its host. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { FaultPlan, uuidv7 } from "../durable/index.ts";
import { deferred, ServerRefusedError } from "../store/index.ts";
import { pays } from "../testing/pays.ts";
import { call, openLab, textOf, type Lab } from "../testing/lab.ts";
import { LocalHost, makeServer, type ServerHost, type ToolFile } from "./index.ts";

let lab: Lab;
let crashes: string[];
const hosts: ServerHost[] = [];
beforeEach(async () => {
  lab = await openLab();
  crashes = [];
});
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.stop();
  await lab.close();
});

function hostOf(register: ToolFile = pays, faults?: FaultPlan): ServerHost {
  const { store, world } = lab;
  const host = new LocalHost({
    make: (settings) =>
      makeServer({ name: "test", version: "1.0.0" }, register, { store, world, ...settings }),
    settings: { faults },
    onCrash: (id) => crashes.push(id),
  });
  hosts.push(host);
  return host;
}

it("starts a server, whose effects are the world's, and stops it", async () => {
  const host = hostOf();
  expect([host.state, host.serverId]).toEqual(["stopped", undefined]);
  await expect(host.connect()).rejects.toThrow("The server is stopped: start one first.");
  await expect(host.resume(uuidv7())).rejects.toThrow("The server is stopped: start one first.");
  await host.start();
  const id = host.serverId;
  expect(host.state).toBe("running");
  await host.start(); // It is running already.
  expect(host.serverId).toBe(id);
  const { client } = await host.connect();
  expect(textOf(await call(client, "pay"))).toBe("paid");
  expect(await lab.world.ledger.rows({ limit: 9 })).toMatchObject([{ service: "bank" }]);
  await host.stop();
  expect(host.state).toBe("stopped");
  expect(await lab.store.liveness.living()).toEqual(new Set());
});

it("tells a crash at once, and the next server goes on with what it was at", async () => {
  const faults = new FaultPlan([{ point: "guard:stored", kind: "crash", when: { nth: 1 } }]);
  const host = hostOf(pays, faults);
  await host.start();
  const [first, { client }] = [host.serverId, await host.connect()];
  const id = uuidv7();
  await expect(call(client, "pay", {}, id)).rejects.toThrow("Connection closed");
  expect([host.state, crashes]).toEqual(["crashed", [first]]);
  await host.start();
  await lab.settled(id, "completed");
  expect(host.serverId).not.toBe(first);
  host.crash();
  expect([host.state, crashes.length]).toEqual(["crashed", 2]);
  expect(await lab.world.ledger.rows({ limit: 9 })).toHaveLength(1);
});

it("keeps its settings for every later server; a running one changes at once", async () => {
  const host = hostOf();
  await host.start();
  const { client } = await host.connect();
  host.configure({ guards: "off" });
  const id = uuidv7();
  await call(client, "pay", {}, id);
  await call(client, "pay", {}, id);
  expect(await lab.world.ledger.rows({ limit: 9 })).toHaveLength(2);
  await host.restart();
  await call((await host.connect()).client, "pay", {}, id);
  expect(await lab.world.ledger.rows({ limit: 9 })).toHaveLength(3);
});

it("holds interrupted calls where it is set so, and resumes one by its id", async () => {
  const faults = new FaultPlan([{ point: "guard:stored", kind: "crash", when: { nth: 1 } }]);
  const host = hostOf(pays, faults);
  await host.start();
  const id = uuidv7();
  await expect(call((await host.connect()).client, "pay", {}, id)).rejects.toThrow();
  host.configure({ faults, resume: "hold" });
  await host.start();
  expect((await lab.store.readInvocation(id))?.state).toBe("interrupted");
  await host.resume(id);
  expect((await lab.store.readInvocation(id))?.state).toBe("completed");
});

it("a file that throws, and a start that fails, leave it stopped and startable again", async () => {
  let isBroken = true;
  const host = hostOf((server, world) => {
    if (isBroken) throw new Error("SyntaxError of a person's own");
    return pays(server, world);
  });
  await expect(host.start()).rejects.toThrow("of a person's own");
  expect(host.state).toBe("stopped");
  isBroken = false;
  const enter = lab.store.liveness.enter.bind(lab.store.liveness);
  lab.store.liveness.enter = () => Promise.reject(new ServerRefusedError("Another may live."));
  await expect(host.start()).rejects.toThrow(ServerRefusedError);
  expect(host.state).toBe("stopped");
  lab.store.liveness.enter = enter;
  await host.start();
  expect(host.state).toBe("running");
  expect(crashes).toEqual([]);
});

it("a file may register its tools by and by", async () => {
  const host = hostOf(async (server, world) => {
    await Promise.resolve();
    await pays(server, world);
  });
  await host.start();
  const { tools } = await (await host.connect()).client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(["pay"]);
});

it("what is set, and a crash that is asked for, while it starts reach the server that is made", async () => {
  const loaded = deferred<void>();
  const host = hostOf(async (server, world) => {
    await loaded.promise;
    await pays(server, world);
  });
  const starting = host.start();
  host.configure({ guards: "off" });
  loaded.resolve();
  await starting;
  const { client } = await host.connect();
  const id = uuidv7();
  await call(client, "pay", {}, id);
  await call(client, "pay", {}, id);
  expect(await lab.world.ledger.rows({ limit: 9 })).toHaveLength(2);
  await host.stop();

  const again = host.start();
  host.crash();
  await again;
  expect(host.state).toBe("crashed");
  expect(crashes).toHaveLength(1);
});
