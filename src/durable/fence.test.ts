import { describe, expect, it } from "vitest";
import { Fence } from "./fence.ts";
import { deferred } from "../store/index.ts";

/** Resolves after whatever is due has had its turn. */
const turns = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe("a fence that is cut", () => {
  it("does not even call an operation", async () => {
    const fence = new Fence();
    fence.cut();
    let called = false;
    const settled: string[] = [];
    void fence
      .run(() => {
        called = true;
        return Promise.resolve();
      })
      .finally(() => settled.push("settled"));
    await turns();
    expect([called, settled]).toEqual([false, []]);
  });

  it.each<[string, (cut: () => void, gate: Promise<void>) => Promise<unknown>]>([
    ["what resolves later", (_cut, gate) => gate],
    ["what rejects later", (_cut, gate) => gate.then(() => Promise.reject(new Error("late")))],
    [
      "what throws at once, having cut it",
      (cut) => {
        cut();
        throw new Error("at once");
      },
    ],
    [
      "what resolves at once, having cut it",
      (cut) => {
        cut();
        return Promise.resolve();
      },
    ],
  ])("lets nothing out of %s", async (_, operation) => {
    const fence = new Fence();
    const gate = deferred<void>();
    const settled: string[] = [];
    fence
      .run(() => operation(() => fence.cut(), gate.promise))
      .then(
        () => settled.push("resolved"),
        () => settled.push("rejected"),
      );
    fence.cut();
    gate.resolve();
    await turns();
    expect(settled).toEqual([]);
  });

  it("is cut with the one around it, and aborts the signal of what it runs", async () => {
    const around = new Fence();
    const within = new Fence(around);
    let signal: AbortSignal | undefined;
    void within.run((given) => {
      signal = given;
      return new Promise(() => undefined);
    });
    await turns();
    expect(signal?.aborted).toBe(false);
    around.cut();
    expect([within.isCut, signal?.aborted]).toEqual([true, true]);
    const alone = new Fence(new Fence());
    alone.cut();
    expect(alone.isCut).toBe(true);
  });
});

it("a fence that is not cut hands on what its operation comes to, also what it throws at once", async () => {
  const fence = new Fence();
  expect(await fence.run(() => Promise.resolve(5))).toBe(5);
  await expect(fence.run(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  const throwing = fence.run(() => {
    throw new Error("at once");
  });
  await expect(throwing).rejects.toThrow("at once");
});
