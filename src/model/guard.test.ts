import { expect, it } from "vitest";
import { claim, isClaimed, markEnded, settle, type GuardClaim, type GuardRecord } from "./index.ts";

const asked = {
  invocation: "i",
  invocationSeq: 1,
  alias: "a",
  execution: 1,
  at: 5,
} as const;
const once: GuardClaim = { ...asked, kind: "atMostOnce" };
const again: GuardClaim = { ...asked, kind: "atLeastOnce" };

function claimed(asked: GuardClaim, found?: GuardRecord): GuardRecord {
  const outcome = claim(found, asked);
  expect(outcome.claimed).toBe(true);
  return outcome.record;
}

it("an absent guard is claimed for its next attempt; only atMostOnce remembers that it was entered", () => {
  expect(claimed(once)).toMatchObject({
    state: "started",
    attempts: 1,
    execution: 1,
    updatedAt: 5,
  });
  expect(claimed(again)).toMatchObject({ state: "absent", attempts: 1 });
  const reset = settle({
    claimed: claimed(once),
    at: 6,
    state: "absent",
    error: { name: "E", message: "" },
  });
  const next = claimed({ ...once, execution: 2 }, reset);
  expect(next).toMatchObject({ state: "started", attempts: 2, execution: 2 });
  expect(next).not.toHaveProperty("error");
});

it.each(["started", "stored", "failed"] as const)(
  "one that is %s is given back as it is",
  (state) => {
    const record: GuardRecord = { ...claimed(once), state };
    expect(claim(record, once)).toEqual({ claimed: false, record });
  },
);

it("one of another kind is given back as it is", () => {
  const record = claimed(again);
  expect(claim(record, once)).toEqual({ claimed: false, record });
});

it("is settled with its value or its error", () => {
  const record = claimed(once);
  expect(settle({ claimed: record, at: 7, state: "stored", value: undefined })).toEqual({
    ...record,
    state: "stored",
    value: undefined,
    updatedAt: 7,
  });
  const error = { name: "E", message: "no" };
  expect(settle({ claimed: record, at: 7, state: "failed", error })).toEqual({
    ...record,
    state: "failed",
    error,
    updatedAt: 7,
  });
});

it("keeps a value only where it is stored, and nothing of what it was before", () => {
  const record = {
    ...claimed(once),
    value: "old",
    error: { name: "E", message: "" },
    isOver: true,
  } as const;
  const reset = settle({ claimed: record, at: 7, state: "absent", value: "new" });
  expect(reset).toEqual({ ...claimed(once), state: "absent", updatedAt: 7 });
  expect(settle({ claimed: record, at: 7, state: "stored", value: "new" })).toEqual({
    ...claimed(once),
    state: "stored",
    value: "new",
    updatedAt: 7,
  });
});

it("the end of its execution is marked on a guard that may still be written, and on no other", () => {
  const record = claimed(once);
  expect(markEnded(record, 1)).toEqual({ ...record, isOver: true });
  expect(markEnded({ ...record, state: "absent" }, 1)).toMatchObject({ isOver: true });
  expect(markEnded(record, 2)).toBeUndefined();
  expect(markEnded({ ...record, state: "stored" }, 1)).toBeUndefined();
  expect(markEnded({ ...record, state: "failed" }, 1)).toBeUndefined();
});

it("is as it was claimed only in the same state, attempt and execution", () => {
  const record = claimed(once);
  expect(isClaimed(record, record)).toBe(true);
  expect(isClaimed(undefined, record)).toBe(false);
  const changes = [
    { state: "failed" },
    { attempts: 2 },
    { execution: 2 },
    { isOver: true },
  ] as const;
  for (const change of changes) {
    expect(isClaimed({ ...record, ...change }, record)).toBe(false);
  }
});
