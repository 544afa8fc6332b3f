/** Locks within one page, for where there are no Web Locks. */
import { expect, it } from "vitest";
import { deferred, localLocks } from "./index.ts";

/** Never aborted. */
const open = new AbortController().signal;

it("one holds a lock at a time, in the order of asking", async () => {
  const locks = localLocks();
  const order: number[] = [];
  let inside = 0;
  await Promise.all(
    [1, 2, 3, 4].map((number) =>
      locks.request("a", open, async () => {
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
  const first = locks.request("a", open, () => {
    a.resolve();
    return b.promise;
  });
  await a.promise;
  const heldInB = await locks.request("b", open, () => locks.held());
  expect(heldInB).toEqual(new Set(["a", "b"]));
  b.resolve();
  await first;
});

it("what the holder resolves with or throws is handed on, and frees the lock either way", async () => {
  const locks = localLocks();
  expect(await locks.request("a", open, () => Promise.resolve(5))).toBe(5);
  const failing = locks.request("a", open, () => Promise.reject(new Error("no")));
  await expect(failing).rejects.toThrow("no");
  expect(await locks.request("a", open, () => Promise.resolve(6))).toBe(6);
});

it("held names what is held now, and no more once its holder is told", async () => {
  const locks = localLocks();
  const release = deferred<void>();
  const held = locks.request("a", open, () => release.promise);
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
  const first = locks.request("a", open, () => release.promise);
  const second = locks.request("a", abort.signal, run("second"));
  const third = locks.request("a", open, run("third"));
  abort.abort(new Error("enough"));
  await expect(second).rejects.toThrow("enough");
  // The first still holds it.
  expect(ran).toEqual([]);
  release.resolve();
  await Promise.all([first, third]);
  expect(ran).toEqual(["third"]);
  await expect(locks.request("a", abort.signal, run("late"))).rejects.toThrow("enough");
});

it("locks of two objects have nothing to do with each other", async () => {
  const [one, other] = [localLocks(), localLocks()];
  await one.request("a", open, async () => {
    expect(await other.held()).toEqual(new Set());
    await other.request("a", open, () => Promise.resolve());
  });
});
