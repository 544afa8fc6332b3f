/** When old recordings are trimmed; what a trimming does is the store's own tests'. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ChangeListener, InspectableStore, StoreChange } from "../../store/index.ts";
import { Trimmer } from "./trimmer.ts";

type Trimming = Parameters<InspectableStore["trimRecordings"]>[0];

/** A store that only tells of changes and trims, as many batches as `lasts` says. */
function storeThatTrims(...lasts: (number | Error | undefined)[]) {
  const listeners = new Set<ChangeListener>();
  const asked: Trimming[] = [];
  const store = {
    subscribe: (listener: ChangeListener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    trimRecordings: (trimming: Trimming) => {
      asked.push(trimming);
      const last = lasts.shift();
      return last instanceof Error ? Promise.reject(last) : Promise.resolve({ count: 1, last });
    },
  } as unknown as InspectableStore;
  const report = (change: Partial<StoreChange> = {}): void => {
    for (const listener of listeners)
      listener({ tables: ["invocations"], remote: false, ...change });
  };
  return { store, asked, report, listeners };
}

const errors: unknown[] = [];
const onError = (error: unknown): void => void errors.push(error);
/** What waits for a burst to end is over then. */
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(500);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
  errors.length = 0;
});

it("nothing is trimmed while all is to be kept", async () => {
  const { store, asked, report } = storeThatTrims();
  const trimmer = new Trimmer(store, onError);
  report();
  await settle();
  trimmer.keep = undefined;
  await settle();
  expect(asked).toEqual([]);
});

it("batches follow until nothing older is left; a burst of calls is one trimming", async () => {
  const { store, asked, report } = storeThatTrims(2, 4);
  new Trimmer(store, onError).keep = 5;
  for (let n = 0; n < 20; n++) report();
  await vi.advanceTimersByTimeAsync(499);
  expect(asked).toEqual([]);
  await settle();
  expect(asked).toEqual([
    { keep: 5, after: undefined, limit: 100 },
    { keep: 5, after: 2, limit: 100 },
    { keep: 5, after: 4, limit: 100 },
  ]);
});

describe("the next trimming", () => {
  async function afterD() {
    const lab = storeThatTrims(4);
    const trimmer = new Trimmer(lab.store, onError);
    trimmer.keep = 5;
    await settle();
    lab.asked.length = 0;
    return { ...lab, trimmer };
  }

  it("goes on where the last ended, for a newer call", async () => {
    const { asked, report } = await afterD();
    report({ invocationSeq: 5 });
    await settle();
    expect(asked.map(({ after }) => after)).toEqual([4]);
  });

  it.each([1, 4])("begins anew for the older call %s, which has a recording again", async (seq) => {
    const { asked, report } = await afterD();
    report({ invocationSeq: seq });
    report({ invocationSeq: 5 });
    await settle();
    expect(asked.map(({ after }) => after)).toEqual([undefined]);
  });

  it("begins anew where another number is kept, and not for the same", async () => {
    const { asked, trimmer } = await afterD();
    trimmer.keep = 5;
    await settle();
    expect(asked).toEqual([]);
    trimmer.keep = 2;
    await settle();
    expect(asked).toEqual([{ keep: 2, after: undefined, limit: 100 }]);
  });

  it("is none for what is no call", async () => {
    const { asked, report } = await afterD();
    report({ tables: ["maps", "guards"] });
    await settle();
    expect(asked).toEqual([]);
  });
});

it("one that fails is told, and the next call tries again", async () => {
  const { store, asked, report } = storeThatTrims(new Error("full"), 2);
  new Trimmer(store, onError).keep = 5;
  await settle();
  expect(errors).toEqual([new Error("full")]);
  report();
  await settle();
  expect(asked.map(({ after }) => after)).toEqual([undefined, undefined, 2]);
  expect(errors).toHaveLength(1);
});

it("a closed one does nothing more, also in the middle of a trimming", async () => {
  const { store, asked, report, listeners } = storeThatTrims(2, 4);
  const trimmer = new Trimmer(store, onError);
  trimmer.keep = 5;
  report();
  trimmer.close();
  await settle();
  expect(asked).toEqual([]);
  expect(listeners.size).toBe(0);

  const other = storeThatTrims(2, 4);
  const second = new Trimmer(other.store, onError);
  second.keep = 5;
  vi.advanceTimersByTime(500);
  second.close();
  await settle();
  expect(other.asked.length).toBeLessThan(2);
});
