/** A person's sweep: what it tells while it runs, what it leaves to look at, and that it leaves nothing behind. */
import { z } from "zod";
import { afterEach, beforeEach, expect, it } from "vitest";
import { addTool, exampleOf, locksOfTabs, registerPay } from "../../testing/example.ts";
import { atMostOnce, SortedMap } from "../../durable/index.ts";
import { INVOCATION } from "../../explore/index.ts";
import { openStore } from "../../store/indexeddb/index.ts";
import { charge, simulateBank } from "../../world/index.ts";
import { Explorer, type ExploreRequest, type ExploreState } from "./explorer.ts";
import { Scratch } from "./scratch.ts";

let here: Explorer;
/** Of another tab. */
let there: Scratch;
beforeEach(() => {
  const locks = locksOfTabs();
  here = new Explorer(new Scratch(locks, 0));
  there = new Scratch(locks, 0);
});
afterEach(async () => {
  await here.leave();
  await there.clear();
});

const pay = exampleOf();
/** Passes no point but its answer's, so that its sweep is a short one: 4 cases, and 4 without guards. */
const small = exampleOf((server) => addTool(server, "pay", () => undefined));

function ask(change: Partial<ExploreRequest> = {}): Promise<void> {
  const request = { example: small, tool: "pay", args: { amount: 5 }, before: [], pairs: false };
  return here.run({ ...request, ...change });
}

/** Resolves with the first state that is as it should be. */
function until(isMet: (state: ExploreState) => boolean): Promise<ExploreState> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (!isMet(here.snapshot())) return;
      end();
      resolve(here.snapshot());
    };
    const end = here.subscribe(check);
    check();
  });
}

async function runs(): Promise<string[]> {
  const names = (await indexedDB.databases()).map(({ name = "" }) => name);
  return names.filter((name) => name.startsWith("explore-")).sort();
}

/** The databases of the cases that were run on IndexedDB, too. */
const storesOf = ({ on, off }: ExploreState): string[] =>
  [...on, ...off].flatMap(({ run: { name }, check }) => (check ? [name, `${name}-ledger`] : []));

it("every case is run with guards and without, and is judged; one in ten on IndexedDB, too", async () => {
  const phases = new Set<string>();
  const end = here.subscribe(() => phases.add(here.snapshot().phase));
  await ask({ example: pay });
  end();
  const { on, off, places, total, done, cleanOutcome, ...state } = here.snapshot();
  expect([...phases]).toEqual(["running", "done"]);
  expect(cleanOutcome).toBe("success");
  // Two guard points before and two after, the effect's two, the map's two and the answer's, which may be lost.
  expect(places).toHaveLength(9);
  expect(on).toHaveLength(9 * 3 + 1);
  expect(off).toHaveLength(on.length);
  expect([total, done]).toEqual([on.length * 2, on.length * 2]);
  expect(on.filter(({ promises }) => !promises.holds)).toEqual([]);
  expect(off.some(({ promises }) => !promises.holds)).toBe(true);
  expect(state.tookMs).toBeGreaterThan(0);
  expect(new Set([...on, ...off].map(({ check }) => check))).toEqual(new Set(["same", undefined]));
  const stores = storesOf(here.snapshot());
  expect(stores).toHaveLength(2 * 2 * 3); // 28 cases, twice: the 1st, the 11th and the 21st.
  expect((await runs()).filter((name) => !name.includes("-clean"))).toEqual(stores.sort());
  await here.leave();
  expect(here.snapshot()).toMatchObject({ phase: "idle", on: [], off: [], total: 0 });
  expect(await runs()).toEqual([]);
});

it("a case that is to be looked at is made again on IndexedDB, with the same end, once", async () => {
  await ask({ example: pay });
  const { on, off } = here.snapshot();
  for (const [guards, result] of [
    ["on", on[5]],
    ["off", off[5]],
    ["on", on[10]],
  ] as const) {
    if (!result) throw new Error("There is no such case.");
    await Promise.all([here.keep(result), here.keep(result)]);
    const { name, invocation } = result.run;
    const store = await openStore({ name });
    const kept = await store.readInvocation(INVOCATION);
    expect(kept).toMatchObject({ tool: "pay", state: invocation?.state, last: { guards } });
    const records = await store.readGuards({ limit: 9 });
    expect(records.map(({ state }) => state)).toEqual(result.run.guards.map(({ state }) => state));
    await store.close();
  }
  expect(storesOf(here.snapshot())).toHaveLength(12);
});

it("a run that another tab shows is left to it", async () => {
  await ask();
  const result = here.snapshot().off[3];
  if (!result) throw new Error("There is no such case.");
  await here.keep(result);
  const shown = result.run.name;
  const release = await there.hold(shown);
  await here.leave();
  expect(await runs()).toEqual([shown, `${shown}-ledger`]);
  await release();
});

it("the next sweep takes the place of the one before, and its databases' too", async () => {
  await ask();
  const before = storesOf(here.snapshot());
  await ask({ args: { amount: 6 } });
  expect(here.snapshot()).toMatchObject({ phase: "done", request: { args: { amount: 6 } } });
  const left = async () => (await runs()).filter((name) => before.includes(name));
  await expect.poll(left).toEqual([]);
  expect(await runs()).toEqual(expect.arrayContaining(storesOf(here.snapshot())));
});

