/** Signals, closing, the feed and liveness. */
import { describe, expect, it, vi } from "vitest";
import { deferred, StoreClosedError, type StoreChange } from "../index.ts";
import { begin, byHand, claim, insert, keysOf, useEngine, type Engine } from "./engine.ts";

/** Never aborted. */
const never = new AbortController().signal;

export function connectionContract(engine: Engine): void {
  const bench = useEngine(engine);

  it("is closed once, however often it is asked to be at a time", async () => {
    const { store } = bench;
    const closed = await Promise.allSettled([store.close(), store.close()]);
    expect(closed.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
    await store.close();
  });

  it("a signal that is aborted already begins nothing", async () => {
    const { store } = bench;
    const signal = AbortSignal.abort(new Error("dead"));
    const begun = await begin(store, "i");
    await expect(store.applyMutation(byHand(insert("a")), { signal })).rejects.toThrow("dead");
    await expect(store.countHit("plan", 0, { signal })).rejects.toThrow("dead");
    const asked = { id: "j", tool: "t", args: {}, as: "client", owner: "o", at: 0 } as const;
    await expect(store.beginExecution({ ...asked, guards: "on" }, { signal })).rejects.toThrow();
    await expect(
      store.endExecution({ begun, outcome: "failed", at: 1 }, [], { signal }),
    ).rejects.toThrow();
    expect(await store.readMapNames()).toEqual([]);
    expect(await store.readHits("plan")).toEqual(new Map());
    expect((await store.readInvocations({ limit: 9 })).map(({ state }) => state)).toEqual([
      "running",
    ]);
  });

  it("a signal that is aborted meanwhile leaves all or nothing, and what comes later sees which", async () => {
    const { store } = bench;
    for (let n = 0; n < 10; n++) {
      const abort = new AbortController();
      const map = `m${n}`;
      const writing = store.applyMutation(byHand(insert("a", "b"), map), { signal: abort.signal });
      const outcome = writing.then(
        () => "done",
        () => "undone",
      );
      for (let turn = 0; turn < n; turn++) await Promise.resolve();
      abort.abort(new Error("dead"));
      // A transaction over everything waits for what is past aborting.
      await store.interruptInvocations({ dead: [], at: 0 });
      const keys = await keysOf(store, map);
      expect([[], ["a", "b"]]).toContainEqual(keys);
      if ((await outcome) === "done") expect(keys).toEqual(["a", "b"]);
    }
  });

  it("a signal that is aborted when all is done changes nothing about it", async () => {
    const { store } = bench;
    const abort = new AbortController();
    await store.applyMutation(byHand(insert("a")), { signal: abort.signal });
    abort.abort();
    expect(await keysOf(store)).toEqual(["a"]);
  });

  it("what was committed is there for the next connection, also when the first is closed", async () => {
    const there = await bench.connect();
    const begun = await begin(there, "i");
    const claimed = await claim(there, begun, "a");
    await there.applyMutation(byHand(insert("k")));
    await there.close();
    await there.close();
    await expect(there.readEntry("m", "k")).rejects.toThrow(StoreClosedError);
    expect(await keysOf(bench.store)).toEqual(["k"]);
    expect(await bench.store.readGuard(begun.seq, "a")).toEqual(claimed);
  });

  describe("the feed", () => {
    it("tells this connection and another one of a commit, each once", async () => {
      const there = await bench.connect();
      const local: StoreChange[] = [];
      const remote: StoreChange[] = [];
      const notified = deferred<void>();
      bench.store.subscribe((change) => local.push(change));
      there.subscribe((change) => {
        remote.push(change);
        if (change.map === "last") notified.resolve();
      });
      await bench.store.applyMutation(byHand(insert("a")));
      await bench.store.applyMutation(byHand(insert("a"), "last"));
      await notified.promise;
      expect(remote).toMatchObject([
        { tables: ["maps"], map: "m", remote: true },
        { tables: ["maps"], map: "last", remote: true },
      ]);
      expect(local).toMatchObject([
        { map: "m", remote: false },
        { map: "last", remote: false },
      ]);
    });

    it("tells of a server that started, of a wipe, and nobody after the subscription's end", async () => {
      const { store } = bench;
      const there = await bench.connect();
      const notified = deferred<void>();
      const seen: StoreChange[] = [];
      const listener = vi.fn();
      const stop = store.subscribe(listener);
      there.subscribe((change) => {
        seen.push(change);
        if (change.wiped) notified.resolve();
      });
      store.announceServer("s");
      store.announceServer("t", { tookOver: true });
      await expect.poll(() => listener).toHaveBeenCalledTimes(2);
      stop();
      await store.wipe();
      await notified.promise;
      expect(seen).toMatchObject([
        { server: "s", remote: true },
        { server: "t", tookOver: true, remote: true },
        { wiped: true, remote: true },
      ]);
      expect(listener).toHaveBeenCalledTimes(2);
    });

    it("does not make a listener's own fault a failure of the write", async () => {
      const { store } = bench;
      const listener = vi.fn();
      store.subscribe(listener);
      const fail = vi.spyOn(globalThis, "queueMicrotask").mockImplementation(() => undefined);
      store.subscribe(() => {
        throw new Error("a listener's own");
      });
      await expect(store.applyMutation(byHand(insert("a")))).resolves.toMatchObject({ write: 1 });
      fail.mockRestore();
      expect(listener).toHaveBeenCalled();
    });
  });

  describe("liveness", () => {
    it("a server lives from its entry until its signal is aborted", async () => {
      const { liveness } = bench.store;
      const end = new AbortController();
      expect((await liveness.enter("a", { signal: end.signal })).tookOver).toBe(false);
      await liveness.enter("b", { signal: never });
      expect(new Set(await liveness.living())).toEqual(new Set(["a", "b"]));
      const dead = liveness.untilDead("a", never);
      end.abort();
      await dead;
      expect(new Set(await liveness.living())).toEqual(new Set(["b"]));
    });

    it("one that was never there is dead, and a wait that is aborted rejects with the reason", async () => {
      const { liveness } = bench.store;
      await liveness.untilDead("never there", never);
      await liveness.enter("a", { signal: never });
      const abort = new AbortController();
      const waiting = liveness.untilDead("a", abort.signal);
      abort.abort(new Error("enough"));
      await expect(waiting).rejects.toThrow("enough");
    });
  });
}
