/** How often a mutation of a sorted map is applied, and what its alias stands for (docs/spec.md, 2.3). */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writesOf, ok, openLab, quiesce, trial, type Lab, type Outcome } from "../testing/lab.ts";
import {
  atLeastOnce,
  atMostOnce,
  FaultPlan,
  fromBytes,
  IdempotencyAliasRequiredError,
  IdempotencyKeyReuseError,
  NetworkError,
  SortedMap,
  toBytes,
  uuidv7,
  type DurableContext,
  type DurableMcpServer,
} from "../index.ts";
import type { WriteHeader } from "../store/index.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(async () => {
  await lab.close();
});

const map = SortedMap.ref("m");
const put = (key: string, value: unknown) => ({ entries: { [key]: toBytes(value) } });

async function read(key: string, name = "m"): Promise<unknown> {
  const entry = await lab.store.readEntry(name, key);
  return entry && fromBytes(entry.value);
}

async function applied(): Promise<WriteHeader[]> {
  return await writesOf(lab.store);
}

async function outcomes(invocation: string): Promise<(string | undefined)[]> {
  await quiesce(lab);
  const trace = await lab.store.readTrace({ invocation, limit: 999 });
  return trace.filter(({ type }) => type === "map-written").map(({ outcome }) => outcome);
}

function errorOf(outcome: Outcome): unknown {
  return "error" in outcome ? outcome.error : undefined;
}

describe("a mutation in the body", () => {
  it("is applied once per invocation; a retry that would write the same is deduplicated", async () => {
    const { run, id } = await trial(lab, async (context) => {
      await map.insert(context, put("k", "same"));
      await map.remove(context, { keys: ["gone"] });
    });
    for (let execution = 1; execution <= 3; execution++) await run();
    expect(await outcomes(id)).toEqual([
      ...["applied", "applied"],
      ...["deduplicated", "deduplicated", "deduplicated", "deduplicated"],
    ]);
    expect(await applied()).toHaveLength(2);
  });

  it("that would write something else on a retry leaves the first write, and is traced", async () => {
    const { run, id } = await trial(lab, (context) =>
      map.insert(context, put("k", context.execution)),
    );
    await run();
    await run();
    expect(await read("k")).toBe(1);
    expect(await outcomes(id)).toEqual(["applied", "differs"]);
  });

  it("is skipped on a retry even where someone changed the entry meanwhile", async () => {
    const { run } = await trial(lab, (context) => map.insert(context, put("k", "first")));
    await run();
    const other = await trial(lab, (context) => map.insert(context, put("k", "other")));
    await other.run();
    await run();
    expect(await read("k")).toBe("other");
  });

  it("is applied again in another invocation", async () => {
    const body = (context: DurableContext) => map.insert(context, put(context.invocationId, 1));
    await (await trial(lab, body)).run();
    await (await trial(lab, body)).run();
    expect(await applied()).toHaveLength(2);
  });
});

describe("an alias", () => {
  it("is needed for the same method on the same map twice, and for nothing else", async () => {
    const fine = await trial(lab, async (context) => {
      await map.insert(context, put("a", 1));
      await map.remove(context, { keys: ["b"] });
      await SortedMap.ref("other").insert(context, put("a", 1));
      await map.idempotently("second").insert(context, put("c", 1));
      await map.idempotently("third").insert(context, put("d", 1));
    });
    expect(await fine.run()).toEqual({ value: undefined });
    for (const method of ["insert", "remove"] as const) {
      const twice = await trial(lab, async (context) => {
        const write = (key: string) =>
          method === "insert"
            ? map.insert(context, put(key, 1))
            : map.remove(context, { keys: [key] });
        await write("first");
        await write("second");
      });
      const error = errorOf(await twice.run());
      expect(error).toBeInstanceOf(IdempotencyAliasRequiredError);
      expect(String(error)).toContain(`.idempotently("<alias>").${method}`);
    }
    expect(await read("second")).toBeUndefined();
  });

  it("stands for one request in an execution", async () => {
    const { run, id } = await trial(lab, async (context) => {
      const once = map.idempotently("a");
      await once.insert(context, put("k", 1));
      await once.insert(context, put("k", 1));
      await once.insert(context, put("k", 2));
    });
    expect(errorOf(await run())).toBeInstanceOf(IdempotencyKeyReuseError);
    expect(await read("k")).toBe(1);
    expect(await outcomes(id)).toEqual(["applied", "deduplicated"]);
  });

  it("stands for one map and one method, too", async () => {
    for (const other of [
      (context: DurableContext) =>
        SortedMap.ref("other").idempotently("a").insert(context, put("k", 1)),
      (context: DurableContext) => map.idempotently("a").remove(context, { keys: ["k"] }),
    ]) {
      const { run } = await trial(lab, async (context) => {
        await map.idempotently("a").insert(context, put("k", 1));
        await other(context);
      });
      expect(errorOf(await run())).toBeInstanceOf(IdempotencyKeyReuseError);
    }
    expect(await read("k", "other")).toBeUndefined();
    expect(await read("k")).toBe(1);
  });

  it("is applied once over executions, wherever it stands, and a difference is traced", async () => {
    const { run, id } = await trial(lab, async (context) => {
      const write = (context: DurableContext) =>
        map.idempotently("a").insert(context, put("k", context.execution));
      // In the body first, then inside a callable.
      if (context.execution === 1) await write(context);
      else await atLeastOnce(`g${context.execution}`, context, write);
    });
    await run();
    await run();
    expect(await read("k")).toBe(1);
    expect(await outcomes(id)).toEqual(["applied", "differs"]);
  });
});

