import { expect, it } from "vitest";
import type { ExecutionRecord, TraceEvent } from "../../../store/index.ts";
import { timelineOf } from "./lanes.ts";

const execution = (number: number, rest: Partial<ExecutionRecord>): ExecutionRecord => ({
  number,
  cause: "call",
  owner: "o",
  guards: "on",
  startedAt: 0,
  ...rest,
});

const call = (...executions: ExecutionRecord[]): readonly ExecutionRecord[] => executions;

const round = (part: number): number => Math.round(part * 1000) / 1000;

let n = 0;
const event = (
  type: TraceEvent["type"],
  at: number,
  rest: Partial<TraceEvent> = {},
): TraceEvent => ({ n: ++n, type, at, invocation: "i", execution: 1, ...rest });

it("an attempt lasts until it ends, a backoff until its next attempt is due", () => {
  const alias = "pay";
  const [lane] = timelineOf(
    call(execution(1, { endedAt: 100, outcome: "completed" })),
    [
      event("attempt-started", 10, { alias }),
      event("attempt-failed", 20, { alias }),
      event("backoff", 20, { alias, ms: 30 }),
      event("attempt-started", 50, { alias }),
      event("map-written", 60, { map: "m", outcome: "applied" }),
      event("effect", 70, { alias, outcome: "happened" }),
      event("guard-stored", 80, { alias }),
    ],
    false,
    0,
  );
  const rows = lane?.rows.map((row) => [
    row.alias,
    row.marks.map(({ kind, from, to, end }) => [kind, round(from), round(to), end]),
  ]);
  expect(rows).toEqual([
    [
      alias,
      [
        ["ran", 0.1, 0.2, "failed"],
        ["waited", 0.2, 0.5, undefined],
        ["ran", 0.5, 0.8, "stored"],
        ["effect", 0.7, 0.7, undefined],
      ],
    ],
    // The body's row stands where its first step came: the guard's had begun before.
    [undefined, [["wrote", 0.6, 0.6, undefined]]],
  ]);
});

it("a pause lies before the event that tells its length, and is a break where it was long", () => {
  const alias = "pay";
  const [lane] = timelineOf(
    call(execution(1, { endedAt: 10_020, outcome: "completed" })),
    [
      event("attempt-started", 5, { alias }),
      event("paused", 10, { alias }),
      event("continued", 10_010, { alias, ms: 10_000 }),
      event("guard-stored", 10_015, { alias }),
    ],
    false,
    0,
  );
  expect(lane?.breaks.map(({ ms }) => ms)).toEqual([10_000]);
  expect(lane?.to).toBe(1);
  expect(lane?.rows[0]?.marks.map(({ kind }) => kind)).toEqual(["ran", "paused", "note"]);
});

it("the time between executions is cut out, however long; a crash cuts what was running", () => {
  const lanes = timelineOf(
    call(
      execution(1, { endedAt: 1_000_000, outcome: "crashed" }),
      execution(2, { cause: "resume", startedAt: 2_000_000, endedAt: 2_000_050 }),
    ),
    [
      event("attempt-started", 0, { alias: "a" }),
      event("fault", 50, { alias: "a", fault: "crash" }),
      event("interrupted", 1_000_000),
      event("guard-refused", 2_000_010, { alias: "a", execution: 2 }),
    ],
    false,
    0,
  );
  expect(
    lanes.map(({ from, to, isCrashed, gapMs }) => [round(from), round(to), isCrashed, gapMs]),
  ).toEqual([
    [0, 0.47, true, undefined],
    [0.53, 1, false, 1_999_950],
  ]);
  expect(lanes[0]?.rows[0]?.marks).toMatchObject([{ kind: "ran", end: "cut" }, {}]);
  expect(lanes[1]?.rows[0]?.marks).toMatchObject([{ kind: "refused" }]);
});

it("what is running is drawn to now, and without any event there is a lane all the same", () => {
  const running = timelineOf(
    call(execution(1, {})),
    [event("attempt-started", 0, { alias: "a" })],
    false,
    40,
  );
  expect(running[0]?.rows[0]?.marks).toMatchObject([{ from: 0, to: 1 }]);
  expect(running[0]?.rows[0]?.marks[0]?.end).toBeUndefined();
  expect(timelineOf(call(execution(1, {})), [], false, 0)).toMatchObject([
    { from: 0, to: 1, rows: [] },
  ]);
});

it("no mark covers another: marks of one moment stand side by side, within their lane", () => {
  const alias = "pay";
  const [first, second] = timelineOf(
    call(
      execution(1, { endedAt: 100, outcome: "crashed" }),
      execution(2, { startedAt: 200, endedAt: 300 }),
    ),
    [
      event("attempt-started", 100, { alias }),
      event("effect", 100, { alias, outcome: "happened" }),
      event("fault", 100, { alias, fault: "crash" }),
      event("attempt-started", 201, { alias, execution: 2 }),
      event("attempt-failed", 202, { alias, execution: 2 }),
      event("attempt-started", 203, { alias, execution: 2 }),
      event("guard-stored", 204, { alias, execution: 2 }),
    ],
    false,
    0,
  );
  const marksOf = (lane: typeof first) =>
    lane?.rows[0]?.marks.map(({ kind, from, to }) => [kind, round(from), round(to)]);
  expect(marksOf(first)).toEqual([
    ["effect", 0.44, 0.44],
    ["ran", 0.47, 0.47],
    ["fault", 0.47, 0.47],
  ]);
  expect(marksOf(second)).toEqual([
    ["ran", 0.535, 0.539],
    ["ran", 0.565, 0.565],
  ]);
});

it.each<[TraceEvent["type"], string | undefined, string]>([
  ["effect", "happened", "effect"],
  ["effect", "answer lost", "lost"],
  ["effect", "may have happened", "lost"],
  ["effect", "refused", "refused"],
  ["effect", "not begun", "refused"],
  ["effect", "not recorded", "note"],
  ["map-written", "applied", "wrote"],
  ["map-written", "deduplicated", "answered"],
  ["map-written", "differs", "answered"],
  ["guard-answered", undefined, "answered"],
  ["guard-refused", undefined, "refused"],
  ["notification", undefined, "note"],
])("%s, %s: is drawn as %s", (type, outcome, kind) => {
  const [lane] = timelineOf(
    call(execution(1, { endedAt: 9 })),
    [event(type, 1, outcome === undefined ? {} : { outcome })],
    false,
    0,
  );
  expect(lane?.rows[0]?.marks).toMatchObject([{ kind }]);
});

it("however many executions there are, each is drawn forwards, within the axis", () => {
  const many = Array.from({ length: 40 }, (_, index) =>
    execution(index + 1, { startedAt: index * 1000, endedAt: index * 1000 + 5 }),
  );
  const lanes = timelineOf(many, [], false, 0);
  expect(lanes.every(({ from, to }) => to > from)).toBe(true);
  expect(lanes.at(-1)?.to).toBeCloseTo(1);
});
