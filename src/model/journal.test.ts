/** The journal's rules: what begins, what ends, and what becomes of what a death has left. */
import { beforeEach, describe, expect, it } from "vitest";
import {
  begin,
  countAttempts,
  end,
  goesOn,
  hold,
  interrupt,
  isLeftBehind,
  isPending,
  lastExecution,
  matchesFilter,
  MAX_RESUMPTION_CRASHES,
  missingTool,
  summarizeAnswer,
  traceInterruption,
  trimRecording,
  type BeginExecution,
  type InvocationRecord,
} from "./index.ts";

const asked: BeginExecution = {
  id: "i",
  tool: "t",
  args: { a: 1, b: 2 },
  as: "client",
  owner: "o",
  guards: "on",
  at: 5,
};

function begun(found?: InvocationRecord, change: Partial<BeginExecution> = {}): InvocationRecord {
  const outcome = begin(found, { ...asked, ...change });
  if (!outcome.begun) throw new Error(outcome.reason);
  return { seq: 1, ...outcome.invocation };
}

let running: InvocationRecord;
let completed: InvocationRecord;
beforeEach(() => {
  running = begun();
  completed = end({ begun: running, outcome: "completed", at: 6, response: { content: [] } });
});

describe("an execution begins", () => {
  it("the first as a call, later ones as retries, each with the next number", () => {
    expect(running).toMatchObject({
      state: "running",
      createdAt: 5,
      last: { number: 1, cause: "call" },
    });
    const retry = begun(completed, { at: 9 });
    expect(retry).toMatchObject({
      createdAt: 5,
      last: { number: 2, cause: "retry", startedAt: 9 },
    });
    expect(begin(completed, asked)).toMatchObject({ earlier: { number: 1, outcome: "completed" } });
  });

  it("not while another server executes it", () => {
    expect(begin(running, { ...asked, owner: "p" })).toEqual({
      begun: false,
      reason: "running",
      owner: "o",
    });
  });

  it("where the same server had left it running: that execution is over", () => {
    const outcome = begin(running, asked);
    expect(outcome).toMatchObject({
      begun: true,
      invocation: { last: { number: 2, cause: "retry" } },
      earlier: { number: 1, outcome: "crashed", endedAt: 5 },
    });
  });

  it("not for another tool or other arguments, whatever their order", () => {
    const refused = { begun: false, reason: "other-request" };
    expect(begin(completed, { ...asked, tool: "u" })).toEqual(refused);
    expect(begin(completed, { ...asked, args: { a: 1, b: 3 } })).toEqual(refused);
    expect(begin(completed, { ...asked, args: { b: 2, a: 1 } })).toMatchObject({ begun: true });
  });

  it("not where it was known and is gone", () => {
    expect(begin(undefined, { ...asked, isKnown: true })).toEqual({
      begun: false,
      reason: "wiped",
    });
  });

  it("as a resumption only where it is interrupted and not held", () => {
    const refused = { begun: false, reason: "not-interrupted" };
    const resume = { ...asked, as: "resume", owner: "p" } as const;
    const interrupted = interrupt(running, 7);
    expect(begin(completed, resume)).toEqual(refused);
    expect(begin(running, resume)).toEqual(refused);
    expect(begin({ ...interrupted, held: "why" }, resume)).toEqual(refused);
    expect(begun(interrupted, resume).last).toMatchObject({ number: 2, cause: "resume" });
    // A server that has the tool is not held up by one that lacks it.
    const lacking = begun({ ...interrupted, held: missingTool("t") }, resume);
    expect(lacking.last).toMatchObject({ number: 2, cause: "resume" });
    expect(lacking.held).toBeUndefined();
    expect(begin({ ...interrupted, held: missingTool("u") }, resume)).toEqual(refused);
  });

  it("numbered by the store where it is new, and by its number where it is not", () => {
    expect(begin(undefined, asked)).toEqual({
      begun: true,
      invocation: {
        id: "i",
        tool: "t",
        args: asked.args,
        state: "running",
        createdAt: 5,
        last: { number: 1, cause: "call", owner: "o", guards: "on", startedAt: 5 },
        resumptionCrashes: 0,
      },
    });
    expect(begin({ ...completed, seq: 7 }, asked)).toMatchObject({ invocation: { seq: 7 } });
  });

  it("and keeps what was trimmed of it", () => {
    const trimmed = { ...completed, trimmed: { attempts: 2 } };
    expect(begun(trimmed).trimmed).toEqual({ attempts: 2 });
    expect(completed).not.toHaveProperty("trimmed");
  });

  it("and remembers that one ran with the guards off", () => {
    const off = begun(undefined, { guards: "off" });
    expect(off.unguarded).toBe(true);
    const ended = end({ begun: off, outcome: "failed", at: 6 });
    expect(begun(ended).unguarded).toBe(true);
    expect(running.unguarded).toBeUndefined();
  });
});

