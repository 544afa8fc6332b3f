/** What a sorted map refuses, and that nothing of it is written (docs/spec.md, 2.3). */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dump, openLab, runIn, type Lab } from "../testing/lab.ts";
import {
  InvalidKeyError,
  InvalidRangeError,
  InvalidValueError,
  SortedMap,
  toBytes,
  type DurableContext,
  type RangeRequest,
} from "../index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(async () => {
  await lab.close();
});

describe("a range is refused, with its bounds quoted,", () => {
  const map = SortedMap.ref("m");

  it.each<[string, Partial<RangeRequest>]>([
    ["without a limit", { startKey: "a", endKey: "b" }],
    ["with a limit of zero", { startKey: "a", endKey: "b", limit: 0 }],
    ["with a negative limit", { startKey: "a", endKey: "b", limit: -1 }],
    ["with a fraction for a limit", { startKey: "a", endKey: "b", limit: 1.5 }],
    ["with no number for a limit", { startKey: "a", endKey: "b", limit: NaN }],
    ["with an endless limit", { startKey: "a", endKey: "b", limit: Infinity }],
  ])("%s", async (_what, request) => {
    for (const method of ["range", "reverseRange"] as const) {
      const range = runIn(lab, (context) => map[method](context, request as RangeRequest));
      await expect(range).rejects.toThrow(InvalidRangeError);
      await expect(range).rejects.toThrow(/limit.*"a".*"b"/);
    }
  });

  it.each<["range" | "reverseRange", string, string]>([
    ["range", "b", "a"],
    ["range", "a", "a"],
    ["range", "\u{10000}", "\uffff"],
    ["reverseRange", "a", "b"],
    ["reverseRange", "a", "a"],
    ["reverseRange", "Z", "a"],
  ])("%s from %j to %j", async (method, startKey, endKey) => {
    const range = runIn(lab, (context) => map[method](context, { startKey, endKey, limit: 1 }));
    await expect(range).rejects.toThrow(InvalidRangeError);
    await expect(range).rejects.toThrow(JSON.stringify(startKey));
    await expect(range).rejects.toThrow(JSON.stringify(endKey));
  });
});

it.each(["startKey", "endKey"] as const)("a range is refused whose %s is no key", async (name) => {
  const range = runIn(lab, (context) =>
    SortedMap.ref("m").range(context, { [name]: "\ud800", limit: 1 }),
  );
  await expect(range).rejects.toThrow(InvalidKeyError);
  await expect(range).rejects.toThrow(name);
});

describe("a mutation is refused, and nothing of it is written,", () => {
  const map = SortedMap.ref("m");
  const good = { good: toBytes("good") };
  const odd = (value: unknown): Record<string, Uint8Array> => ({ odd: value as Uint8Array });

  it.each<[string, (context: DurableContext) => Promise<void>, new () => Error]>([
    ["for a key with an unpaired surrogate", keyed("a\ud800"), InvalidKeyError],
    ["for a key with its surrogates swapped", keyed("\udc00\ud800"), InvalidKeyError],
    ["for a text as a value", valued("text"), InvalidValueError],
    ["for nothing as a value", valued(undefined), InvalidValueError],
    ["for null as a value", valued(null), InvalidValueError],
    ["for an array as a value", valued([1, 2]), InvalidValueError],
    ["for a buffer as a value", valued(new ArrayBuffer(2)), InvalidValueError],
    ["for other numbers as a value", valued(new Uint16Array(2)), InvalidValueError],
    [
      "for entries that are none",
      (context) => map.insert(context, { entries: null as unknown as Record<string, Uint8Array> }),
      InvalidValueError,
    ],
    [
      "for one bad key of those to remove",
      (context) => map.remove(context, { keys: ["kept", "\ud800"] }),
      InvalidKeyError,
    ],
  ])("%s", async (_what, mutate, type) => {
    await runIn(lab, (context) => map.insert(context, { entries: { kept: toBytes("kept") } }));
    const before = await lab.store.readRange({
      map: "m",
      direction: "ascending",
      limit: 9,
      lower: { key: "a", open: false },
    });
    await expect(runIn(lab, mutate)).rejects.toThrow(type);
    const rows = await dump(lab);
    expect(before).toHaveLength(1);
    expect(rows["store.entries"]).toHaveLength(1);
    expect(rows["store.writes"]).toHaveLength(1);
  });

  it("for a map without a name", () => {
    expect(() => SortedMap.ref("")).toThrow(InvalidKeyError);
    expect(() => SortedMap.ref("\ud800")).toThrow(InvalidKeyError);
    expect(() => map.idempotently("")).toThrow(InvalidKeyError);
  });

  function keyed(key: string) {
    return (context: DurableContext) =>
      map.insert(context, { entries: { ...good, [key]: toBytes(1) } });
  }
  function valued(value: unknown) {
    return (context: DurableContext) =>
      map.insert(context, { entries: { ...good, ...odd(value) } });
  }
});
