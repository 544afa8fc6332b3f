import { expect, it } from "vitest";
import type { ExecutionRecord, GuardRecord, LedgerRow, TraceEvent } from "../../../store/index.ts";
import { compare, type Side } from "./comparison.ts";

const about = { owner: "o", guards: "on", startedAt: 0 } as const;

function side(
  id: string,
  {
    executions = [{ ...about, number: 1, cause: "call", outcome: "completed" }],
    trace = [],
    guards = [],
    effects = [],
    execution,
  }: {
    readonly executions?: readonly ExecutionRecord[];
    readonly trace?: readonly Partial<TraceEvent>[];
    readonly guards?: readonly Partial<GuardRecord>[];
    readonly effects?: readonly Partial<LedgerRow>[];
    readonly execution?: number;
  },
): Side {
  return {
    invocation: {
      seq: 1,
      id,
      tool: "t",
      args: { of: id },
      state: "completed",
      createdAt: 0,
      last: { ...about, number: executions.length, cause: "call", outcome: "completed" },
      resumptionCrashes: 0,
    },
    executions,
    answer: undefined,
    execution,
    trace: trace.map((event, n) => ({
      n,
      type: "effect",
      at: 0,
      invocation: id,
      execution: 1,
      ...event,
    })),
    guards: guards as GuardRecord[],
    effects: effects.map((row) => ({ execution: 1, ...row }) as LedgerRow),
  };
}

function rowsOf(left: Side, right: Side): Record<string, unknown> {
  const { whole, parts } = compare(left, right);
  const named = [
    ...whole.map((row) => ["call", row] as const),
    ...parts.flatMap(({ alias, rows }) => rows.map((row) => [alias ?? "body", row] as const)),
  ];
  return Object.fromEntries(
    named.map(([of, { what, left: a, right: b, likeness }]) => [`${of} ${what}`, [a, b, likeness]]),
  );
}

const ran = [
  { type: "attempt-started", alias: "pay", kind: "atMostOnce", attempt: 1 },
  {
    type: "attempt-failed",
    alias: "pay",
    attempt: 1,
    error: { name: "NetworkError", message: "no" },
  },
  { type: "backoff", alias: "pay", ms: 200 },
  { type: "attempt-started", alias: "pay", kind: "atMostOnce", attempt: 2 },
  { type: "guard-stored", alias: "pay", kind: "atMostOnce" },
] as const;
const stored = [{ alias: "pay", state: "stored", value: { txn: 1 } }] as const;
const charge = { alias: "pay", service: "bank", operation: "charge", outcome: "answered" } as const;

it("guards are aligned by alias, with results, attempts, effects and map writes", () => {
  const rows = rowsOf(
    side("a", { trace: ran, guards: stored, effects: [charge, charge] }),
    side("b", {
      trace: [
        { type: "guard-answered", alias: "pay", kind: "atMostOnce" },
        { type: "map-written", alias: "log", map: "m", detail: 'insert "k"', outcome: "applied" },
      ],
      guards: stored,
    }),
  );
  expect(rows).toEqual({
    "call verdict": ["done twice", "nothing to do", "differs"],
    "call outcome": ["completed", "completed", "same"],
    "call arguments": [expect.any(String), expect.any(String), "differs"],
    "call executions": ["1: call, completed", "1: call, completed", "same"],
    "pay guard": [
      "atMostOnce: ran, and stored its result",
      "atMostOnce: was answered from the store",
      "differs",
    ],
    "pay result": ['{\n  "txn": 1\n}', '{\n  "txn": 1\n}', "same"],
    "pay attempts": ["2, 200 ms of backoff\n1: NetworkError: no", "", "differs"],
    "pay effects": ["bank.charge (2 times)", "", "differs"],
    "log map writes": ["", 'm: insert "k", applied', "differs"],
  });
});

it("one execution has only its own steps and effects", () => {
  const executions: ExecutionRecord[] = [
    { ...about, number: 1, cause: "call", outcome: "crashed" },
    { ...about, number: 2, cause: "resume", outcome: "completed" },
  ];
  const both = { executions, trace: ran, guards: stored, effects: [charge] };
  const rows = rowsOf(side("a", { ...both, execution: 1 }), side("a", { ...both, execution: 2 }));
  expect(rows["call outcome"]).toEqual(["crashed", "completed", "differs"]);
  expect(rows["pay attempts"]).toEqual([expect.stringMatching(/^2/), "", "differs"]);
  expect(rows["pay effects"]).toEqual(["bank.charge", "", "differs"]);
  expect(rows["call arguments"]).toBeUndefined();
  // A verdict is a whole call's.
  expect(rows["call verdict"]).toBeUndefined();
});

it("texts that differ in UUIDs only are told from those that differ", () => {
  const [a, b] = [1, 2].map((n) => `0190a0a0-0000-7000-8000-00000000000${n}`);
  const write = (key: string | undefined, also: string | undefined): Partial<TraceEvent> => ({
    type: "map-written",
    map: "m",
    detail: `insert "${key ?? ""}", "${also ?? ""}"`,
    outcome: "applied",
  });
  const verdictOf = (left: Partial<TraceEvent>, right: Partial<TraceEvent>): unknown =>
    (
      rowsOf(side("a", { trace: [left] }), side("b", { trace: [right] }))[
        "body map writes"
      ] as unknown[]
    )[2];
  expect(verdictOf(write(a, b), write(b, a))).toBe("ids");
  expect(verdictOf(write(a, b), write(a, a))).toBe("differs");
});