describe("an execution ends", () => {
  it("with its outcome, a summary of its answer, and what it left", () => {
    const response = { content: [], structuredContent: { status: "error", error_type: "no" } };
    const unfinished = ['guard "a"'];
    expect(
      end({
        begun: running,
        outcome: "completed",
        at: 8,
        response,
        responseLost: true,
        unfinished,
      }),
    ).toMatchObject({
      state: "completed",
      last: {
        outcome: "completed",
        endedAt: 8,
        answer: { isError: true, status: "error", errorType: "no" },
        responseLost: true,
        unfinished,
      },
    });
    expect(completed.last).not.toHaveProperty("unfinished");
    expect(completed.last.answer).toEqual({ isError: false });
    const silent = end({ begun: running, outcome: "cancelled", at: 6 });
    expect(Object.keys(silent.last)).toEqual([...Object.keys(running.last), "outcome", "endedAt"]);
  });

  it("and a success forgets the crashes of earlier resumptions", () => {
    const resumed = begun(interrupt(running, 7), { as: "resume", owner: "p" });
    const crashed = interrupt(resumed, 8);
    expect(crashed.resumptionCrashes).toBe(1);
    const again = begun(crashed, { as: "resume", owner: "q" });
    expect(end({ begun: again, outcome: "completed", at: 9 }).resumptionCrashes).toBe(0);
  });
});

describe("a death", () => {
  it("interrupts, and holds what has crashed in three resumptions in a row", () => {
    let invocation = interrupt(running, 7);
    expect(invocation).toMatchObject({
      state: "interrupted",
      resumptionCrashes: 0,
      last: { outcome: "crashed", endedAt: 7 },
    });
    for (let crash = 1; crash <= MAX_RESUMPTION_CRASHES; crash++) {
      expect(invocation.held).toBeUndefined();
      invocation = interrupt(begun(invocation, { as: "resume", owner: "p" }), 8);
      expect(invocation.resumptionCrashes).toBe(crash);
    }
    expect(invocation.held).toBe("Its resumption crashed 3 times in a row.");
  });

  it("of a server leaves what it was executing, and nothing else", () => {
    expect(isLeftBehind(running, ["p", "o"])).toBe(true);
    expect(isLeftBehind(running, ["p"])).toBe(false);
    expect(isLeftBehind(completed, ["o"])).toBe(false);
    expect(isLeftBehind(interrupt(running, 7), ["o"])).toBe(false);
  });

  it("of a client's own retry is none of a resumption", () => {
    const resumed = interrupt(begun(interrupt(running, 7), { as: "resume", owner: "p" }), 8);
    expect(interrupt(begun(resumed), 9).resumptionCrashes).toBe(0);
  });
});

it("a server that starts looks for what is running and for what is interrupted", () => {
  const states = ["running", "completed", "failed", "interrupted", "cancelled"] as const;
  expect(states.filter(isPending)).toEqual(["running", "interrupted"]);
});

it("goes on by itself what is under way or is going to be resumed, and what is held does not", () => {
  const states = ["running", "completed", "failed", "interrupted", "cancelled"] as const;
  const goingOn = (held?: string) =>
    states.filter((state) => goesOn({ tool: "t", state, ...(held !== undefined && { held }) }));
  expect(goingOn()).toEqual(["running", "interrupted"]);
  expect(goingOn("A person looks at it.")).toEqual(["running"]);
  // Another server may have the tool.
  expect(goingOn(missingTool("t"))).toEqual(["running", "interrupted"]);
});

it("attempts are those of the records, of the recording, and of what was trimmed of it", () => {
  expect(countAttempts(completed, 2, 0)).toEqual({ attempts: 2, atLeast: false });
  expect(countAttempts({ ...completed, unguarded: true }, 2, 3)).toEqual({
    attempts: 5,
    atLeast: true,
  });
  const trimmed = trimRecording(completed, 3);
  expect(trimmed).toEqual({ ...completed, trimmed: { attempts: 3 } });
  expect(trimRecording(trimmed, 4)).toEqual({ ...completed, trimmed: { attempts: 7 } });
  expect(countAttempts(trimmed, 2, 1).attempts).toBe(6);
});

