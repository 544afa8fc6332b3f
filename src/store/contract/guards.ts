import { expect, it } from "vitest";
import { SupersededError, type GuardClaim } from "../index.ts";
import { begin, claim, refOf, useEngine, type Engine } from "./engine.ts";

/** What guards store: every kind of value that every engine keeps. */
const circle: Record<string, unknown> = { name: "circle" };
circle["self"] = circle;
const VALUES: readonly (readonly [string, unknown])[] = [
  ["JSON", { a: [1, "b", true, null, { c: -0.5 }], "": "", "ключ\u0000": "\ud83d\ude00" }],
  ["undefined", undefined],
  ["an undefined member", { a: undefined, b: [undefined, 1] }],
  ["-0, NaN and the infinities", [-0, NaN, Infinity, -Infinity]],
  ["a bigint", 2n ** 70n],
  ["a date, also one that is none", [new Date(5), new Date(NaN)]],
  ["a regular expression", /a"\u2028b/giu],
  ["a map and a set", new Map<unknown, unknown>([[{ a: 1 }, new Set([1, "1", 1n])]])],
  ["bytes", [new Uint8Array([0, 255]), new ArrayBuffer(3), new Float64Array([0.1, NaN])]],
  ["a view of a part", new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2)],
  ["boxed primitives", [new Number(1), new String("s"), new Boolean(false), Object(5n)]],
  ["an empty and a sparse array", [[], Object.assign([], { 2: 3 })]],
];

