/** Locks within one page, for where there are no Web Locks. */
import { expect, it } from "vitest";
import { deferred, localLocks } from "./index.ts";

it("one holds a lock at a time, in the order of asking", async () => {
  const locks = localLocks();
  const order: number[] = [];
  let inside = 0;
  await Promise.all(
    [1, 2, 3, 4].map((number) =>
      locks.request("a", {}, async () => {
        expect(++inside).toBe(1);
        await Promise.resolve();
        order.push(number);
        inside--;
      }),
    ),
  );
  expect(order).toEqual([1, 2, 3, 4]);
});

it("locks of different names do not wait for each other", async () => {
  const locks = localLocks();
  const [a, b] = [deferred<void>(), deferred<void>()];
  const first = locks.request("a", {}, () => {
    a.resolve();
    return b.promise;
  });
  await a.promise;
  await locks.request("b", {}, () => Promise.resolve());
  b.resolve();
  await first;
});

it("what the holder resolves with or throws is handed on, and frees the lock either way", async () => {
  const locks = localLocks();
  expect(await locks.request("a", {}, () => Promise.resolve(5))).toBe(5);
  const failing = locks.request("a", {}, () => Promise.reject(new Error("no")));
  await expect(failing).rejects.toThrow("no");
  expect(await locks.request("a", {}, () => Promise.resolve(6))).toBe(6);
});

it("ifAvailable does not wait, and is granted a free lock", async () => {
  const locks = localLocks();
  const release = deferred<void>();
  const held = locks.request("a", {}, () => release.promise);
  const ask = () => locks.request("a", { ifAvailable: true }, (got) => Promise.resolve(got));
  expect(await ask()).toBe(false);
  release.resolve();
  await held;
  // The holder has been told that it is over: the lock is free now, not some moments later.
  expect(await ask()).toBe(true);
});

it("held names what is held now, and no more once its holder is told", async () => {
  const locks = localLocks();
  const release = deferred<void>();
  const held = locks.request("a", {}, () => release.promise);
  expect(await locks.held()).toEqual(new Set(["a"]));
  release.resolve();
  await held;
  expect(await locks.held()).toEqual(new Set());
});

it("a wait that is aborted rejects with the reason, never runs, and lets the next one in", async () => {
  const locks = localLocks();
  const release = deferred<void>();
  const abort = new AbortController();
  const ran: string[] = [];
  const run = (name: string) => () => Promise.resolve(ran.push(name)).then(() => undefined);
  const first = locks.request("a", {}, () => release.promise);
  const second = locks.request("a", { signal: abort.signal }, run("second"));
  const third = locks.request("a", {}, run("third"));
  abort.abort(new Error("enough"));
  await expect(second).rejects.toThrow("enough");
  // The first still holds it.
  expect(ran).toEqual([]);
  release.resolve();
  await Promise.all([first, third]);
  expect(ran).toEqual(["third"]);
  await expect(locks.request("a", { signal: abort.signal }, run("late"))).rejects.toThrow("enough");
});

it("locks of two objects have nothing to do with each other", async () => {
  const [one, other] = [localLocks(), localLocks()];
  await one.request("a", {}, async () => {
    expect(await other.held()).toEqual(new Set());
    await other.request("a", {}, () => Promise.resolve());
  });
});
