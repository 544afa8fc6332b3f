import { afterEach, beforeEach, expect, it } from "vitest";
import { type InvocationRecord } from "../index.ts";
import { openStore, type IndexedDbStore } from "./index.ts";

let store: IndexedDbStore;
let name: string;

beforeEach(async () => {
  name = `recordings-${crypto.randomUUID()}`;
  store = await openStore({ name });
});
afterEach(async () => {
  await store.close();
  indexedDB.deleteDatabase(name);
});

async function begin(n: number): Promise<InvocationRecord> {
  const id = `0190a0a0-0000-7000-8000-00000000000${n}`;
  const begun = await store.beginExecution({
    id,
    tool: "t",
    args: {},
    as: "client",
    owner: "o",
    guards: "off",
    at: n,
  });
  if (!begun.begun) throw new Error(begun.reason);
  const about = { invocation: id, execution: 1, at: n, type: "attempt-started" } as const;
  const event = { ...about, unrecorded: true } as const;
  await store.appendTrace([1, 2].map((m) => ({ ...event, n: m })));
  return begun.invocation;
}

async function call(n: number): Promise<void> {
  const begun = await begin(n);
  const end = { begun, outcome: "completed", at: n, response: { n } } as const;
  await store.endExecution(end, []);
}

/** Of each call, the newest first, whether all of its recording is there: `undefined` for a part. */
async function recorded(): Promise<(boolean | undefined)[]> {
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

it("trims the oldest in batches and keeps the newest, the calls and their count of attempts", async () => {
  for (let n = 1; n <= 5; n++) await call(n);
  const first = await store.trimRecordings({ keep: 2, limit: 2 });
  expect(first.count).toBe(2);
  expect(await recorded()).toEqual([true, true, true, false, false]);
  const second = await store.trimRecordings({ keep: 2, after: first.last, limit: 2 });
  expect(second.count).toBe(1);
  expect(await recorded()).toEqual([true, true, false, false, false]);
  expect(await store.trimRecordings({ keep: 2, after: second.last, limit: 2 })).toEqual({
    count: 0,
  });
  // From the beginning again, there is nothing more to trim.
  expect((await store.trimRecordings({ keep: 2, limit: 10 })).count).toBe(0);
  const [oldest] = (await store.readInvocations({ limit: 10 })).toReversed();
  expect(oldest).toMatchObject({ state: "completed", args: {}, trimmed: { attempts: 2 } });
  expect(oldest?.last).toMatchObject({ outcome: "completed", endedAt: 1 });
  expect(oldest && (await store.countAttempts([oldest]))).toEqual([{ attempts: 2, atLeast: true }]);
});

it("leaves what is running or waits to be resumed, and adds up the attempts of a later retry", async () => {
  await begin(1);
  // Begun by another owner, which has died.
  await store.interruptInvocations({ dead: ["o"], at: 1 });
  const interrupted = await store.readInvocation("0190a0a0-0000-7000-8000-000000000001");
  expect(interrupted?.state).toBe("interrupted");
  await call(2);
  await call(3);
  await store.trimRecordings({ keep: 1, limit: 10 });
  const readTrace = (n: number) =>
    store.readTrace({ invocation: `0190a0a0-0000-7000-8000-00000000000${n}`, limit: 10 });
  expect(await store.readInvocation(interrupted?.id ?? "")).toEqual(interrupted);
  expect(await readTrace(1)).toHaveLength(3);
  expect(await readTrace(2)).toHaveLength(0);
  await call(2);
  await store.trimRecordings({ keep: 1, limit: 10 });
  const again = await store.readInvocation("0190a0a0-0000-7000-8000-000000000002");
  expect(again).toMatchObject({ trimmed: { attempts: 4 } });
  expect(again?.last.number).toBe(2);
});
