/** `server.crash()`: nothing that its code does reaches anything from that moment on. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { expectNothingChanges, tryEverything } from "../testing/everything.ts";
import { isIndexedDb } from "../testing/engines.ts";
import { call, dump, ok, openLab, quiesce, textOf, type Lab } from "../testing/lab.ts";
import {
  atLeastOnce,
  atMostOnce,
  charge,
  exchangeRate,
  SortedMap,
  toBytes,
  type DurableContext,
  type DurableMcpServer,
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
    await expectNothingChanges(lab, [context]);
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
    await expectNothingChanges(lab, contexts);
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
      expect(await lab.guard(context.invocationId, "payment")).toBeUndefined();
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
      const guard = await lab.guard(context.invocationId, "payment");
      expect(guard).toMatchObject({ state: "started", attempts: 1 });
    },
  );
});
