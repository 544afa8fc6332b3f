/** What a row of the ledger is, comes to, and counts for. */
import { describe, expect, it } from "vitest";
import {
  rowOf,
  samenessOf,
  settleRow,
  tallyEffects,
  type LedgerEntry,
  type LedgerRow,
} from "./index.ts";

const entry = (more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  at: 1,
  service: "bank",
  operation: "charge",
  invocation: "i",
  execution: 1,
  request: { a: 1, b: 2 },
  response: undefined,
  ...more,
});
const row = (more: Partial<LedgerRow> = {}): LedgerRow => ({
  ...rowOf(entry(), 0),
  seq: 1,
  ...more,
});

describe("two requests are the same", () => {
  it("in any order of names", () => {
    expect(samenessOf(entry({ request: { b: 2, a: 1 } }))).toBe(samenessOf(entry()));
    expect(samenessOf(entry({ validation: false }))).toBe(samenessOf(entry()));
    expect(samenessOf(entry({ execution: 2, alias: "g", attempt: 3, at: 9 }))).toBe(
      samenessOf(entry()),
    );
  });
  it.each<Partial<LedgerEntry>>([
    { invocation: "j" },
    { service: "mail" },
    { operation: "refund" },
    { request: { a: 1 } },
    { validation: true },
  ])("not with %j", (more) => {
    expect(samenessOf(entry(more))).not.toBe(samenessOf(entry()));
  });
});

it("a row stands for what happened and is not answered, or for what may happen", () => {
  expect(rowOf(entry(), 0)).toEqual({ ...entry(), outcome: "unanswered", occurrence: 1 });
  expect(rowOf(entry({ outcome: "uncertain" }), 2)).toMatchObject({
    outcome: "uncertain",
    occurrence: 3,
  });
});

describe("a row comes to", () => {
  const error = { name: "E", message: "m" };
  const begun = row({ outcome: "uncertain" });
  it("what happened, with the service's answer where there is one", () => {
    const happened = settleRow(begun, { happened: true, response: { id: 1 } });
    expect(happened).toEqual({ ...begun, outcome: "unanswered", response: { id: 1 } });
    const silent = settleRow(row({ outcome: "uncertain", response: "kept" }), { happened: true });
    expect(silent).toMatchObject({ outcome: "unanswered", response: "kept" });
    expect(settleRow(happened, { answered: true })).toEqual({ ...happened, outcome: "answered" });
  });
  it("an error in the answer's place, which changes nothing of what is known", () => {
    expect(settleRow(begun, { error })).toEqual({ ...begun, error });
  });
  it("the word that nothing happened", () => {
    expect(settleRow(begun, { refused: error })).toEqual({ ...begun, outcome: "refused", error });
  });
});

it("counts what happened, what had happened before, and what may have", () => {
  expect(tallyEffects([])).toEqual({ effects: 0, duplicates: 0, uncertain: 0 });
  const rows = [
    row({ outcome: "answered" }),
    row({ occurrence: 2 }),
    row({ occurrence: 3 }),
    row({ outcome: "uncertain", occurrence: 3 }),
    row({ outcome: "refused", occurrence: 4 }),
    row({ outcome: "answered", occurrence: 2, validation: true }),
  ];
  expect(tallyEffects(rows)).toEqual({ effects: 3, duplicates: 2, uncertain: 1 });
});
