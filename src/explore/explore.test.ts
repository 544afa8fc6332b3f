/** The sweep of every example is green with its guards, shows duplicates without, and can fail. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import {
  atLeastOnce,
  atMostOnce,
  effect,
  Fence,
  NetworkError,
  SortedMap,
  toBytes,
  type DurableContext,
  type Fault,
  type FaultKind,
  type FaultPoint,
} from "../durable/index.ts";
import { exampleNamed, stableId } from "../examples/index.ts";
import { structured } from "../mcp/index.ts";
import { overriding, type DurableStore } from "../store/index.ts";
import type { World } from "../world/index.ts";
import {
  checkPromises,
  describeEnd,
  pairsOf,
  placesOf,
  runCase,
  shrink,
  singleFaults,
  sweep,
  tryCase,
  inMemory,
  type CaseResult,
  type OpenCase,
  type Scenario,
} from "./index.ts";

const made: string[] = [];
afterEach(() => {
  for (const name of made.splice(0)) {
    indexedDB.deleteDatabase(name);
    indexedDB.deleteDatabase(`${name}-ledger`);
  }
});

async function explore(scenario: Scenario, { pairs = false } = {}) {
  const prefix = `explore-${crypto.randomUUID()}`;
  const clean = await runCase({ ...scenario, guards: "on", around: (store) => store }, [], prefix);
  expect(describeEnd(clean.end)).toBe("success");
  const singles = singleFaults(placesOf(clean.passes));
  const results = await sweep(scenario, clean, pairs ? pairsOf(singles) : singles, { prefix });
  made.push(prefix, ...results.map(({ run }) => run.name));
  return { clean, results, prefix };
}

function failing(results: readonly CaseResult[]): string[] {
  return results
    .filter(({ promises }) => !promises.holds)
    .map(
      ({ faults, promises, outcome }) =>
        `${faults.map(({ point, kind, when }) => `${kind} at ${point} ${JSON.stringify(when)}`).join(" and ")}: ` +
        `${promises.problems.join(" ")} (${outcome})`,
    );
}

async function scenarioOf(
  name: string,
  tool: string,
  args: Record<string, unknown>,
  before: Scenario["before"] = [],
): Promise<Scenario> {
  const example = exampleNamed(name);
  if (!example) throw new Error(`There is no example ${name}.`);
  const { default: register } = await example.load();
  return { register, tool, args, guards: "on", before };
}

const user = { name: "Ada", email: "ada@example.org" };
const USER_ID = stableId("user", user.name, user.email);
const term = { term: "durable", definition: "Lasting." };

const swept: [string, string, Record<string, unknown>, Scenario["before"]?][] = [
  ["processing", "process_payment", { amount: 25 }],
  ["processing", "process_payment", { amount: 2000 }],
  ["processing", "fetch_exchange_rate", { from_currency: "USD", to_currency: "EUR" }],
  ["steps", "create_user_with_profile", { username: "ada", email: user.email, bio: "Counts." }],
  ["document", "upload_file", { file_id: "letter", content: "Dear Ada" }],
  [
    "document",
    "process_document",
    { file_id: "letter", target_language: "de" },
    [{ tool: "upload_file", args: { file_id: "letter", content: "Dear Ada" } }],
  ],
  ["define", "add_term", term],
  ["define", "remove_term", { term: term.term }, [{ tool: "add_term", args: term }]],
  ["audit", "create_user", user],
  [
    "audit",
    "update_user",
    { user_id: USER_ID, updates: { role: "admin" } },
    [{ tool: "create_user", args: user }],
  ],
  [
    "audit",
    "delete_user",
    { user_id: USER_ID, reason: "She asked." },
    [{ tool: "create_user", args: user }],
  ],
];

describe.each(swept)("%s: %s", (name, tool, args, before) => {
  it("keeps every promise, whatever fails", async () => {
    const { results, clean } = await explore(await scenarioOf(name, tool, args, before));
    expect(clean.end).toMatchObject({ result: { structuredContent: { status: "success" } } });
    expect(results.length).toBeGreaterThan(3);
    expect(failing(results)).toEqual([]);
  });
});

it("keeps every promise whatever two faults meet", async () => {
  const scenario = await scenarioOf("processing", "process_payment", { amount: 25 });
  const { results } = await explore(scenario, { pairs: true });
  expect(results.length).toBeGreaterThan(300);
  expect(failing(results)).toEqual([]);
});

it("shows the payment made twice with the guards off", async () => {
  const scenario = await scenarioOf("processing", "process_payment", { amount: 25 });
  const { results } = await explore({ ...scenario, guards: "off" });
  const twice = results.filter(({ run }) => run.effects.length > 1);
  expect(twice.map(({ faults: [fault] }) => [fault?.point, fault?.kind])).toEqual(
    expect.arrayContaining([
      ["effect:after", "crash"],
      ["map:committed", "crash"],
      ["call:before-response", "crash"],
      ["call:before-response", "lose-response"],
    ]),
  );
  expect(failing(results).join()).toContain(
    'bank.charge happened 2 times under atMostOnce "payment".',
  );
});

it("stops between two cases when it is cancelled", async () => {
  const scenario = await scenarioOf("processing", "process_payment", { amount: 25 });
  const prefix = `explore-${crypto.randomUUID()}`;
  const clean = await runCase(scenario, [], prefix);
  const cases = singleFaults(placesOf(clean.passes));
  const stop = new AbortController();
  const results = await sweep(scenario, clean, cases, {
    prefix,
    signal: stop.signal,
    onResult: () => stop.abort(),
  });
  made.push(prefix, ...results.map(({ run }) => run.name));
  expect(results.length).toBeLessThan(cases.length);
  expect(results.length).toBeGreaterThan(0);
});

it("what comes to something else on the other engine is said, with both", async () => {
  const scenario = await scenarioOf("processing", "process_payment", { amount: 25 });
  const clean = await runCase(scenario, [], "clean", inMemory);
  const cases = singleFaults(placesOf(clean.passes)).slice(0, 11);
  /** Forgets what guards have stored. */
  const check: OpenCase = async (name) => {
    const { store, ledger } = await inMemory(name);
    const readGuards = () => Promise.resolve([]);
    return { store: overriding(store, { readGuards }), ledger };
  };
  const results = await sweep(scenario, clean, cases, { prefix: "explore", check });
  const [first, second, ...others] = results;
  expect(first?.check).toMatch(/^In memory .* the guard "payment" was \w+; on IndexedDB [^"]*\.$/);
  expect(second?.check).toBeUndefined();
  expect(others.at(-1)?.check).toContain("on IndexedDB");
});