export function guardContract(engine: Engine): void {
  const bench = useEngine(engine);

  it("a guard is claimed where it is absent, and its attempts are counted", async () => {
    const { store } = bench;
    const begun = await begin(store, "i");
    const claimed = await claim(store, begun, "a");
    expect(claimed).toMatchObject({ state: "started", attempts: 1, execution: 1 });
    const asked: GuardClaim = {
      invocation: "i",
      ...refOf(begun),
      alias: "a",
      kind: "atMostOnce",
      at: 1,
    };
    expect(await store.claimGuard(asked)).toEqual({ claimed: false, record: claimed });
    expect((await store.claimGuard({ ...asked, kind: "atLeastOnce" })).claimed).toBe(false);
    const error = { name: "NetworkError", message: "no" };
    await store.settleGuard({ claimed, at: 2, state: "absent", error });
    expect(await store.readGuard(begun.seq, "a")).toMatchObject({ state: "absent", error });
    const again = await store.claimGuard(asked);
    expect(again).toMatchObject({ claimed: true, record: { attempts: 2 } });
    expect(again.record).not.toHaveProperty("error");
    await store.settleGuard({ claimed: again.record, at: 3, state: "failed", error });
    expect((await store.claimGuard(asked)).record).toMatchObject({ state: "failed", error });
    expect(await store.countAttempts([begun])).toEqual([{ attempts: 2, atLeast: false }]);
  });

  it("one that cannot be there yet is claimed without looking for it, as another is", async () => {
    const { store } = bench;
    const begun = await begin(store, "i");
    const asked = { invocation: "i", ...refOf(begun), alias: "a", kind: "atMostOnce" } as const;
    const { record, claimed } = await store.claimGuard({ ...asked, at: 1, isNew: true });
    expect(claimed).toBe(true);
    expect(await store.readGuard(begun.seq, "a")).toEqual(record);
    await store.settleGuard({ claimed: record, at: 2, state: "stored", value: 1 });
    expect(await store.claimGuard({ ...asked, at: 3 })).toMatchObject({
      claimed: false,
      record: { state: "stored", value: 1, attempts: 1 },
    });
  });

  it("aliases of 500 bytes are told apart by their last", async () => {
    const { store } = bench;
    const begun = await begin(store, "i");
    const aliases = ["a", "b"].map((last) => `${"\uffff".repeat(166)}a${last}`);
    for (const alias of aliases) await claim(store, begun, alias);
    const found = await store.readGuards({ invocation: "i", limit: 9 });
    expect(found.map(({ alias }) => alias)).toEqual(aliases);
  });

  it.each([
    ["alone", []],
    ["among others", ["p", "q"]],
  ])(
    "a guard is settled only as it was claimed, %s: a late writer changes nothing",
    async (_, others) => {
      const { store } = bench;
      const begun = await begin(store, "i");
      for (const owner of others) await begin(store, owner, owner);
      const first = await claim(store, begun, "a");
      await store.settleGuard({ claimed: first, at: 1, state: "absent" });
      const second = await claim(store, begun, "a");
      await expect(
        store.settleGuard({ claimed: first, at: 2, state: "stored", value: 1 }),
      ).rejects.toThrow(SupersededError);
      expect(await store.readGuard(begun.seq, "a")).toEqual(second);
      await store.settleGuard({ claimed: second, at: 3, state: "stored", value: 2 });
      await expect(store.settleGuard({ claimed: second, at: 4, state: "failed" })).rejects.toThrow(
        SupersededError,
      );
      expect(await store.readGuard(begun.seq, "a")).toMatchObject({ state: "stored", value: 2 });
    },
  );

  it("of two claims of one guard at a time, over two connections, one wins", async () => {
    const stores = [bench.store, await bench.connect()];
    const begun = await begin(bench.store, "i");
    const about = { invocation: "i", ...refOf(begun), alias: "a", at: 0 } as const;
    const claims = await Promise.all(
      stores.map((store) => store.claimGuard({ ...about, kind: "atMostOnce" })),
    );
    expect(claims.map(({ claimed }) => claimed).sort()).toEqual([false, true]);
    expect(claims.map(({ record }) => record.attempts)).toEqual([1, 1]);
  });

  it.each(VALUES)("a stored value comes back as it went in: %s", async (_, value) => {
    const { store } = bench;
    const begun = await begin(store, "i");
    const claimed = await claim(store, begun, "a");
    await store.settleGuard({ claimed, at: 1, state: "stored", value });
    const found = await store.readGuard(begun.seq, "a");
    expect(found).toMatchObject({ state: "stored" });
    expect(found?.value).toStrictEqual(value);
  });

  it("a stored value that holds itself comes back so, and an error with its cause", async () => {
    const { store } = bench;
    const begun = await begin(store, "i");
    const claimed = await claim(store, begun, "a");
    const error = new RangeError("outer", { cause: new TypeError("inner") });
    await store.settleGuard({ claimed, at: 1, state: "stored", value: { circle, error } });
    const found = (await store.readGuard(begun.seq, "a"))?.value as {
      circle: Record<string, unknown>;
      error: Error;
    };
    expect(found.circle["self"]).toBe(found.circle);
    expect(found.error).toBeInstanceOf(RangeError);
    expect(found.error).toMatchObject({ message: "outer", cause: { message: "inner" } });
  });

  it("what is handed over and given back is nobody else's", async () => {
    const { store } = bench;
    const begun = await begin(store, "i");
    const claimed = await claim(store, begun, "a");
    const value = { list: [1] };
    await store.settleGuard({ claimed, at: 1, state: "stored", value });
    value.list.push(2);
    const first = await store.readGuard(begun.seq, "a");
    (first?.value as typeof value).list.push(3);
    expect((await store.readGuard(begun.seq, "a"))?.value).toEqual({ list: [1] });
  });

  it("guards are listed by alias, and over all invocations the newest's first, in pages", async () => {
    const { store } = bench;
    for (const id of ["i", "j"]) {
      const begun = await begin(store, id);
      for (const alias of ["b", "a", "Z\u0000é"]) await claim(store, begun, alias);
    }
    const named = (guards: readonly { invocation: string; alias: string }[]) =>
      guards.map(({ invocation, alias }) => `${invocation} ${alias}`);
    const of = await store.readGuards({ invocation: "i", limit: 9 });
    expect(named(of)).toEqual(["i Z\u0000é", "i a", "i b"]);
    const all = await store.readGuards({ limit: 4 });
    expect(named(all)).toEqual(["j b", "j a", "j Z\u0000é", "i b"]);
    const [, , third, last] = all;
    if (!third || !last) throw new Error("There are four.");
    const before = await store.readGuards({ limit: 9, before: [last.invocationSeq, last.alias] });
    expect(named(before)).toEqual(["i a", "i Z\u0000é"]);
    const after = await store.readGuards({ limit: 1, after: [third.invocationSeq, third.alias] });
    expect(named(after)).toEqual(["j a"]);
  });
}
