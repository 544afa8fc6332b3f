/** What the port over messages adds: order, limits, cancellation, death. */
import { expect, it, vi } from "vitest";
import {
  deferred,
  overriding,
  StoreClosedError,
  StoreQuotaError,
  SupersededError,
  type InspectableStore,
  type StoreChange,
} from "../index.ts";
import { openMemory } from "../memory/index.ts";
import { connectStore, serveStore, type ConnectOptions } from "./index.ts";

const insert = (map: string) =>
  ({
    map,
    at: 0,
    origin: {},
    change: { method: "insert", entries: [["k", new Uint8Array([1])]] },
  }) as const;

/** A store behind a port, with what `around` makes of it. */
async function behind(
  around: (store: InspectableStore) => Partial<InspectableStore> = () => ({}),
  options: ConnectOptions = {},
) {
  const { port1, port2 } = new MessageChannel();
  const near = openMemory();
  const end = serveStore(port1, overriding(near, around(near)));
  const far = await connectStore(port2, options);
  return { near, far, end, port1, port2 };
}

it("so many calls are under way at a time, in their order", async () => {
  const underWay: (() => void)[] = [];
  let most = 0;
  const order: string[] = [];
  const { far } = await behind(
    () => ({
      readEntry: (map) =>
        new Promise((resolve) => {
          order.push(map);
          underWay.push(() => resolve(undefined));
          most = Math.max(most, underWay.length);
        }),
    }),
    { atOnce: 3 },
  );
  const reads = Array.from({ length: 9 }, (_, n) => far.readEntry(`m${n}`, "k"));
  for (let n = 0; n < 9; n++) {
    await expect.poll(() => underWay).toHaveLength(Math.min(3, 9 - n));
    underWay.shift()?.();
  }
  await Promise.all(reads);
  expect(most).toBe(3);
  expect(order).toEqual(Array.from({ length: 9 }, (_, n) => `m${n}`));
  await far.close();
});

it("waits for deaths, however many, hold nothing up", async () => {
  const { far } = await behind(undefined, { atOnce: 2 });
  await far.liveness.enter("a", { signal: new AbortController().signal });
  const abort = new AbortController();
  const waits = Array.from({ length: 5 }, () => far.liveness.untilDead("a", abort.signal));
  expect(await far.readMapNames()).toEqual([]);
  abort.abort(new Error("enough"));
  for (const wait of waits) await expect(wait).rejects.toThrow("enough");
  await far.close();
});

it("a call that is aborted while it waits is never sent; one under way is told of it", async () => {
  const gate = deferred<void>();
  const arrived = deferred<AbortSignal | undefined>();
  const maps: string[] = [];
  const { far } = await behind(
    (near) => ({
      applyMutation: async (mutation, options = {}) => {
        maps.push(mutation.map);
        arrived.resolve(options.signal);
        await gate.promise;
        return await near.applyMutation(mutation, options);
      },
    }),
    { atOnce: 1 },
  );
  const aborts = [new AbortController(), new AbortController()];
  const [first, second] = aborts.map(({ signal }, n) =>
    far.applyMutation(insert(`m${n}`), { signal }),
  );
  const signal = await arrived.promise;
  aborts[1]?.abort(new Error("waiting"));
  await expect(second).rejects.toThrow("waiting");
  const aborted = new Promise((resolve) => signal?.addEventListener("abort", resolve));
  aborts[0]?.abort(new Error("under way"));
  await aborted;
  gate.resolve();
  await expect(first).rejects.toThrow("under way");
  expect(maps).toEqual(["m0"]);
  expect(await far.readMapNames()).toEqual([]);
  await far.close();
});

it("errors come back as what they were, with their causes", async () => {
  const { far } = await behind(() => ({
    readEntry: () => Promise.reject(new SupersededError(3)),
    readRange: () =>
      Promise.reject(new StoreQuotaError("full", { cause: new DOMException("no", "Quota") })),
    readPairs: () => Promise.reject(Object.assign(new Error("odd"), { name: "OddError" })),
  }));
  const range = { map: "m", direction: "ascending", limit: 1 } as const;
  await expect(far.readEntry("m", "k")).rejects.toThrow(SupersededError);
  await expect(far.readRange(range)).rejects.toThrow(StoreQuotaError);
  await expect(far.readRange(range)).rejects.toMatchObject({ cause: { name: "Quota" } });
  await expect(far.readPairs(range)).rejects.toMatchObject({ name: "OddError", message: "odd" });
  await far.close();
});

