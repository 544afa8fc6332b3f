/** Guards that are broken in one way each, and a sweep that is to find every one. */
import { describe, expect, it, vi } from "vitest";
import { explore, leave } from "../testing/sweeps.ts";
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
import { structured } from "../mcp/index.ts";
import { overriding, type DurableStore } from "../store/index.ts";
import type { World } from "../world/index.ts";
import {
  checkPromises,
  hostOfTools,
  problemsOf,
  runCase,
  shrink,
  tryCase,
  type Scenario,
} from "./index.ts";

/** What the tools of this file reach. */
function simulateAll(world: World): void {
  world.simulate("rates.look", { answers: [2] });
  world.simulate("bank.charge", { answers: ["done"] });
}

/** Guards that are broken in one way each: the sweep must find every one. */
describe("the sweep can fail: it catches", () => {
  const pay = (around: Scenario["around"] = (store) => store): Scenario => ({
    host: hostOfTools((server, world) => {
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
    }),
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
    leave(name, []);
    const clean = await runCase(forgetful, [], name);
    expect(checkPromises(clean, clean).problems.join()).toContain(
      'bank.charge happened 2 times under atMostOnce "payment".',
    );
  });

  it("nothing where nothing is broken", async () => {
    expect(problemsOf((await explore(pay())).results)).toEqual([]);
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
    const reported = problemsOf(results).join("\n");
    expect(reported).toMatch(/crash at effect:after .*happened 2 times under atMostOnce "payment"/);
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
    expect(problemsOf(results).join("\n")).toMatch(
      /crash at effect:before .*has stored its result, and bank.charge never happened/,
    );
  });

  it("a crash that fences nothing off", async () => {
    const scenario: Scenario = {
      host: hostOfTools((server, world) => {
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
      }),
      tool: "two",
      args: {},
      guards: "on",
    };
    expect(problemsOf((await explore(scenario)).results)).toEqual([]);
    const isCut = vi.spyOn(Fence.prototype, "isCut", "get").mockReturnValue(false);
    try {
      const { results } = await explore({ ...scenario, roundMs: 500 });
      expect(problemsOf(results).join("\n")).toMatch(
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
    expect(problemsOf(results).join("\n")).toMatch(
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
    expect(shrunk.faults).toEqual([fault("effect:after", "crash")]);
    expect(shrunk.promises.holds).toBe(false);
  });
});
