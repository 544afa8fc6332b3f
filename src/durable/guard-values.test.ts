/** What a guard stores, and that a callable that has resolved is never run again (docs/spec.md, 2.2). */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { openLab, quiesce, trial, type Lab, type Outcome } from "../testing/lab.ts";
import { isIndexedDb } from "../testing/engines.ts";
import {
  atLeastOnce,
  atMostOnce,
  AtMostOnceFailedBeforeCompleting,
  FaultPlan,
  GuardValueError,
  NetworkError,
  SortedMap,
  StoreQuotaError,
  toBytes,
  UnstorableValueError,
  type DurableContext,
} from "../index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await lab.close();
});

type Kind = "atLeastOnce" | "atMostOnce";

/** A guard of either kind; without a schema only where its options are left out. */
function guard(
  kind: Kind,
  alias: string,
  context: DurableContext,
  callable: () => unknown,
  options?: { readonly schema: z.ZodType },
): Promise<unknown> {
  const use = (kind === "atLeastOnce" ? atLeastOnce : atMostOnce) as (
    alias: string,
    context: DurableContext,
    callable: () => unknown,
    options?: { readonly schema: z.ZodType },
  ) => Promise<unknown>;
  return use(alias, context, callable, options);
}

/** A page that is not isolated from other origins has no shared memory. */
const SHARED: [string, () => unknown][] =
  typeof SharedArrayBuffer === "undefined"
    ? []
    : [["is shared", () => ({ view: new Uint8Array(new SharedArrayBuffer(2)) })]];

function selfCaused(): Error {
  const error = new Error("outer");
  error.cause = { by: [error] };
  return error;
}

function errorOf(outcome: Outcome): unknown {
  return "error" in outcome ? outcome.error : undefined;
}

function causeOf(outcome: Outcome): string {
  const error = errorOf(outcome);
  expect(error).toBeInstanceOf(AtMostOnceFailedBeforeCompleting);
  return error instanceof AtMostOnceFailedBeforeCompleting ? error.cause.message : "";
}

