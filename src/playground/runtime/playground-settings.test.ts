/** What a person sets of an example: kept, read by other tabs, refused where it is invalid. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { exampleOf, playgroundLab } from "../../testing/example.ts";
import type { Example } from "../../examples/index.ts";
import { openStore } from "../../store/indexeddb/index.ts";
import type { Playground } from "./playground.ts";
import { SETTINGS_KEY, type PlannedFault } from "../../host/index.ts";

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

describe("settings", () => {
  it("are kept, and read again by the next page", async () => {
    const playground = await lab.open(example);
    await playground.settings.configure({ guards: "off", delays: "skip" });
    await playground.settings.configure({ keepRecordings: 3 });
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
    await there.settings.configure({ guards: "off" });
    await here.until(({ settings }) => settings.guards === "off");
    const { id } = await call(here);
    await call(here, "pay", id);
    expect(await charges(here)).toBe(2);
  });

  it("that are invalid are refused, told, and change nothing", async () => {
    const playground = await lab.open(example);
    await playground.settings.configure({ latencyMs: -5 });
    expect(playground.snapshot().problem).toContain("latencyMs");
    expect(playground.snapshot().settings.latencyMs).toBe(0);
    expect(await playground.store?.readSetting(SETTINGS_KEY)).toBeUndefined();
  });

  it("that could not be written are told, and hold for this page", async () => {
    const playground = await lab.open(example);
    const { store } = playground;
    if (!store) throw new Error("It is not open.");
    vi.spyOn(store, "writeSetting").mockRejectedValueOnce(new Error("full"));
    await playground.settings.configure({ guards: "off" });
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
    await store.close();
    const playground = await lab.open(example);
    expect(playground.snapshot()).toMatchObject({
      phase: "ready",
      server: "running",
      settings: { guards: "on" },
    });
    expect(playground.snapshot().settings.plan).toBeUndefined();
    // And are replaced by the next that is set.
    await playground.settings.configure({ guards: "off" });
    expect(await playground.store?.readSetting(SETTINGS_KEY)).toMatchObject({ guards: "off" });
  });

  it("that another tab damages leave this one as it is, which stands in the log", async () => {
    const playground = await lab.open(example);
    await playground.settings.configure({ guards: "off" });
    const other = await openStore({ name: playground.database });
    await other.writeSetting(SETTINGS_KEY, planOf({ point: "nowhere" }));
    await other.close();
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
    await playground.settings.arm("Lost", [lost]);
    expect(planned(playground.snapshot())).toEqual(["Lost", "lose-response"]);
    await playground.settings.addFault({ ...lost, kind: "hang" });
    expect(planned(playground.snapshot())).toEqual(["a plan of your own", "lose-response", "hang"]);
    const [first, second] = playground.snapshot().settings.plan?.faults ?? [];
    await playground.settings.removeFault(first?.id ?? "");
    expect(planned(playground.snapshot())).toEqual(["a plan of your own", "hang"]);
    await playground.settings.removeFault("none");
    expect(planned(playground.snapshot())).toEqual(["a plan of your own", "hang"]);
    await playground.settings.removeFault(second?.id ?? "");
    expect(planned(playground.snapshot())).toBeUndefined();
    await playground.settings.arm("Lost", [lost]);
    await playground.settings.arm("", []);
    expect(planned(playground.snapshot())).toBeUndefined();
    expect(await call(playground)).toMatchObject({ state: "answered" });
  });

  it("a fault that is added leaves the others' count; armed anew, they strike again", async () => {
    const playground = await lab.open(example);
    await playground.settings.addFault(lost);
    expect(await call(playground)).toMatchObject({ state: "error", lost: true });
    await playground.settings.addFault({
      point: "map:committed",
      kind: "latency",
      ms: 0,
      when: { nth: 1 },
    });
    expect(await call(playground)).toMatchObject({ state: "answered" });
    await playground.settings.arm("Lost", [lost]);
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
    playground.drafts.keep("pay", '{"amount": ');
    playground.drafts.load("other", { a: 1 });
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
