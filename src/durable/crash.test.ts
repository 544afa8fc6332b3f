/** A crashed server's still-running code can change nothing, and sees nothing of the crash. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { isIndexedDb } from "../testing/engines.ts";
import {
  call,
  callUntilAnswered,
  dump,
  ok,
  openLab,
  quiesce,
  textOf,
  type Lab,
  guardOf,
} from "../testing/lab.ts";
import {
  atLeastOnce,
  atMostOnce,
  charge,
  exchangeRate,
  FAULT_POINTS,
  FaultPlan,
  NetworkError,
  SortedMap,
  toBytes,
  uuidv7,
  type DurableContext,
  type DurableMcpServer,
  type FaultPoint,
} from "../index.ts";
import { deferred } from "../store/index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await lab.close();
});

const text = z.string();

/** What a tool leaves in the hands of code that still runs when its server is dead. */
class Witness {
  readonly contexts: DurableContext[] = [];
  /** What the tool's `catch` and `finally` saw after the crash. */
  readonly saw: string[] = [];
  crashed = false;

  /** Runs `body` as careless code does: it catches everything and always cleans up. */
  async watch<T>(name: string, context: DurableContext, body: () => Promise<T>): Promise<T> {
    this.contexts.push(context);
    context.signal.addEventListener("abort", () => this.#see(`${name}: signal`));
    try {
      return await body();
    } catch (error) {
      this.#see(`${name}: catch`);
      throw error;
    } finally {
      this.#see(`${name}: finally`);
    }
  }

  #see(what: string): void {
    if (this.crashed) this.saw.push(what);
  }
}

/** A tool that uses everything durable, each guard with a service and a map. */
function work(witness: Witness) {
  return (server: DurableMcpServer): void => {
    server.onCrash = () => (witness.crashed = true);
    server.registerTool("work", {}, (_args, context) =>
      witness.watch("tool", context, async () => {
        await atLeastOnce("look", context, (context) =>
          witness.watch("look", context, async () => {
            await exchangeRate(context, { from: "USD", to: "EUR" });
            await SortedMap.ref("looks").insert(context, { entries: { a: toBytes(1) } });
          }),
        );
        await SortedMap.ref("body").insert(context, { entries: { b: toBytes(1), c: toBytes(2) } });
        const paid = await atMostOnce(
          "payment",
          context,
          (context) =>
            witness.watch("payment", context, async () => {
              await charge(context, { transaction_id: "t", amount: 5, currency: "USD" });
              await SortedMap.ref("payments").insert(context, { entries: { t: toBytes(5) } });
              return "paid";
            }),
          { schema: text, retryableErrors: [NetworkError] },
        );
        await SortedMap.ref("body").remove(context, { keys: ["b"] });
        return ok(paid);
      }),
    );
  };
}

/** Everything that code can do with a context; none of it has been done before with the same names. */
function everything(context: DurableContext): Record<string, () => Promise<unknown>> {
  const late = SortedMap.ref("late");
  const entries = { late: toBytes("late") };
  return {
    insert: () => late.insert(context, { entries }),
    "insert with an alias": () => late.idempotently("late").insert(context, { entries }),
    remove: () => SortedMap.ref("body").remove(context, { keys: ["c"] }),
    get: () => late.get(context, { key: "late" }),
    range: () => late.range(context, { limit: 1 }),
    reverseRange: () => late.reverseRange(context, { limit: 1 }),
    atLeastOnce: () => atLeastOnce("late", context, () => Promise.reject(new Error("entered"))),
    atMostOnce: () => atMostOnce("late too", context, () => Promise.reject(new Error("entered"))),
    "a stored guard": () => atLeastOnce("look", context, () => undefined),
    "a started guard": () => atMostOnce("payment", context, () => "again", { schema: text }),
    service: () => charge(context, { transaction_id: "late", amount: 1, currency: "USD" }),
    notify: () => context.notify({ method: "notifications/progress", params: { progress: 1 } }),
    request: () => context.request({ method: "ping" }),
  };
}