describe.each<Kind>(["atLeastOnce", "atMostOnce"])("a value of %s", (kind) => {
  it("comes back as it went in, whatever the structured clone algorithm takes", async () => {
    const value = {
      bytes: new Uint8Array([0, 255, 7]),
      date: new Date(1_234),
      big: 2n ** 70n,
      map: new Map<unknown, unknown>([["a", new Set([1, -0])]]),
      nested: [undefined, null, NaN, { deep: /x/g }],
      error: new RangeError("kept"),
    };
    const { run } = await trial(lab, (context) =>
      guard(kind, "g", context, () => value, { schema: z.unknown() }),
    );
    expect(await run()).toStrictEqual({ value });
    expect(await run()).toStrictEqual({ value });
  });

  it("is the bytes of a view alone, and later changes of the original do not reach it", async () => {
    const buffer = new Uint8Array([1, 2, 3, 4]);
    const { run } = await trial(lab, (context) =>
      guard(kind, "g", context, () => buffer.subarray(1, 3), { schema: z.instanceof(Uint8Array) }),
    );
    await run();
    buffer.fill(9);
    const again = await run();
    expect("value" in again && Array.from(again.value as Uint8Array)).toEqual([2, 3]);
  });

  it("is stored raw, and the schema's output is given the first time and later", async () => {
    const schema = z.string().transform((text) => text.length);
    const { run, id } = await trial(lab, (context) =>
      guard(kind, "g", context, () => "four", { schema }),
    );
    expect([await run(), await run()]).toEqual([{ value: 4 }, { value: 4 }]);
    expect(await lab.guard(id, "g")).toMatchObject({ state: "stored", value: "four" });
  });

  it("passes a schema that takes its time", async () => {
    const schema = z.string().refine(async (text) => {
      await Promise.resolve();
      return text === "good";
    });
    const good = await trial(lab, (context) => guard(kind, "g", context, () => "good", { schema }));
    expect(await good.run()).toEqual({ value: "good" });
    const bad = await trial(lab, (context) => guard(kind, "g", context, () => "bad", { schema }));
    expect(errorOf(await bad.run())).toBeInstanceOf(GuardValueError);
  });

  it("that does not fit is a clear error with the issue's path, and is not stored", async () => {
    const schema = z.object({ user: z.object({ id: z.string() }) });
    const callable = vi.fn(() => ({ user: { id: 7 } }));
    const { run, id } = await trial(lab, (context) =>
      guard(kind, "g", context, callable, { schema }),
    );
    const error = errorOf(await run());
    expect(error).toBeInstanceOf(GuardValueError);
    expect(String(error)).toMatch(/"g".*user\.id/);
    const record = await lab.guard(id, "g");
    expect(record).toMatchObject({ state: kind === "atMostOnce" ? "failed" : "absent" });
    expect(record).not.toHaveProperty("value");
  });

  it("passes the schema again when it comes from the store, and stays stored if it does not fit", async () => {
    let schema: z.ZodType = z.number();
    const callable = vi.fn((): unknown => 5);
    const { run, id } = await trial(lab, (context) =>
      guard(kind, "g", context, callable, { schema }),
    );
    await run();
    schema = z.string();
    expect(errorOf(await run())).toBeInstanceOf(GuardValueError);
    expect(await lab.guard(id, "g")).toMatchObject({ state: "stored", value: 5 });
    schema = z.number();
    expect(await run()).toEqual({ value: 5 });
    expect(callable).toHaveBeenCalledTimes(1);
  });

  it("without a schema is a clear error, unless it is undefined", async () => {
    const none = vi.fn();
    const { run, id } = await trial(lab, async (context) => {
      await guard(kind, "none", context, () => void none());
      await guard(kind, "some", context, () => 1);
    });
    const error = errorOf(await run());
    expect(error).toBeInstanceOf(GuardValueError);
    expect(String(error)).toMatch(/"some".*schema/);
    await run();
    expect(none).toHaveBeenCalledTimes(1);
    expect((await lab.guard(id, "none"))?.state).toBe("stored");
  });

  it("may be undefined exactly where the schema takes it", async () => {
    const callable = vi.fn(() => undefined);
    const { run } = await trial(lab, async (context) => {
      await guard(kind, "may", context, callable, { schema: z.string().optional() });
      await guard(kind, "must not", context, () => undefined, { schema: z.string() });
    });
    expect(String(errorOf(await run()))).toContain('"must not"');
    await run();
    expect(callable).toHaveBeenCalledTimes(1);
  });

  it.each<[string, () => unknown]>([
    ["cannot be cloned", () => ({ call: () => 1 })],
    ["not every store keeps: a match", () => /a(?<b>.)/.exec("ab")],
    ...SHARED,
    ["not every store keeps: a named member like an index", () => Object.assign([1], { "01": 2 })],
    ["not every store keeps: an error within its own cause", () => selfCaused()],
  ])("that %s is a clear error, and is not stored", async (_, callable) => {
    const { run, id } = await trial(lab, (context) =>
      guard(kind, "g", context, callable, { schema: z.unknown() }),
    );
    const error = errorOf(await run());
    expect(error).toBeInstanceOf(UnstorableValueError);
    expect(String(error)).toContain("cannot be stored");
    expect(await lab.guard(id, "g")).toMatchObject({
      state: kind === "atMostOnce" ? "failed" : "absent",
    });
  });
});

