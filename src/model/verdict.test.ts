/** The verdict of a call: each row of the table, and what comes before what. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  effectsAsked,
  judgeCall,
  tallyEffects,
  VERDICTS,
  type GuardRecord,
  type InvocationRecord,
  type LedgerRow,
} from "./index.ts";

const ended = (
  more: Partial<InvocationRecord["last"]> & { readonly state?: InvocationRecord["state"] } = {},
): InvocationRecord => {
  const { state = "completed", ...last } = more;
  return {
    seq: 1,
    id: "i",
    tool: "pay",
    args: {},
    state,
    createdAt: 0,
    resumptionCrashes: 0,
    last: { number: 1, cause: "call", owner: "o", guards: "on", startedAt: 0, ...last },
  };
};
const failed = ended({ answer: { isError: true } });

let seq = 0;
type Parts = { readonly [Name in keyof LedgerRow]?: LedgerRow[Name] | undefined };
const row = (more: Parts = {}): LedgerRow => {
  const whole = {
    seq: ++seq,
    at: 0,
    service: "bank",
    operation: "charge",
    invocation: "i",
    execution: 1,
    alias: "pay",
    attempt: 1,
    position: 0,
    request: { amount: 5 },
    response: {},
    outcome: "answered",
    occurrence: 1,
    ...more,
  };
  return Object.fromEntries(
    Object.entries(whole).filter(([, part]) => part !== undefined),
  ) as unknown as LedgerRow;
};

const guard = (more: Partial<GuardRecord> = {}): GuardRecord => ({
  invocation: "i",
  invocationSeq: 1,
  alias: "pay",
  kind: "atMostOnce",
  state: "stored",
  attempts: 1,
  execution: 1,
  updatedAt: 0,
  ...more,
});

const verdictOf = (
  invocation: InvocationRecord,
  effects: readonly LedgerRow[] = [],
  guards: readonly GuardRecord[] = [guard()],
  asked: readonly string[] = [],
) => judgeCall({ invocation, effects, guards, asked });

describe("done twice", () => {
  it.each<[string, LedgerRow[]]>([
    ["by a later attempt", [row(), row({ attempt: 2 })]],
    ["by a later execution", [row(), row({ execution: 2 })]],
    ["with a fresh id for each attempt", [row(), row({ attempt: 2, request: { id: 2 } })]],
    ["by one attempt with one request", [row(), row({ position: 1 })]],
    ["in the body", [row({ alias: undefined }), row({ alias: undefined, execution: 2 })]],
    [
      "in rows of an older version, which do not tell their position",
      [row({ position: undefined }), row({ position: undefined, attempt: 2, request: 2 })],
    ],
    [
      "at the second place of its attempt, in rows without positions",
      [
        row({ position: undefined, repeatable: undefined, request: 1 }),
        row({ position: undefined, request: 2 }),
        row({ position: 1, attempt: 2, request: 3 }),
      ],
    ],
    ["though the first answer never came", [row({ outcome: "unanswered" }), row({ attempt: 2 })]],
  ])("%s", (_, effects) => {
    const judgement = verdictOf(ended(), effects, [guard({ attempts: 2 })]);
    expect(judgement).toMatchObject({ verdict: "done twice", twice: ["bank.charge"] });
    // Before everything else.
    const answer = { isError: true };
    expect(verdictOf(ended({ answer, responseLost: true }), effects)?.verdict).toBe("done twice");
  });

  it.each<[string, LedgerRow[]]>([
    ["two effects of one attempt", [row(), row({ position: 1, request: { amount: 6 } })]],
    ["other operations", [row(), row({ operation: "refund" })]],
    ["another operation of the next attempt", [row(), row({ operation: "refund", attempt: 2 })]],
    [
      "the second effect of an attempt whose first is another's, in rows without positions",
      [
        row({ position: undefined }),
        row({ position: undefined, request: 2 }),
        row({ position: undefined, alias: "other", attempt: 2, request: 2 }),
      ],
    ],
    ["the same of another guard", [row(), row({ alias: "other" })]],
    ["what is repeatable", [row({ repeatable: true }), row({ repeatable: true, attempt: 2 })]],
    ["the second run of effect validation", [row(), row({ validation: true, attempt: 2 })]],
    ["what was refused first", [row({ outcome: "refused" }), row({ attempt: 2 })]],
  ])("is not said of %s", (_, effects) => {
    expect(verdictOf(ended(), effects)?.verdict).toBe("done once");
  });

  it("says where the guards kept their word: only where a record tells of the attempts", () => {
    const twice = [row(), row({ attempt: 2 })];
    const kept = (guards: GuardRecord[], effects = twice) =>
      verdictOf(ended(), effects, guards)?.guardsKeptTheirWord;
    expect(kept([guard({ attempts: 2 })])).toBe(true);
    expect(kept([])).toBeUndefined();
    expect(kept([guard({ alias: "other", attempts: 2 })])).toBeUndefined();
    expect(kept([guard({ attempts: 1 })])).toBeUndefined();
    const body = [row({ alias: undefined }), row({ alias: undefined, execution: 2 })];
    expect(kept([guard({ attempts: 2 })], body)).toBeUndefined();
    // One of two is not enough; and an execution with the guards off is not the guards' word.
    expect(kept([guard({ attempts: 2 })], [...twice, ...body])).toBeUndefined();
    const unguarded = { ...ended(), unguarded: true } as const;
    const judged = verdictOf(unguarded, twice, [guard({ attempts: 2 })]);
    expect([judged?.verdict, judged?.guardsKeptTheirWord]).toEqual(["done twice", undefined]);
  });
});

it.each<[string, InvocationRecord, LedgerRow[], GuardRecord[]]>([
  ["the last answer was lost", ended({ responseLost: true }), [row()], [guard()]],
  ["a guard is still started", failed, [], [guard({ state: "started" })]],
  ["an effect may have happened", ended(), [row({ outcome: "uncertain" })], [guard()]],
  ["an error followed an effect", failed, [row()], [guard({ state: "failed" })]],
  ["a failure followed an effect", ended({ state: "failed" }), [row()], [guard()]],
  ["a cancellation followed an effect", ended({ state: "cancelled" }), [row()], [guard()]],
])("unknown, for %s", (_, invocation, effects, guards) => {
  expect(verdictOf(invocation, effects, guards)?.verdict).toBe("unknown");
});

it.each<[string, InvocationRecord, LedgerRow[]]>([
  ["an error", failed, []],
  ["a failure", ended({ state: "failed" }), []],
  ["a cancellation", ended({ state: "cancelled" }), []],
  ["an error after a refusal", failed, [row({ outcome: "refused" })]],
  ["an error after what may be repeated", failed, [row({ repeatable: true })]],
])("not done: %s, and no effect", (_, invocation, effects) => {
  expect(verdictOf(invocation, effects, [guard({ state: "failed" })])?.verdict).toBe("not done");
});

it("what may be repeated and may have happened leaves nothing unknown", () => {
  const uncertain = row({ outcome: "uncertain", repeatable: true });
  expect(verdictOf(ended(), [uncertain])?.verdict).toBe("done once");
  expect(verdictOf(ended({ state: "failed" }), [uncertain])?.verdict).toBe("not done");
});

it("what was asked for is told by the recording, each once", () => {
  const event = { n: 1, at: 0, invocation: "i", execution: 1 } as const;
  const asked = effectsAsked([
    { ...event, type: "effect", detail: "bank.charge", outcome: "refused" },
    { ...event, type: "effect", detail: "bank.charge", outcome: "happened" },
    { ...event, type: "effect", detail: "mail.send", outcome: "not begun" },
    { ...event, type: "effect" },
    { ...event, type: "notification", detail: "notifications/progress" },
  ]);
  expect(asked).toEqual(["bank.charge", "mail.send"]);
});

it("nothing to do where none was asked for, done once where one was, and names what is missing", () => {
  expect(verdictOf(ended(), [], [])).toMatchObject({ verdict: "nothing to do", missing: [] });
  expect(verdictOf(ended(), [row()])).toMatchObject({ verdict: "done once", missing: [] });
  expect(verdictOf(ended(), [row({ repeatable: true })])?.verdict).toBe("done once");
  expect(verdictOf(ended(), [], [], ["mail.send"])).toMatchObject({
    verdict: "done once",
    missing: ["mail.send"],
  });
  expect(verdictOf(ended(), [row({ outcome: "uncertain" })])?.missing).toEqual([]);
  expect(judgeCall({ invocation: ended(), effects: [], guards: [] })).toMatchObject({
    verdict: "nothing to do",
    missing: [],
  });
  expect(verdictOf(ended(), [row({ outcome: "refused" })])?.missing).toEqual(["bank.charge"]);
  expect(verdictOf(ended(), [row()], [], ["bank.charge", "mail.send"])?.missing).toEqual([
    "mail.send",
  ]);
});

it("names a refused effect beside another of its name that happened, but not one that a later attempt did", () => {
  const [first, second] = [row({ position: 0 }), row({ position: 1, outcome: "refused" })];
  expect(verdictOf(ended(), [first, second])).toMatchObject({
    verdict: "done once",
    missing: ["bank.charge"],
  });
  const again = row({ position: 1, attempt: 2 });
  expect(verdictOf(ended(), [row({ position: 1, outcome: "refused" }), again])?.missing).toEqual(
    [],
  );
});

it.each(["running", "interrupted"] as const)("a call that is %s has none yet", (state) => {
  expect(verdictOf(ended({ state }), [row(), row({ attempt: 2 })])).toBeUndefined();
});

it("counts what happened, what was repeated by request, and what is uncertain", () => {
  const rows = [
    row(),
    row({ occurrence: 2, outcome: "unanswered" }),
    row({ outcome: "uncertain" }),
    row({ outcome: "refused" }),
    row({ validation: true }),
  ];
  expect(tallyEffects(rows)).toEqual({ effects: 2, duplicates: 1, uncertain: 1 });
});

it("is the same whatever order the guards come in, and always one of the five", () => {
  const outcome = fc.constantFrom("answered", "unanswered", "uncertain", "refused");
  const effect = fc.record({
    execution: fc.integer({ min: 1, max: 3 }),
    attempt: fc.integer({ min: 1, max: 3 }),
    position: fc.integer({ min: 0, max: 1 }),
    alias: fc.constantFrom("a", "b", undefined),
    request: fc.integer({ min: 0, max: 1 }),
    outcome: outcome,
    validation: fc.boolean(),
  });
  const state = fc.constantFrom("absent", "started", "stored", "failed");
  fc.assert(
    fc.property(
      fc.array(effect, { maxLength: 6 }),
      fc.array(state as fc.Arbitrary<GuardRecord["state"]>, { maxLength: 3 }),
      fc.boolean(),
      (effects, states, isError) => {
        const rows = effects.map((each) => row(each));
        const guards = states.map((state, index) => guard({ state, alias: "abc"[index] ?? "" }));
        const invocation = ended({ answer: { isError } });
        const judgement = verdictOf(invocation, rows, guards);
        expect(VERDICTS).toContain(judgement?.verdict);
        expect(verdictOf(invocation, rows, guards.toReversed())).toEqual(judgement);
        // Success is never told of an error, and nothing is called done once that was not asked for.
        if (isError) expect(["done once", "nothing to do"]).not.toContain(judgement?.verdict);
      },
    ),
  );
});
