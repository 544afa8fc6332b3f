/** Entries that a person writes into a map by hand. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { exampleOf, playgroundLab } from "../../testing/example.ts";
import { writeByHand, writeManyByHand } from "./hand-writes.ts";
import type { Playground } from "./playground.ts";

const lab = playgroundLab();
const example = exampleOf();
afterEach(async () => {
  vi.restoreAllMocks();
  await lab.close();
});

describe("writing by hand", () => {
  const bytes = new Uint8Array([1]);
  const entries = (...keys: string[]) => keys.map((key) => [key, bytes] as const);

  async function keysOf(playground: Playground): Promise<string[]> {
    const query = { map: "m", direction: "ascending", limit: 99 } as const;
    return ((await playground.store?.readRange(query)) ?? []).map(({ key }) => key);
  }

  it("inserts and removes, and says whether it did", async () => {
    const playground = await lab.open(example);
    expect(
      await writeByHand(playground, "m", { method: "insert", entries: entries("a", "b") }),
    ).toBe(true);
    expect(await writeByHand(playground, "m", { method: "remove", keys: ["a"] })).toBe(true);
    expect(await keysOf(playground)).toEqual(["b"]);
    const { store } = playground;
    if (!store) throw new Error("It is not open.");
    vi.spyOn(store, "applyMutation").mockRejectedValueOnce(new Error("full"));
    expect(await writeByHand(playground, "m", { method: "remove", keys: ["b"] })).toBe(false);
    expect(playground.snapshot().problem).toBe("full");
    expect(await keysOf(playground)).toEqual(["b"]);
  });

  it("writes batches one after the other, made when they are due, and tells how far it is", async () => {
    const playground = await lab.open(example);
    const reported: number[] = [];
    let made = 0;
    function* batches() {
      for (const batch of [entries("a", "b"), entries("c"), entries("d", "e", "f")]) {
        made++;
        yield batch;
      }
    }
    const { signal } = new AbortController();
    const all = await writeManyByHand(playground, "m", batches(), signal, (count) => {
      expect(made).toBe(reported.push(count));
    });
    expect(all).toBe(true);
    expect(reported).toEqual([2, 3, 6]);
    expect(await keysOf(playground)).toEqual(["a", "b", "c", "d", "e", "f"]);
  });

  it("stops between two batches when it is aborted, and at one that fails", async () => {
    const playground = await lab.open(example);
    const abort = new AbortController();
    const many = [entries("a"), entries("b"), entries("c")];
    const stop = (): void => abort.abort();
    expect(await writeManyByHand(playground, "m", many, abort.signal, stop)).toBe(false);
    expect(await keysOf(playground)).toEqual(["a"]);
    const { store } = playground;
    if (!store) throw new Error("It is not open.");
    vi.spyOn(store, "applyMutation").mockRejectedValueOnce(new Error("full"));
    const { signal } = new AbortController();
    expect(await writeManyByHand(playground, "m", many, signal, () => undefined)).toBe(false);
    expect(await keysOf(playground)).toEqual(["a"]);
  });
});