describe("an atMostOnce whose callable has resolved is never reset", () => {
  const retryableErrors = [Error];

  it.each<[string, () => unknown, z.ZodType, string]>([
    ["a schema that does not fit", () => 1, z.string(), "GuardValueError"],
    [
      "a schema that throws",
      () => 1,
      z.unknown().refine(broken),
      "failed on the value: broken schema",
    ],
    ["a value that cannot be cloned", () => broken, z.unknown(), "UnstorableValueError"],
  ])("by %s", async (_what, value, schema, why) => {
    const callable = vi.fn(value);
    const { run, id } = await trial(lab, (context) =>
      atMostOnce("g", context, callable, { schema, retryableErrors }),
    );
    expect(errorOf(await run())).toBeInstanceOf(Error);
    expect(await lab.guard(id, "g")).toMatchObject({ state: "failed" });
    expect(causeOf(await run())).toContain(why);
    expect(callable).toHaveBeenCalledTimes(1);
  });

  it.each<["on" | "off", string, (context: DurableContext) => unknown]>([
    [
      "on",
      "a key",
      (context) => SortedMap.ref("m").insert(context, { entries: { "\ud800": new Uint8Array(1) } }),
    ],
    ["on", "a range", (context) => SortedMap.ref("m").range(context, { limit: 0 })],
    ["off", "a range", (context) => SortedMap.ref("m").range(context, { limit: 0 })],
    ["off", "its value", () => broken],
    ["on", "bytes of nothing", () => toBytes(undefined)],
  ])("with guards %s by what the interface itself refuses: %s", async (guards, _, refused) => {
    const callable = vi.fn(refused);
    const { run } = await trial(
      lab,
      (context) =>
        atMostOnce("g", context, callable, {
          schema: z.unknown(),
          retryableErrors: [TypeError, RangeError],
        }),
      { guards },
    );
    expect(errorOf(await run())).toBeInstanceOf(Error);
    expect(callable).toHaveBeenCalledTimes(1);
  });

  it("by an error at guard:before-store, even one that is retryable", async () => {
    const point = "guard:before-store";
    const faults = new FaultPlan([{ point, kind: "retryable", when: { nth: 1 } }]);
    const callable = vi.fn();
    const { run } = await trial(
      lab,
      (context) => atMostOnce("g", context, () => void callable(), { retryableErrors }),
      { faults },
    );
    expect(errorOf(await run())).toBeInstanceOf(NetworkError);
    expect(causeOf(await run())).toBe("NetworkError: Injected at guard:before-store.");
    expect(callable).toHaveBeenCalledTimes(1);
  });

  it("by an error at guard:stored: the value is there", async () => {
    const faults = new FaultPlan([{ point: "guard:stored", kind: "retryable", when: { nth: 1 } }]);
    const callable = vi.fn(() => 5);
    const { run } = await trial(
      lab,
      (context) => atMostOnce("g", context, callable, { schema: z.number(), retryableErrors }),
      { faults },
    );
    expect(errorOf(await run())).toBeInstanceOf(NetworkError);
    expect(await run()).toEqual({ value: 5 });
    expect(callable).toHaveBeenCalledTimes(1);
  });

  /** The disk is full for the `nth` put of a guard, and for `count` in all; a first claim is an `add`. */
  function fillDisk(nth: number, count: number): void {
    const put = Reflect.get<IDBObjectStore, "put">(IDBObjectStore.prototype, "put");
    let writes = 0;
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (
      this: IDBObjectStore,
      ...args: Parameters<IDBObjectStore["put"]>
    ) {
      if (this.name === "guards" && ++writes >= nth && writes < nth + count) {
        throw new DOMException("The disk is full.", "QuotaExceededError");
      }
      return put.apply(this, args);
    });
  }

  it.runIf(isIndexedDb)(
    "by a disk that is full when the value is stored: it fails with that reason",
    async () => {
      const callable = vi.fn();
      const { run, id } = await trial(lab, (context) =>
        atMostOnce("g", context, () => void callable(), { retryableErrors }),
      );
      fillDisk(1, 1);
      expect(errorOf(await run())).toBeInstanceOf(StoreQuotaError);
      expect(await lab.guard(id, "g")).toMatchObject({ state: "failed" });
      expect(causeOf(await run())).toContain("StoreQuotaError");
      expect(callable).toHaveBeenCalledTimes(1);
    },
  );

  it.runIf(isIndexedDb)(
    "by a disk that stays full: it stays started, and no later use runs it",
    async () => {
      const callable = vi.fn();
      const { run, id } = await trial(lab, (context) =>
        atMostOnce("g", context, () => void callable(), { retryableErrors }),
      );
      fillDisk(1, 99);
      expect(errorOf(await run())).toBeInstanceOf(StoreQuotaError);
      expect(await lab.guard(id, "g")).toMatchObject({ state: "started" });
      expect(causeOf(await run())).not.toBe("");
      vi.restoreAllMocks();
      expect(causeOf(await run())).not.toBe("");
      await quiesce(lab);
      expect(callable).toHaveBeenCalledTimes(1);
    },
  );
});

function broken(): never {
  throw new Error("broken schema");
}
