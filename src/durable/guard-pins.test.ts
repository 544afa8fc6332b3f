/** Rules of guards that a small change of the code breaks without a word: each has its test here. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { call, ok, openLab, trial, type Lab } from "../testing/lab.ts";
import {
  atLeastOnce,
  atMostOnce,
  IdempotencyAliasRequiredError,
  InvalidKeyError,
  NetworkError,
  SortedMap,
  toBytes,
  UnstorableValueError,
  uuidv7,
  type DurableContext,
} from "../index.ts";
import { overriding } from "../store/index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

const once = { maxAttempts: 1 };
const write = (context: DurableContext, map = "log"): Promise<void> =>
  SortedMap.ref(map).insert(context, { entries: { n: toBytes(context.execution) } });

it("a failure that cannot be written does not stand in for the callable's own error", async () => {
  const store = overriding(lab.store, {
    settleGuard: () => Promise.reject(new Error("The disk is full.")),
  });
  const tried = await trial(
    lab,
    (context) =>
      atMostOnce("a", context, () => {
        throw new RangeError("the callable's");
      }),
    { store },
  );
  const outcome = await tried.run();
  expect("error" in outcome && outcome.error).toEqual(new RangeError("the callable's"));
  expect((await lab.guard(tried.id, "a"))?.state).toBe("started");
});

it("an attempt in another place does not give back what this place's attempt took", async () => {
  const fail = async (context: DurableContext): Promise<void> => {
    await write(context);
    throw new NetworkError("no");
  };
  const tried = await trial(lab, async (context) => {
    await atLeastOnce("a", context, fail, { retryPolicy: once }).catch(() => undefined);
    await atLeastOnce(
      "b",
      context,
      (context) => atLeastOnce("a", context, fail, { retryPolicy: once }),
      { retryPolicy: once },
    );
  });
  const outcome = await tried.run();
  expect("error" in outcome && outcome.error).toBeInstanceOf(IdempotencyAliasRequiredError);
});

it("a further attempt uses the guards within it anew: none is marked as reused", async () => {
  let runs = 0;
  const tried = await trial(lab, (context) =>
    atLeastOnce("outer", context, async (context) => {
      await atLeastOnce("inner", context, () => undefined);
      if (++runs < 3) throw new NetworkError("again");
    }),
  );
  expect(await tried.run()).toEqual({ value: undefined });
  const trace = await lab.store.readTrace({ invocation: tried.id, limit: 99 });
  expect(trace.filter(({ type }) => type === "alias-reused")).toEqual([]);
  expect(runs).toBe(3);
});

it("without guards, an attempt of each execution writes: none is taken for an earlier one's", async () => {
  const { client } = await lab.serve(
    (server) =>
      server.registerTool("w", {}, async (_args, context) => {
        await atLeastOnce("g", context, (context) => write(context));
        return ok();
      }),
    { guards: "off" },
  );
  const { invocation } = await call(client, "w");
  await call(client, "w", {}, invocation);
  const writes = await lab.store.readWrites({ map: "log", limit: 9 });
  expect(writes.map(({ origin }) => origin.execution)).toEqual([2, 1]);
  expect((await lab.store.readEntry("log", "n"))?.value).toEqual(toBytes(2));
});

it("the first answer is what the next will be: a class instance is a plain object from the start", async () => {
  class Receipt {
    constructor(readonly amount: number) {}
    get double(): number {
      return this.amount * 2;
    }
  }
  const schema = z.any();
  const tried = await trial(lab, (context) =>
    atMostOnce("a", context, () => new Receipt(5), { schema }),
  );
  const outcomes = [await tried.run(), await tried.run()];
  for (const outcome of outcomes) {
    const value: unknown = "value" in outcome ? outcome.value : undefined;
    expect(value).toEqual({ amount: 5 });
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(value).not.toHaveProperty("double");
  }
});

it("a value that is changed after it was returned stays as it was stored", async () => {
  const given = { list: [1] };
  const tried = await trial(lab, async (context) => {
    const value = (await atMostOnce("a", context, () => given, {
      schema: z.any(),
    })) as typeof given;
    value.list.push(2);
    given.list.push(3);
    return value;
  });
  await tried.run();
  expect(await lab.guard(tried.id, "a")).toMatchObject({ value: { list: [1] } });
  expect(await tried.run()).toEqual({ value: { list: [1, 2] } });
});

it.each<[string, () => unknown, string]>([
  ["a function", () => ({ f: () => 1 }), "cannot be stored"],
  ["a Blob, deep", () => new Map([["k", [new Blob(["x"])]]]), "Blob"],
  ["a symbol", () => Symbol("s"), "cannot be stored"],
  ["a member named __proto__", () => JSON.parse('{"a":{"__proto__":1}}') as unknown, "__proto__"],
])("%s is no value of a guard, and says so", async (_, value, message) => {
  for (const guard of [atLeastOnce, atMostOnce] as (typeof atLeastOnce)[]) {
    let runs = 0;
    const tried = await trial(lab, (context) =>
      guard(
        "a",
        context,
        () => {
          runs++;
          return value();
        },
        { schema: z.any() },
      ),
    );
    const outcome = await tried.run();
    const error = "error" in outcome ? outcome.error : undefined;
    expect(error).toBeInstanceOf(UnstorableValueError);
    expect(String(error)).toContain(message);
    // Running it again would not mend it.
    expect(runs).toBe(1);
  }
});

it("names that no engine can index are refused; what is there is still read and removed", async () => {
  const long = "é".repeat(1000); // 2,000 bytes.
  const tried = await trial(lab, async (context) => {
    const map = SortedMap.ref("m");
    const tooLong = await map
      .insert(context, { entries: { [long]: toBytes(1) } })
      .catch((error: unknown) => error);
    expect(tooLong).toBeInstanceOf(InvalidKeyError);
    expect(String(tooLong)).toMatch(/2001 bytes of UTF-8; at most 2000/);
    await map.idempotently("fits").insert(context, { entries: { [long.slice(1)]: toBytes(1) } });
    await map.get(context, { key: long });
    await map.remove(context, { keys: [long] });
    expect(() => map.idempotently("é".repeat(251))).toThrow(InvalidKeyError);
    const alias = await atLeastOnce("é".repeat(251), context, () => undefined).catch(
      (error: unknown) => error,
    );
    expect(alias).toBeInstanceOf(InvalidKeyError);
    await atLeastOnce("é".repeat(250), context, () => undefined);
  });
  expect(await tried.run()).toEqual({ value: undefined });
});

it("attempts are counted from the guards' records, whatever the recording holds", async () => {
  let runs = 0;
  const id = uuidv7();
  const { client } = await lab.serve(
    (server) =>
      server.registerTool("pay", {}, async (_args, context) => {
        await atMostOnce(
          "p",
          context,
          () => {
            if (++runs < 3) throw new NetworkError("again");
          },
          { retryableErrors: [NetworkError] },
        );
        return ok();
      }),
    // A kill takes what was traced and not written yet: all of it, here.
    {
      store: overriding(lab.store, {
        appendTrace: () => Promise.resolve(),
        endExecution: (end, _events, options) => lab.store.endExecution(end, [], options),
      }),
    },
  );
  await call(client, "pay", {}, id);
  expect(await lab.store.readTrace({ invocation: id, limit: 9 })).toEqual([]);
  const invocation = await lab.store.readInvocation(id);
  expect(invocation && (await lab.store.countAttempts([invocation]))).toEqual([
    { attempts: 3, atLeast: false },
  ]);
});

it("a reset that cannot be written does not stand in for the retryable error, and is not tried again", async () => {
  const store = overriding(lab.store, {
    settleGuard: () => Promise.reject(new Error("The disk is full.")),
  });
  let runs = 0;
  const tried = await trial(
    lab,
    (context) =>
      atMostOnce(
        "a",
        context,
        () => {
          runs++;
          throw new NetworkError("the callable's");
        },
        { retryableErrors: [NetworkError] },
      ),
    { store },
  );
  const outcome = await tried.run();
  expect("error" in outcome && outcome.error).toEqual(new NetworkError("the callable's"));
  expect(runs).toBe(1);
  expect((await lab.guard(tried.id, "a"))?.state).toBe("started");
});

it("a refused retry reads one execution, however many there were", async () => {
  const tried = await trial(
    lab,
    (context) =>
      atMostOnce("a", context, () => {
        throw new RangeError("no");
      }),
    {
      store: overriding(lab.store, {
        settleGuard: () => Promise.reject(new Error("The disk is full.")),
        readExecutions: () => Promise.reject(new Error("All of them are read.")),
      }),
    },
  );
  await tried.run();
  for (let n = 0; n < 3; n++) {
    const outcome = await tried.run();
    expect("error" in outcome && outcome.error).toMatchObject({
      cause: { message: expect.stringContaining("(execution 1, attempt 1)") as unknown },
    });
  }
});