it("an interruption is traced after all that the execution tells itself, and says why it is held", () => {
  const about = { at: 9, invocation: "i", execution: 1 };
  const interrupted = { ...about, n: 2 ** 32, type: "interrupted" };
  expect(traceInterruption(interrupt(running, 7), 9)).toEqual([interrupted]);
  expect(traceInterruption({ ...interrupt(running, 7), held: "why" }, 9)).toEqual([
    interrupted,
    { ...about, n: 2 ** 32 + 1, type: "held", detail: "why" },
  ]);
});

it("the last execution is named by the invocation's number and its own", () => {
  expect(lastExecution({ ...begun(completed), seq: 4 })).toEqual({
    invocationSeq: 4,
    execution: 2,
  });
});

it("only an interrupted invocation is held; freed of its crashes, it is as new", () => {
  const interrupted = { ...interrupt(running, 7), resumptionCrashes: 3 };
  expect(hold(running, "why")).toBeUndefined();
  expect(hold(completed, "why")).toBeUndefined();
  expect(hold(interrupted, "why")).toMatchObject({ held: "why", resumptionCrashes: 3 });
  const freed = hold({ ...interrupted, held: "why" }, undefined);
  expect(freed).toMatchObject({ resumptionCrashes: 0 });
  expect(freed).not.toHaveProperty("held");
  // Freed of another reason, its crashes still count.
  const missing = { ...interrupted, resumptionCrashes: 2, held: "no such tool" };
  expect(hold(missing, undefined)).toMatchObject({ resumptionCrashes: 2 });
});

it.each<[unknown, boolean]>([
  [{ error: { code: 1, message: "" } }, true],
  [{ isError: true, content: [] }, true],
  [{ structuredContent: { status: "error" } }, true],
  [{ structuredContent: { status: "success" } }, false],
  [{ content: [] }, false],
  [null, false],
])("the summary of %j tells whether it is an error: %s", (response, isError) => {
  expect(summarizeAnswer(response).isError).toBe(isError);
});

it("the summary of an answer keeps the beginning of what it says of itself, where that is text", () => {
  const said = (status: unknown, error_type?: unknown) =>
    summarizeAnswer({ structuredContent: { status, error_type } });
  expect(said("x".repeat(101), "y".repeat(101))).toEqual({
    isError: false,
    status: "x".repeat(100),
    errorType: "y".repeat(100),
  });
  expect(said(7, { no: 1 })).toEqual({ isError: false });
  expect(summarizeAnswer({ isError: "true" })).toEqual({ isError: false });
});

it("a filter takes what fits all that it names", () => {
  const call = { ...completed, createdAt: 5 };
  expect(matchesFilter(call, {})).toBe(true);
  for (const [filter, fits] of [
    [{ tool: "t" }, true],
    [{ tool: "u" }, false],
    [{ state: "completed" }, true],
    [{ state: "failed" }, false],
    [{ errors: true }, false],
    [{ since: 5 }, true],
    [{ since: 6 }, false],
    [{ text: '"B":2' }, true],
    [{ text: "answered" }, true],
    [{ text: "elsewhere" }, false],
    [{ tool: "t", state: "failed" }, false],
  ] as const) {
    expect(matchesFilter(call, filter, [{ text: "ANSWERED" }]), JSON.stringify(filter)).toBe(fits);
  }
  const failed = end({ begun: running, outcome: "failed", at: 6 });
  expect(matchesFilter(failed, { errors: true })).toBe(true);
  expect(matchesFilter(running, { errors: true })).toBe(false);
  // No text is found across two parts, nor where there are no answers.
  expect(matchesFilter(call, { text: "1}i" }, [1])).toBe(false);
  expect(matchesFilter({ ...call, args: { a: "x" } }, { text: '}"y' }, ["y"])).toBe(false);
  expect(matchesFilter(call, { text: "stryker" })).toBe(false);
  expect(matchesFilter(call, { text: "7n" }, [{ n: 7n }])).toBe(false);
  expect(matchesFilter(call, { text: "[object" }, [{ n: 7n }])).toBe(true);
});
