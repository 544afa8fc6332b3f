import { expect, it } from "vitest";
import type { InspectableStore, InvocationRecord } from "../index.ts";
import { begin, useEngine, type Engine } from "./engine.ts";

const idOf = (n: number): string => `0190a0a0-0000-7000-8000-00000000000${n}`;

async function beginRecorded(store: InspectableStore, n: number): Promise<InvocationRecord> {
  const begun = await begin(store, idOf(n), "o", "off");
  const about = { invocation: begun.id, execution: 1, at: n, type: "attempt-started" } as const;
  const event = { ...about, unrecorded: true } as const;
  await store.appendTrace([1, 2].map((m) => ({ ...event, n: m })));
  return begun;
}

async function call(store: InspectableStore, n: number): Promise<void> {
  const begun = await beginRecorded(store, n);
  await store.endExecution({ begun, outcome: "completed", at: n, response: { n } }, []);
}

/** Of each call, the newest first, whether all of its recording is there: `undefined` for a part. */
async function recorded(store: InspectableStore): Promise<(boolean | undefined)[]> {
  const calls = await store.readInvocations({ limit: 10 });
  const traces = await Promise.all(
    calls.map(({ id }) => store.readTrace({ invocation: id, limit: 10 })),
  );
  const answers = await Promise.all(calls.map(({ id, last }) => store.readAnswer(id, last.number)));
  return calls.map((_, index) => {
    const hasTrace = traces[index]?.length === 2;
    const hasAnswer = answers[index] !== undefined;
    return hasTrace === hasAnswer ? hasTrace : undefined;
  });
}

export function recordingContract(engine: Engine): void {
  const bench = useEngine(engine);

  it("the oldest are trimmed in batches; the newest, the calls and their attempts are kept", async () => {
    const { store } = bench;
    for (let n = 1; n <= 5; n++) await call(store, n);
    const first = await store.trimRecordings({ keep: 2, limit: 2 });
    expect(first.count).toBe(2);
    expect(await recorded(store)).toEqual([true, true, true, false, false]);
    const second = await store.trimRecordings({ keep: 2, after: first.last, limit: 2 });
    expect(second.count).toBe(1);
    expect(await recorded(store)).toEqual([true, true, false, false, false]);
    expect(await store.trimRecordings({ keep: 2, after: second.last, limit: 2 })).toEqual({
      count: 0,
    });
    // From the beginning again, there is nothing more to trim.
    expect((await store.trimRecordings({ keep: 2, limit: 10 })).count).toBe(0);
    const [oldest] = (await store.readInvocations({ limit: 10 })).toReversed();
    expect(oldest).toMatchObject({ state: "completed", args: {}, trimmed: { attempts: 2 } });
    expect(oldest?.last).toMatchObject({ outcome: "completed", endedAt: 1 });
    expect(oldest && (await store.countAttempts([oldest]))).toEqual([
      { attempts: 2, atLeast: true },
    ]);
  });

  it("what is running or waits to be resumed is left, and attempts of a later retry are added up", async () => {
    const { store } = bench;
    await beginRecorded(store, 1);
    await store.interruptInvocations({ dead: ["o"], at: 1 });
    const interrupted = await store.readInvocation(idOf(1));
    expect(interrupted?.state).toBe("interrupted");
    await call(store, 2);
    await call(store, 3);
    await store.trimRecordings({ keep: 1, limit: 10 });
    const readTrace = (n: number) => store.readTrace({ invocation: idOf(n), limit: 10 });
    expect(await store.readInvocation(idOf(1))).toEqual(interrupted);
    expect(await readTrace(1)).toHaveLength(3);
    expect(await readTrace(2)).toHaveLength(0);
    await call(store, 2);
    await store.trimRecordings({ keep: 1, limit: 10 });
    const again = await store.readInvocation(idOf(2));
    expect(again).toMatchObject({ trimmed: { attempts: 4 } });
    expect(again?.last.number).toBe(2);
  });
}
