import { describe, expect, it, onTestFinished, vi } from "vitest";
import { asError, StateCell } from "./state-cell.ts";

it("listeners are told of each change until they leave; the snapshot is another only then", () => {
  const cell = new StateCell();
  const seen: string[] = [];
  const end = cell.subscribe(() => seen.push(cell.state.server));
  const before = cell.state;
  cell.set({ server: "running" });
  cell.set({ server: "crashed" });
  end();
  cell.set({ server: "stopped" });
  expect(seen).toEqual(["running", "crashed"]);
  expect(before.server).toBe("starting");
  expect(cell.state).toEqual({ ...before, server: "stopped" });
});

it("who draws is told at once, and then of all that has changed meanwhile", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const cell = new StateCell();
  const seen: number[] = [];
  const end = cell.subscribePaced(() => seen.push(cell.state.log.length));
  for (let n = 0; n < 100; n++) cell.log("info", "line");
  expect(seen).toEqual([1]);
  vi.advanceTimersByTime(50);
  expect(seen).toEqual([1, 100]);
  // Nothing has changed since.
  vi.advanceTimersByTime(500);
  expect(seen).toEqual([1, 100]);
  cell.log("info", "line");
  expect(seen).toEqual([1, 100, 101]);
  end();
});

it("what a person does is drawn at once, however much a server sends", () => {
  const cell = new StateCell();
  let drawn = cell.state;
  onTestFinished(cell.subscribePaced(() => (drawn = cell.state)));
  cell.log("info", "line");
  cell.log("info", "line");
  expect(drawn.log).toHaveLength(1);
  cell.set({ drafts: { pay: '{ "amount": 31 }' } });
  expect(drawn).toBe(cell.state);
  expect(drawn.log).toHaveLength(2);
});

describe("attempt", () => {
  it("says whether the work succeeded, and tells what it threw", async () => {
    const cell = new StateCell();
    expect(await cell.attempt(() => Promise.resolve())).toBe(true);
    expect(cell.state).toMatchObject({ log: [] });
    expect(cell.state.problem).toBeUndefined();
    expect(await cell.attempt(() => Promise.reject(new Error("no disk")))).toBe(false);
    expect(cell.state.problem).toBe("no disk");
    const thrown: unknown = "no error";
    const failing = cell.attempt(() => {
      throw asError(thrown);
    });
    expect(await failing).toBe(false);
    expect(cell.state.problem).toBe("no error");
    expect(cell.state.log.map(({ level, text }) => [level, text])).toEqual([
      ["error", "no disk"],
      ["error", "no error"],
    ]);
  });
});

it("the log keeps its newest 200 lines, each with a number of its own", () => {
  const cell = new StateCell();
  for (let n = 1; n <= 250; n++) cell.log("info", `line ${n}`);
  const { log } = cell.state;
  expect(log).toHaveLength(200);
  expect([log[0]?.text, log.at(-1)?.text]).toEqual(["line 51", "line 250"]);
  expect(new Set(log.map(({ id }) => id)).size).toBe(200);
});

describe("until", () => {
  it("resolves at once where it is so already, and else with the change that makes it so", async () => {
    const cell = new StateCell();
    await cell.until(({ server }) => server === "starting");
    let isMet = false;
    const waiting = cell.until(({ server }) => server === "running").then(() => (isMet = true));
    cell.set({ server: "crashed" });
    await Promise.resolve();
    expect(isMet).toBe(false);
    cell.set({ server: "running" });
    await waiting;
    expect(isMet).toBe(true);
  });

  it("rejects with the signal's reason, before or while it waits, and asks no more then", async () => {
    const cell = new StateCell();
    const abort = new AbortController();
    let asked = 0;
    const never = (): boolean => {
      asked++;
      return false;
    };
    const waiting = cell.until(never, abort.signal);
    abort.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await expect(cell.until(() => true, abort.signal)).rejects.toThrow("enough");
    const before = asked;
    cell.set({ server: "running" });
    expect(asked).toBe(before);
  });
});