it("while one runs, the same is not begun again; cancelled, it ends early and shows what it has", async () => {
  const running = ask({ example: pay, pairs: true });
  await until(({ done }) => done > 2);
  await ask({ example: pay, pairs: true });
  here.cancel();
  await running;
  const state = here.snapshot();
  expect(state).toMatchObject({ phase: "cancelled", request: { tool: "pay" } });
  expect(state.done).toBeGreaterThan(2);
  expect(state.done).toBeLessThan(state.total);
  expect(await runs()).toEqual(expect.arrayContaining(storesOf(state)));
});

it("while one runs, another takes its place", async () => {
  const running = ask({ example: pay, pairs: true });
  await until(({ done }) => done > 2);
  await ask({ example: pay, args: { amount: 7 } });
  await running;
  const { phase, request, done, total } = here.snapshot();
  expect({ phase, args: request?.args }).toEqual({ phase: "done", args: { amount: 7 } });
  expect(done).toBe(total);
});

it("one that is left in its middle ends, tells nothing more and leaves nothing", async () => {
  let servers = 0;
  const counted = exampleOf((server, world) => {
    servers++;
    registerPay(server, world);
  });
  const running = ask({ example: counted, pairs: true });
  await until(({ done }) => done > 2);
  const left = here.leave();
  const reported: ExploreState[] = [];
  here.subscribe(() => reported.push(here.snapshot()));
  expect(here.snapshot().phase).toBe("idle");
  await Promise.all([running, left]);
  expect(reported).toEqual([]);
  // Of some four hundred cases.
  expect(servers).toBeLessThan(100);
  expect(await runs()).toEqual([]);
});

it("one that is begun while the one before is being left is its own", async () => {
  const first = ask({ example: pay });
  await until(({ done }) => done > 2);
  const left = here.leave();
  const second = ask({ args: { amount: 7 } });
  await Promise.all([first, left, second]);
  const state = here.snapshot();
  expect(state).toMatchObject({ phase: "done", done: 8, request: { args: { amount: 7 } } });
  expect(await runs()).toEqual(expect.arrayContaining(storesOf(state)));
});

it("every pair is kept, and those that break a promise are told with the fewest faults that do", async () => {
  const careless = exampleOf((server, world) => {
    simulateBank(world);
    server.registerTool("pay", { inputSchema: { amount: z.number() } }, async (_, context) => {
      await atMostOnce("payment", context, async (context) => {
        const request = { transaction_id: "t", amount: 1, currency: "USD" };
        // Says that it paid, whatever became of it.
        await charge(context, request).catch(() => undefined);
      });
      return { content: [] };
    });
  });
  await ask({ example: careless, pairs: true });
  const { pairs, fewest, total, done, on, off } = here.snapshot();
  expect(done).toBe(total);
  expect(pairs).toHaveLength(total - on.length - off.length);
  const broken = pairs.filter(({ promises }) => !promises.holds);
  expect(broken.length).toBeGreaterThan(0);
  expect(broken.length).toBeLessThan(pairs.length);
  expect(new Set(fewest.keys())).toEqual(new Set(broken));
  for (const [found, fewer] of fewest) {
    expect(found.faults).toHaveLength(2);
    expect(fewer.faults).toHaveLength(1);
    expect(fewer.faults[0]?.point).toBe("effect:before");
  }
  const holds = pairs.find(({ promises }) => promises.holds);
  if (holds) await here.keep(holds);
  expect(await runs()).toContain(holds?.run.name);
  await here.leave();
  await expect.poll(runs).toEqual([]);
});

it.each<readonly [string, Partial<ExploreRequest>, string]>([
  ["whose arguments are refused", { args: { amount: -1 } }, "amount"],
  ["of a tool that is not there", { tool: "none" }, "never reached none"],
  ["that needs another that fails", { before: [{ tool: "pay", args: {} }] }, "did not succeed"],
  [
    "whose example cannot be loaded",
    { example: { ...pay, load: () => Promise.reject(new Error("offline")) } },
    "offline",
  ],
])("a call %s cannot be explored, which is told", async (_, change, message) => {
  await ask({ example: pay, ...change });
  expect(here.snapshot()).toMatchObject({ phase: "failed", on: [], off: [] });
  expect(here.snapshot().error).toContain(message);
  await ask();
  expect(here.snapshot().phase).toBe("done");
});

it("calls that are made first are what the tool finds", async () => {
  const example = exampleOf((server, world) => {
    registerPay(server, world);
    addTool(server, "look", async (context) => {
      const { entries } = await SortedMap.ref("payments").range(context, { limit: 9 });
      if (entries.length !== 1) throw new Error(`There are ${entries.length} payments.`);
    });
  });
  const first = { tool: "pay", args: { amount: 1 } };
  await ask({ example, tool: "look", args: {} });
  expect(here.snapshot()).toMatchObject({ phase: "done", cleanOutcome: "error" });
  await ask({ example, tool: "look", args: {}, before: [first] });
  expect(here.snapshot()).toMatchObject({ phase: "done", cleanOutcome: "success" });
});