describe("a mutation inside a guard's callable", () => {
  it("without an alias is applied once per attempt; with one, once", async () => {
    const { run } = await trial(lab, (context) =>
      atMostOnce(
        "g",
        context,
        async (context) => {
          const attempt = context.guard?.attempt;
          await map.insert(context, put("attempt", attempt));
          await SortedMap.ref("named").idempotently("n").insert(context, put("first", attempt));
          if (attempt !== 3) throw new NetworkError("again");
        },
        { retryableErrors: [NetworkError] },
      ),
    );
    await run();
    expect(await read("attempt")).toBe(3);
    expect(await read("first", "named")).toBe(1);
    const writes = await applied();
    expect(writes.filter(({ map }) => map === "m").map(({ origin }) => origin.guard)).toMatchObject(
      [
        { alias: "g", attempt: 1 },
        { alias: "g", attempt: 2 },
        { alias: "g", attempt: 3 },
      ],
    );
    expect(writes.filter(({ map }) => map === "named")).toHaveLength(1);
  });

  it("counts attempts over executions, so that after a crash the last attempt's write wins", async () => {
    let entered = 0;
    const register = (server: DurableMcpServer): void => {
      server.registerTool("work", {}, async (_args, context) => {
        await atLeastOnce("g", context, async (context) => {
          const run = ++entered;
          await map.insert(context, put("run", run));
          await SortedMap.ref("kept").insert(context, put("attempt", context.guard?.attempt));
        });
        return ok();
      });
    };
    const faults = new FaultPlan([
      { point: "map:committed", match: { map: "m" }, kind: "crash", when: { first: 2 } },
    ]);
    const id = uuidv7();
    await lab.callUntilAnswered(register, { faults }, "work", {}, id);
    expect(entered).toBe(3);
    expect(await read("run")).toBe(3);
    expect(await read("attempt", "kept")).toBe(3);
    const runs = (await applied()).filter(({ map }) => map === "m");
    expect(runs.map(({ origin }) => [origin.execution, origin.guard?.attempt])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect((await lab.store.readInvocation(id))?.state).toBe("completed");
  });

  it("begins each attempt with the aliases taken before the first, not with those it took", async () => {
    const { run } = await trial(lab, async (context) => {
      let attempts = 0;
      await map.idempotently("before").insert(context, put("before", 1));
      await atLeastOnce("g", context, async (context) => {
        attempts++;
        await map.idempotently("within").insert(context, put("within", attempts));
        if (attempts < 3) throw new Error("again");
      });
      // Taken before, and so still taken.
      await map.idempotently("before").insert(context, put("before", 2));
    });
    expect(errorOf(await run())).toBeInstanceOf(IdempotencyKeyReuseError);
    expect(await read("within")).toBe(1);
  });

  it("that uses the tool's context is caught on the second attempt, and told what to do", async () => {
    for (const alias of [undefined, "named"]) {
      const { run } = await trial(lab, async (tool) => {
        let attempts = 0;
        await atLeastOnce("g", tool, async () => {
          const target = alias === undefined ? map : map.idempotently(alias);
          await target.insert(tool, put(`${alias}`, ++attempts));
          throw new Error("again");
        });
      });
      const error = errorOf(await run());
      expect(error).toBeInstanceOf(
        alias === undefined ? IdempotencyAliasRequiredError : IdempotencyKeyReuseError,
      );
      expect(String(error)).toContain("write with the context that the callable is given");
    }
  });

  it("of another guard on the same map needs an alias, as any second write does", async () => {
    const { run } = await trial(lab, async (context) => {
      for (const alias of ["one", "two"]) {
        await atMostOnce(alias, context, (context) => map.insert(context, put(alias, 1)));
      }
    });
    expect(errorOf(await run())).toBeInstanceOf(IdempotencyAliasRequiredError);
  });
});