/** Begins every operation with every context; the list fills with those that settle. */
function tryEverything(
  contexts: readonly DurableContext[],
  operations: (context: DurableContext) => Record<string, () => Promise<unknown>> = everything,
): string[] {
  const settled: string[] = [];
  for (const context of contexts) {
    for (const [name, operation] of Object.entries(operations(context))) {
      operation().then(
        () => settled.push(`${name}: resolved`),
        (error: unknown) => settled.push(`${name}: rejected with ${String(error)}`),
      );
    }
  }
  return settled;
}

async function expectNothingChanges(contexts: readonly DurableContext[]): Promise<void> {
  await quiesce(lab);
  const before = await dump(lab);
  const settled = tryEverything(contexts);
  await quiesce(lab);
  expect(settled).toEqual([]);
  expect(await dump(lab)).toEqual(before);
}

const crashes = FAULT_POINTS.flatMap((point) =>
  (point === "guard:started" || point === "call:before-response" ? [1] : [1, 2]).map(
    (nth): [FaultPoint, number] => [point, nth],
  ),
);

describe.each(crashes)(
  "code that goes on after a crash at %s, passed for the %i. time",
  (point, nth) => {
    it("changes nothing and sees nothing, neither before nor after the restart", async () => {
      const faults = new FaultPlan([{ point, kind: "crash", when: { nth } }]);
      const witness = new Witness();
      const { client } = await lab.serve(work(witness), { faults });
      const id = uuidv7();
      await expect(call(client, "work", {}, id)).rejects.toThrow("Connection closed");
      expect(witness.crashed).toBe(true);
      expect(witness.contexts.length).toBeGreaterThan(0);
      await expectNothingChanges(witness.contexts);
      expect(witness.saw).toEqual([]);

      const again = new Witness();
      const answer = await callUntilAnswered(lab, work(again), { faults }, "work", id);
      // An entered payment is not repeated; whatever else was interrupted was made good.
      const guard = await guardOf(lab.store, id, "payment");
      expect(answer.isError ?? false).toBe(guard?.state !== "stored");
      await expectNothingChanges(witness.contexts);
      expect(witness.saw).toEqual([]);
    });
  },
);