it("what cannot be cloned is refused at this end, and the next call goes on", async () => {
  const { far } = await behind();
  const change = { method: "insert", entries: [["k", (() => 1) as never]] } as const;
  await expect(far.applyMutation({ ...insert("m"), change })).rejects.toThrow();
  expect(await far.readMapNames()).toEqual([]);
  await far.close();
});

it("nothing but the port's methods can be called, and what is no message of ours is passed over", async () => {
  const { port1, port2 } = new MessageChannel();
  const end = serveStore(port1, openMemory());
  const replies: unknown[] = [];
  port2.onmessage = ({ data }) => replies.push(data);
  for (const method of ["constructor", "__proto__", "toString", "liveness", "subscribe"]) {
    port2.postMessage({ type: "call", id: 1, method, args: [], hasSignal: false });
  }
  for (const junk of [
    null,
    7,
    {},
    { type: "call" },
    { type: "abort", id: 1 },
    { type: "call", id: 2, method: "wipe" },
  ]) {
    port2.postMessage(junk);
  }
  port2.postMessage({ type: "call", id: 9, method: "readMapNames", args: [], hasSignal: false });
  await expect.poll(() => replies.at(-1)).toMatchObject({ type: "result", id: 9 });
  const [hello, ...others] = replies;
  expect(hello).toMatchObject({ type: "hello" });
  expect(others.slice(0, -1)).toEqual(
    Array.from({ length: 5 }, () => expect.objectContaining({ type: "error", id: 1 }) as unknown),
  );
  end();
  port2.close();
});

it("changes wait until the last were taken; what piles up becomes one of everything", async () => {
  const { port1, port2 } = new MessageChannel();
  const near = openMemory();
  const end = serveStore(port1, near);
  const messages: { type: string; changes: StoreChange[] }[] = [];
  port2.onmessage = ({ data }) => {
    const message = data as { type: string; changes: StoreChange[] };
    if (message.type === "changes") messages.push(message);
  };
  for (let n = 0; n < 1500; n++) await near.applyMutation(insert(`m${n}`));
  near.announceServer("s");
  await expect.poll(() => messages).toHaveLength(1);
  port2.postMessage({ type: "more" });
  await expect.poll(() => messages).toHaveLength(2);
  const changes = messages[1]?.changes ?? [];
  expect(changes.length).toBeLessThan(1000);
  expect(changes).toContainEqual(expect.objectContaining({ server: "s" }));
  expect(changes[0]?.tables).toEqual(["invocations", "guards", "maps", "trace", "hits"]);
  end();
  port2.close();
});

it("when the other end dies its servers are dead, and what it had under way is rolled back", async () => {
  const stuck = deferred<AbortSignal | undefined>();
  const { near, far, end } = await behind(() => ({
    claimGuard: (_claim, { signal } = {}) => {
      stuck.resolve(signal);
      return new Promise(() => undefined);
    },
  }));
  await far.liveness.enter("a", { signal: new AbortController().signal });
  expect(await near.liveness.living()).toEqual(new Set(["a"]));
  const { signal } = new AbortController();
  const about = { invocation: "i", invocationSeq: 1, alias: "a", execution: 1, at: 0 } as const;
  far.claimGuard({ ...about, kind: "atMostOnce" }, { signal }).catch(() => undefined);
  const passedOn = await stuck.promise;
  end();
  expect(passedOn?.aborted).toBe(true);
  expect(await near.liveness.living()).toEqual(new Set());
});

it("what is left when it is closed rejects, and so does what comes later", async () => {
  const { far } = await behind(() => ({ readEntry: () => new Promise(() => undefined) }));
  const left = far.readEntry("m", "k");
  left.catch(() => undefined);
  await far.close();
  await expect(left).rejects.toThrow(StoreClosedError);
  await expect(far.readMapNames()).rejects.toThrow(StoreClosedError);
});

it("a call that is over leaves no listener on its signal", async () => {
  const { far } = await behind();
  const { signal } = new AbortController();
  const removed = vi.spyOn(signal, "removeEventListener");
  const added = vi.spyOn(signal, "addEventListener");
  for (let n = 0; n < 5; n++) await far.applyMutation(insert(`m${n}`), { signal });
  expect(added).toHaveBeenCalledTimes(5);
  expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
    added.mock.calls.map(([, listener]) => listener),
  );
  await far.close();
});
