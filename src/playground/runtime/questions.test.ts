import { expect, it } from "vitest";
import { Questions } from "./questions.ts";
import { StateCell } from "./state-cell.ts";

const requestedSchema = { type: "object", properties: { age: { type: "number" } } } as const;

function open() {
  const cell = new StateCell();
  const questions = new Questions(cell);
  const messages = (): string[] => cell.state.questions.map(({ message }) => message);
  return { cell, questions, messages };
}

it("questions stand in the order of asking, and each answer goes to its own", async () => {
  const { cell, questions, messages } = open();
  const { signal } = new AbortController();
  const first = questions.ask({ message: "How old?", requestedSchema }, signal);
  const second = questions.ask({ message: "Sure?", requestedSchema }, signal);
  expect(messages()).toEqual(["How old?", "Sure?"]);
  expect(cell.state.questions[0]?.schema).toEqual(requestedSchema);
  const [one, two] = cell.state.questions;
  expect(one?.id).not.toBe(two?.id);
  two?.answer({ action: "decline" });
  expect(messages()).toEqual(["How old?"]);
  one?.answer({ action: "accept", content: { age: 5 } });
  expect(await first).toEqual({ action: "accept", content: { age: 5 } });
  expect(await second).toEqual({ action: "decline" });
  expect(messages()).toEqual([]);
});

it("a question that nobody needs the answer to any more is withdrawn, and only that", () => {
  const { questions, messages } = open();
  const [one, two] = [new AbortController(), new AbortController()];
  void questions.ask({ message: "one", requestedSchema }, one.signal);
  void questions.ask({ message: "two", requestedSchema }, two.signal);
  one.abort();
  expect(messages()).toEqual(["two"]);
});

it("one whose asker was gone before it came is not asked", async () => {
  const { questions, messages } = open();
  const asking = questions.ask({ message: "late", requestedSchema }, AbortSignal.abort());
  await expect(asking).rejects.toThrow();
  expect(messages()).toEqual([]);
});

it("one without a form has an empty one", () => {
  const { cell, questions } = open();
  const { signal } = new AbortController();
  const url = { mode: "url", message: "Look", url: "http://x", elicitationId: "e" } as const;
  void questions.ask(url, signal);
  expect(cell.state.questions[0]?.schema).toEqual({});
});