describe("server.crash()", () => {
  /** Begins a call of a tool that waits for ever, and gives the tool's context. */
  async function waiting(): Promise<{
    context: DurableContext;
    server: DurableMcpServer;
    crashed: Promise<void>;
  }> {
    const entered = deferred<DurableContext>();
    const crashed = deferred<void>();
    const { client, server } = await lab.serve((server) => {
      server.registerTool("wait", {}, (_args, context) => {
        entered.resolve(context);
        return deferred<never>().promise;
      });
    });
    server.onCrash = () => crashed.resolve();
    call(client, "wait").catch(() => undefined);
    return { context: await entered.promise, server, crashed: crashed.promise };
  }

  it("fences code that holds the context of a waiting tool", async () => {
    const { context, server } = await waiting();
    server.crash();
    await expectNothingChanges([context]);
  });

  it("lets no service refuse a request that was made after it", async () => {
    const { context, server } = await waiting();
    server.crash();
    const settled = tryEverything([context], (context) => ({
      "a refused charge": () =>
        charge(context, { transaction_id: "t", amount: 5, currency: "XYZ" }),
      "an unknown currency": () => exchangeRate(context, { from: "USD", to: "XYZ" }),
    }));
    await quiesce(lab);
    expect(settled).toEqual([]);
  });

  it("lets no wrong argument be told of after it", async () => {
    const { context, server } = await waiting();
    server.crash();
    const map = SortedMap.ref("m");
    const settled = tryEverything([context], (context) => ({
      "a range without a limit": () => map.range(context, { limit: 0 }),
      "a key with an unpaired surrogate": () => map.get(context, { key: "\ud800" }),
      "an insert of one": () => map.insert(context, { entries: { "\ud800": toBytes(1) } }),
      "a guard without an alias": () => atLeastOnce("", context, () => undefined),
    }));
    await quiesce(lab);
    expect(settled).toEqual([]);
  });

  it("settles nothing that was under way, and leaves each write whole or undone", async () => {
    const { context, server } = await waiting();
    const map = SortedMap.ref("m");
    const settled = tryEverything([context], (context) => ({
      insert: () => map.insert(context, { entries: { a: toBytes(1), b: toBytes(2) } }),
      guard: () => atMostOnce("g", context, () => Promise.reject(new Error("entered"))),
      get: () => map.get(context, { key: "a" }),
    }));
    server.crash();
    await quiesce(lab);
    expect(settled).toEqual([]);
    const rows = await dump(lab);
    const keys = rows["store.entries"]?.length;
    const writes = rows["store.writes"]?.length;
    expect([
      [0, 0],
      [2, 1],
    ]).toContainEqual([keys, writes]);
  });

  it("settles nothing of an effect under way, which still happens and stands unanswered", async () => {
    const { context, server, crashed } = await waiting();
    const settled: string[] = [];
    const stop = lab.world.ledger.subscribe(() => server.crash());
    charge(context, { transaction_id: "t", amount: 5, currency: "USD" }).then(
      () => settled.push("resolved"),
      () => settled.push("rejected"),
    );
    await crashed;
    stop();
    await quiesce(lab);
    expect(settled).toEqual([]);
    expect(await lab.world.ledger.rows({ limit: 9 })).toMatchObject([{ outcome: "unanswered" }]);
  });

  it("fences also what a tool left running after its call was answered", async () => {
    const contexts: DurableContext[] = [];
    const { client, server } = await lab.serve((server) => {
      server.registerTool("leave", {}, async (_args, context) => {
        contexts.push(context);
        await atLeastOnce("step", context, (context) => void contexts.push(context));
        return ok("left");
      });
    });
    expect(textOf(await call(client, "leave"))).toBe("left");
    server.crash();
    await expectNothingChanges(contexts);
  });

  /** Crashes right after the `nth` row was put into `table`, while its transaction is open. */
  function crashAtPut(server: DurableMcpServer, table: string, nth: number): void {
    let count = 0;
    for (const method of ["put", "add"] as const) {
      const write = Reflect.get<IDBObjectStore, "put">(IDBObjectStore.prototype, method as "put");
      vi.spyOn(IDBObjectStore.prototype, method).mockImplementation(function (
        this: IDBObjectStore,
        ...args: Parameters<IDBObjectStore["put"]>
      ) {
        const request = write.apply(this, args);
        // The store's marks among the guards are none of the guards.
        const isMark = typeof (args[0] as { alias?: unknown }).alias === "number";
        if (this.name === table && !isMark && ++count === nth) server.crash();
        return request;
      });
    }
  }

  it.runIf(isIndexedDb).each([
    ["writes", 1],
    ["entries", 1],
    ["entries", 2],
  ])("rolls an open batch back whole, when it comes at put into %s %i", async (table, nth) => {
    const { context, server, crashed } = await waiting();
    crashAtPut(server, table, nth);
    const settled = tryEverything([context], (context) => ({
      insert: () =>
        SortedMap.ref("m").insert(context, { entries: { a: toBytes(1), b: toBytes(2) } }),
    }));
    await crashed;
    await lab.serve(() => undefined);
    await quiesce(lab);
    expect(settled).toEqual([]);
    expect(await dump(lab)).toMatchObject({ "store.entries": [], "store.writes": [] });
  });

  it.runIf(isIndexedDb)(
    "rolls an open claim back, so that the guard is absent and its callable not entered",
    async () => {
      const { context, server, crashed } = await waiting();
      crashAtPut(server, "guards", 1);
      const entered = vi.fn<() => void>();
      const settled = tryEverything([context], (context) => ({
        guard: () => atMostOnce("payment", context, () => entered()),
      }));
      await crashed;
      await lab.serve(() => undefined);
      await quiesce(lab);
      expect(settled).toEqual([]);
      expect(entered).not.toHaveBeenCalled();
      expect(await guardOf(lab.store, context.invocationId, "payment")).toBeUndefined();
    },
  );

  it.runIf(isIndexedDb)(
    "rolls an open result back: the guard stays started and is never run again",
    async () => {
      const { context, server, crashed } = await waiting();
      crashAtPut(server, "guards", 2);
      const entered = vi.fn<() => void>();
      const settled = tryEverything([context], (context) => ({
        guard: () => atMostOnce("payment", context, () => entered()),
      }));
      await crashed;
      await quiesce(lab);
      expect(settled).toEqual([]);
      expect(entered).toHaveBeenCalledTimes(1);
      const guard = await guardOf(lab.store, context.invocationId, "payment");
      expect(guard).toMatchObject({ state: "started", attempts: 1 });
    },
  );
});
