import { uuidv7 } from "uuidv7";
import { expect, it } from "vitest";
import { MAX_RESUMPTION_CRASHES } from "../index.ts";
import { begin, byHand, insert, useEngine, type Engine } from "./engine.ts";

export function journalContract(engine: Engine): void {
  const bench = useEngine(engine);
  const about = { id: "i", tool: "t", args: { a: 1 }, as: "client", guards: "on", at: 0 } as const;

  it("an invocation begins once at a time, and only with the same request again", async () => {
    const { store } = bench;
    const first = await store.beginExecution({ ...about, owner: "a" });
    expect(first).toMatchObject({ begun: true, invocation: { seq: 1, state: "running" } });
    expect(await store.beginExecution({ ...about, owner: "b" })).toEqual({
      begun: false,
      reason: "running",
      owner: "a",
    });
    if (!first.begun) throw new Error(first.reason);
    const response = { content: [] };
    const end = { begun: first.invocation, outcome: "completed", at: 5, response } as const;
    expect(await store.endExecution(end, [])).toBe(true);
    expect(await store.readInvocation("i")).toMatchObject({
      state: "completed",
      args: { a: 1 },
      last: { number: 1, outcome: "completed", endedAt: 5 },
    });
    expect(await store.readAnswer("i", 1)).toEqual(response);
    const other = await store.beginExecution({ ...about, args: { a: 2 }, owner: "a" });
    expect(other).toEqual({ begun: false, reason: "other-request" });
    const known = await store.beginExecution({ ...about, id: "x", owner: "a", isKnown: true });
    expect(known).toEqual({ begun: false, reason: "wiped" });
    expect(await store.beginExecution({ ...about, owner: "b" })).toMatchObject({
      begun: true,
      invocation: { seq: 1, last: { number: 2, cause: "retry", owner: "b" } },
    });
  });

  it("of two connections that begin one invocation at a time, one begins it", async () => {
    const there = await bench.connect();
    const outcomes = await Promise.all([
      bench.store.beginExecution({ ...about, owner: "a" }),
      there.beginExecution({ ...about, owner: "b" }),
    ]);
    expect(outcomes.map(({ begun }) => begun).sort()).toEqual([false, true]);
    expect(await there.readInvocations({ limit: 9 })).toHaveLength(1);
  });

  it("calls and writes are listed by their commits, whatever the clock and the ids say", async () => {
    const { store } = bench;
    const ids = [uuidv7(), uuidv7(), uuidv7()].reverse();
    for (const [n, id] of ids.entries()) {
      await store.beginExecution({ ...about, id, owner: "o", at: -n });
      const origin = { invocation: id };
      await store.applyMutation({ ...byHand(insert("k")), at: -n, origin });
    }
    const found = await store.readInvocations({ limit: 9 });
    expect(found.map(({ id }) => id)).toEqual(ids.toReversed());
    const writes = await store.readWrites({ map: "m", limit: 9 });
    expect(writes.map(({ origin }) => origin.invocation)).toEqual(ids.toReversed());
    // Another connection goes on counting.
    const there = await bench.connect();
    expect((await there.applyMutation(byHand(insert("k")))).write).toBe(4);
    const page = await store.readInvocations({ before: found[0]?.seq, limit: 1 });
    expect(page.map(({ id }) => id)).toEqual([ids[1]]);
    const above = await store.readInvocations({ after: found[2]?.seq, limit: 1 });
    expect(above.map(({ id }) => id)).toEqual([ids[1]]);
  });

  it("a record holds what the journal knows, and nothing of how an engine finds it", async () => {
    const { store } = bench;
    const begun = await begin(store, "i");
    const names = ["args", "createdAt", "id", "last", "resumptionCrashes", "seq", "state", "tool"];
    expect(Object.keys(begun).toSorted()).toEqual(names);
    expect(await store.readInvocation("i")).toEqual(begun);
    expect(await store.readInvocations({ limit: 9 })).toEqual([begun]);
    expect(await store.readPendingInvocations("running")).toEqual([begun]);
    const [marked] = await store.interruptInvocations({ dead: ["o"], at: 1 });
    expect(marked).toEqual({
      ...begun,
      state: "interrupted",
      last: { ...begun.last, outcome: "crashed", endedAt: 1 },
    });
    expect(await store.readPendingInvocations("interrupted")).toEqual([marked]);
  });

  it("calls are filtered by tool, state, error, time and text, also that of an answer", async () => {
    const { store } = bench;
    for (const [n, tool] of ["pay", "look", "pay"].entries()) {
      const id = `i${n}`;
      const begun = await store.beginExecution({
        ...about,
        id,
        tool,
        args: { n },
        at: n,
        owner: "o",
      });
      if (!begun.begun) throw new Error(begun.reason);
      if (n === 2) continue;
      const response = { isError: n === 1, content: [{ type: "text", text: `Said ${n}` }] };
      const end = { begun: begun.invocation, outcome: "completed", at: n, response } as const;
      await store.endExecution(end, []);
    }
    const found = async (filter: object) =>
      (await store.readInvocations({ limit: 9, filter })).map(({ id }) => id);
    expect(await found({ tool: "pay" })).toEqual(["i2", "i0"]);
    expect(await found({ state: "running" })).toEqual(["i2"]);
    expect(await found({ errors: true })).toEqual(["i1"]);
    expect(await found({ since: 1 })).toEqual(["i2", "i1"]);
    expect(await found({ text: "sAID 0" })).toEqual(["i0"]);
    expect(await found({ text: '"n":2' })).toEqual(["i2"]);
    expect(await found({ tool: "pay", text: "said 1" })).toEqual([]);
  });

  it("what dead servers left is marked interrupted, and held after three crashed resumptions", async () => {
    const { store } = bench;
    await begin(store, "i", "a");
    await begin(store, "j", "b");
    const marked = await store.interruptInvocations({ dead: ["a"], at: 7 });
    expect(marked).toMatchObject([
      { id: "i", state: "interrupted", last: { outcome: "crashed", endedAt: 7 } },
    ]);
    expect((await store.readPendingInvocations("running")).map(({ id }) => id)).toEqual(["j"]);
    expect(await store.readTrace({ invocation: "i", limit: 9 })).toMatchObject([
      { type: "interrupted", execution: 1 },
    ]);
    const resume = { ...about, args: {}, as: "resume", owner: "a" } as const;
    for (let n = 1; n <= MAX_RESUMPTION_CRASHES; n++) {
      expect((await store.beginExecution(resume)).begun).toBe(true);
      await store.interruptInvocations({ dead: ["a"], at: 8 });
    }
    expect(await store.readInvocation("i")).toMatchObject({
      resumptionCrashes: MAX_RESUMPTION_CRASHES,
      held: expect.stringContaining("crashed") as unknown,
    });
    expect(await store.beginExecution(resume)).toEqual({ begun: false, reason: "not-interrupted" });
    expect((await store.readTrace({ invocation: "i", limit: 9 })).at(-1)).toMatchObject({
      type: "held",
    });
    await store.holdInvocation("i", undefined);
    expect(await store.readInvocation("i")).toMatchObject({ resumptionCrashes: 0 });
    await store.holdInvocation("j", "not interrupted, so it stays");
    expect(await store.readInvocation("j")).not.toHaveProperty("held");
    expect((await store.beginExecution(resume)).begun).toBe(true);
  });

  it("a retry's record does not grow, and every answer is found by its execution", async () => {
    const { store } = bench;
    const response = { text: "x".repeat(1000) };
    for (let n = 1; n <= 20; n++) {
      const begun = await begin(store, "i");
      expect(JSON.stringify(begun).length).toBeLessThan(400);
      const end = { begun, outcome: "completed", at: n, response: { ...response, n } } as const;
      await store.endExecution(end, []);
    }
    const executions = await store.readExecutions("i");
    expect(executions.map(({ number }) => number)).toEqual(
      Array.from({ length: 20 }, (_, n) => n + 1),
    );
    expect(await store.readAnswer("i", 7)).toEqual({ ...response, n: 7 });
    expect(JSON.stringify(executions)).not.toContain("xxx");
    const [first] = executions;
    expect(await store.readExecution({ invocationSeq: 1, execution: 1 })).toEqual(first);
    expect(await store.readExecution({ invocationSeq: 1, execution: 20 })).toEqual(executions[19]);
    expect(await store.readExecution({ invocationSeq: 1, execution: 21 })).toBeUndefined();
  });

  it("events of the trace come in their order, the last of them where not all are asked for", async () => {
    const { store } = bench;
    const event = (n: number, execution: number) =>
      ({ n, type: "backoff", at: 0, invocation: "i", execution }) as const;
    await store.appendTrace([event(3, 1), event(4, 1)]);
    await store.appendTrace([event(1, 2)]);
    await store.appendTrace([event(1, 1), event(2, 1)]);
    await store.appendTrace([{ ...event(1, 1), invocation: "j" }]);
    const order = (await store.readTrace({ invocation: "i", limit: 4 })).map(
      ({ execution, n }) => `${execution}.${n}`,
    );
    expect(order).toEqual(["1.2", "1.3", "1.4", "2.1"]);
  });

  it("hits are counted also for a plan with a very long id", async () => {
    const { store } = bench;
    // Nothing that packs well: an index holds about 2,700 bytes.
    const plan = Array.from({ length: 300 }, () => crypto.randomUUID()).join("");
    expect([await store.countHit(plan, 0), await store.countHit(plan, 0)]).toEqual([1, 2]);
    expect(await store.readHits(plan)).toEqual(new Map([[0, 2]]));
    expect(await store.readHits(plan.slice(1))).toEqual(new Map());
  });

  it("hits are counted for each fault of a plan", async () => {
    const { store } = bench;
    const counts = [
      await store.countHit("p", 0),
      await store.countHit("p", 1),
      await store.countHit("p", 0),
      await store.countHit("q", 0),
    ];
    expect(counts).toEqual([1, 1, 2, 1]);
    expect(await store.readHits("p")).toEqual(
      new Map([
        [0, 2],
        [1, 1],
      ]),
    );
    expect(await store.readHits("none")).toEqual(new Map());
  });
}