/** What the tools of this file reach. */
function simulateAll(world: World): void {
  world.simulate("rates.look", { answers: [2] });
  world.simulate("bank.charge", { answers: ["done"] });
}

/** Guards that are broken in one way each: the sweep must find every one. */
describe("the sweep can fail: it catches", { timeout: 60_000 }, () => {
  const pay = (around: Scenario["around"] = (store) => store): Scenario => ({
    register: (server, world) => {
      simulateAll(world);
      server.registerTool("pay", { outputSchema: { status: z.string() } }, async (_, context) => {
        const look = (inner: DurableContext) => effect(inner, "rates.look", {}, () => 2);
        await atLeastOnce("rate", context, look, { schema: z.number() });
        await atMostOnce(
          "payment",
          context,
          async (inner) => {
            await effect(inner, "bank.charge", { amount: 5 }, () => "done");
            await SortedMap.ref("payments").insert(inner, {
              entries: { n: toBytes(inner.execution) },
            });
            return { receipt: context.execution };
          },
          { schema: z.object({ receipt: z.number() }), retryableErrors: [NetworkError] },
        );
        await SortedMap.ref("log").insert(context, {
          entries: { n: toBytes(context.execution) },
        });
        return structured({ status: "success" });
      });
    },
    tool: "pay",
    args: {},
    guards: "on",
    around,
  });

  it("a guard that forgets what it stored, also where the clean call does", async () => {
    const forgetful = pay((store) =>
      overriding(store, {
        readGuard: () => Promise.resolve(undefined),
        claimGuard: async (claim, options) => {
          const outcome = await store.claimGuard(claim, options);
          return { ...outcome, claimed: true };
        },
      }),
    );
    const name = `explore-${crypto.randomUUID()}`;
    made.push(name);
    const clean = await runCase(forgetful, [], name);
    expect(checkPromises(clean, clean).problems.join()).toContain(
      'bank.charge happened 2 times under atMostOnce "payment".',
    );
  });

  it("nothing where nothing is broken", async () => {
    expect(failing((await explore(pay())).results)).toEqual([]);
  });

  it("a guard that records nothing before its callable runs", async () => {
    const { results } = await explore(
      pay((store) => {
        const claimed = new Map<string, Parameters<DurableStore["claimGuard"]>[0]>();
        return overriding(store, {
          claimGuard: async (claim) => {
            const known = await store.readGuard(claim.invocationSeq, claim.alias);
            if (known && known.state !== "absent") return { claimed: false, record: known };
            claimed.set(claim.alias, claim);
            const { at, isNew: _, ...about } = claim;
            const state = claim.kind === "atMostOnce" ? "started" : "absent";
            const record = { ...about, attempts: 1, updatedAt: at, state } as const;
            return { claimed: true, record };
          },
          settleGuard: async (settlement, options) => {
            const claim = claimed.get(settlement.claimed.alias);
            if (claim) await store.claimGuard(claim, options);
            await store.settleGuard(settlement, options);
          },
        });
      }),
    );
    const told = failing(results).join("\n");
    expect(told).toMatch(/crash at effect:after .*happened 2 times under atMostOnce "payment"/);
  });

  it("a guard that stores its result before the effect", async () => {
    const { results } = await explore(
      pay((store) =>
        overriding(store, {
          claimGuard: async (claim, options) => {
            const outcome = await store.claimGuard({ ...claim, isNew: false }, options);
            if (outcome.claimed) {
              const settled = { claimed: outcome.record, at: claim.at, state: "stored" } as const;
              await store.settleGuard({ ...settled, value: { receipt: 0 } }, options);
            }
            return { ...outcome, record: { ...outcome.record, state: "stored" } };
          },
        }),
      ),
    );
    expect(failing(results).join("\n")).toMatch(
      /crash at effect:before .*has stored its result, and bank.charge never happened/,
    );
  });

  it("a crash that fences nothing off", async () => {
    const scenario: Scenario = {
      register: (server, world) => {
        simulateAll(world);
        server.registerTool("two", { outputSchema: { status: z.string() } }, async (_, context) => {
          let isDone = false;
          const next = async (): Promise<boolean> => {
            const found = await server.store.readInvocation(context.invocationId);
            return (found?.last.number ?? 0) > context.execution;
          };
          /** Beside the guard, and long enough to be there when its server is dead. */
          const beside = async (): Promise<void> => {
            while (!isDone && !(await next()));
            await effect(context, "rates.look", {}, () => 2);
          };
          const guarded = atMostOnce("step", context, () => undefined).finally(() => {
            isDone = true;
          });
          await Promise.all([guarded, beside()]);
          return structured({ status: "success" });
        });
      },
      tool: "two",
      args: {},
      guards: "on",
    };
    expect(failing((await explore(scenario)).results)).toEqual([]);
    const isCut = vi.spyOn(Fence.prototype, "isCut", "get").mockReturnValue(false);
    try {
      const { results } = await explore({ ...scenario, roundMs: 500 });
      expect(failing(results).join("\n")).toMatch(
        /crash at guard:started .*Execution 1 was dead, and did rates.look all the same/,
      );
    } finally {
      isCut.mockRestore();
    }
  });

  it("a mutation that is recorded in a transaction of its own", async () => {
    const { results } = await explore(
      pay((store) => {
        const recorded = new Set<string>();
        let waiting: { readonly name: string; readonly signal: AbortSignal | undefined }[] = [];
        // The record follows with the next thing that is written, and a crash may come before it.
        const record = (): void => {
          for (const { name, signal } of waiting) if (!signal?.aborted) recorded.add(name);
          waiting = [];
        };
        return overriding(store, {
          applyMutation: async ({ once, ...write }, options) => {
            record();
            const name = String(once);
            if (recorded.has(name)) return { outcome: "deduplicated", write: 0 };
            const applied = await store.applyMutation(write, options);
            waiting.push({ name, signal: options?.signal });
            return applied;
          },
          endExecution: (...end) => {
            record();
            return store.endExecution(...end);
          },
        });
      }),
    );
    expect(failing(results).join("\n")).toMatch(
      /crash at map:committed .*A write to the map "log" was applied twice/,
    );
  });

  it("and shrinks two faults to the one that fails", async () => {
    const scenario = { ...pay(), guards: "off" } as const;
    const { clean, prefix } = await explore(scenario);
    const fault = (point: FaultPoint, kind: FaultKind): Fault => ({
      point,
      kind,
      match: { alias: "payment" },
      when: { nth: 1 },
    });
    const faults = [fault("effect:before", "retryable"), fault("effect:after", "crash")];
    const found = await tryCase(scenario, clean, faults, `${prefix}-pair`);
    expect(found.promises.holds).toBe(false);
    const shrunk = await shrink(scenario, clean, found, `${prefix}-shrink`);
    made.push(found.run.name, shrunk.run.name, `${prefix}-shrink-without-1`);
    expect(shrunk.faults).toEqual([fault("effect:after", "crash")]);
    expect(shrunk.promises.holds).toBe(false);
  });
});

it("each case carries the verdict of its call: done twice without guards, never with them", async () => {
  const scenario = await scenarioOf("processing", "process_payment", { amount: 25 });
  const verdicts = async (guards: "on" | "off") => {
    const { results } = await explore({ ...scenario, guards });
    return new Map(
      results.map(({ faults: [fault], judgement }) => [
        `${fault?.kind} at ${fault?.point}`,
        judgement?.verdict,
      ]),
    );
  };
  const on = await verdicts("on");
  const off = await verdicts("off");
  expect(off.get("crash at effect:after")).toBe("done twice");
  // The bank did it, and nobody knows: a retry is refused.
  expect(on.get("crash at effect:after")).toBe("unknown");
  expect(on.get("crash at guard:stored")).toBe("done once");
  // Refused before anything was done.
  expect(on.get("non-retryable at effect:before")).toBe("not done");
  // The callable threw a retryable error after it had charged.
  expect(on.get("retryable at effect:after")).toBe("done twice");
});
