import { ErrorCode, type JSONRPCRequest, type Result } from "@modelcontextprotocol/sdk/types.js";
import { describe, expect, it } from "vitest";
import { ask } from "./questions.ts";
import { StateCell } from "./state-cell.ts";

type Sent = Pick<JSONRPCRequest, "method" | "params">;

const requestedSchema = { type: "object", properties: { age: { type: "number" } } };
const form = (message: string, schema: object = requestedSchema): Sent => ({
  method: "elicitation/create",
  params: { message, requestedSchema: schema },
});

function open() {
  const cell = new StateCell();
  const put = (sent: Sent, signal = new AbortController().signal): Promise<Result> =>
    ask(cell, sent, signal);
  const messages = (): unknown[] =>
    cell.state.questions.map(
      ({ request: { params } }) => params && "message" in params && params.message,
    );
  return { cell, put, messages };
}

it("questions stand in the order of asking, and each answer goes to its own", async () => {
  const { cell, put, messages } = open();
  const first = put(form("How old?"));
  const second = put(form("Sure?"));
  expect(messages()).toEqual(["How old?", "Sure?"]);
  expect(cell.state.questions[0]?.request).toEqual(form("How old?"));
  const [one, two] = cell.state.questions;
  expect(one?.id).not.toBe(two?.id);
  two?.answer({ action: "decline" });
  expect(messages()).toEqual(["How old?"]);
  one?.answer({ action: "accept", content: { age: 5 } });
  expect(await first).toEqual({ action: "accept", content: { age: 5 } });
  expect(await second).toEqual({ action: "decline" });
  expect(messages()).toEqual([]);
});

it("a question that nobody needs the answer to any more is withdrawn, and only that", async () => {
  const { put, messages } = open();
  const [one, two] = [new AbortController(), new AbortController()];
  const first = put(form("one"), one.signal);
  void put(form("two"), two.signal);
  one.abort(new Error("Withdrawn."));
  expect(messages()).toEqual(["two"]);
  await expect(first).rejects.toThrow("Withdrawn.");
});

it("one whose asker was gone before it came is not asked", async () => {
  const { put, messages } = open();
  await expect(put(form("late"), AbortSignal.abort())).rejects.toThrow();
  expect(messages()).toEqual([]);
});

it("one that the person refuses is an error for who asked", async () => {
  const { cell, put } = open();
  const asking = put({ method: "roots/list" });
  cell.state.questions[0]?.refuse();
  await expect(asking).rejects.toMatchObject({ code: -1 });
  expect(cell.state.questions).toEqual([]);
});

describe("everything that MCP lets a server ask is put to the person as it was sent", () => {
  const field = (schema: object): Sent =>
    form("?", { type: "object", properties: { it: schema }, required: ["it"] });
  const titled = [
    { const: "a", title: "A" },
    { const: "b", title: "B" },
  ];
  it.each<[string, Sent]>([
    ["a text with a format", field({ type: "string", format: "email", minLength: 3 })],
    ["a default", field({ type: "integer", minimum: 1, default: 7 })],
    ["a yes or no", field({ type: "boolean", default: true })],
    ["one of some", field({ type: "string", enum: ["a", "b"], default: "b" })],
    ["one of some, by names of old", field({ type: "string", enum: ["a"], enumNames: ["A"] })],
    ["one of some, with names", field({ type: "string", oneOf: titled })],
    ["several", field({ type: "array", items: { type: "string", enum: ["a", "b"] } })],
    ["several, with names", field({ type: "array", minItems: 1, items: { anyOf: titled } })],
    ["what else its schema says", field({ type: "string", pattern: "^a" })],
    [
      "an address to open",
      {
        method: "elicitation/create",
        params: { mode: "url", message: "Log in", url: "https://a.example/", elicitationId: "1" },
      },
    ],
    [
      "a model's answer",
      {
        method: "sampling/createMessage",
        params: {
          messages: [{ role: "user", content: { type: "text", text: "Hi" } }],
          maxTokens: 9,
        },
      },
    ],
    ["the roots", { method: "roots/list" }],
  ])("%s", (_, sent) => {
    const { cell, put } = open();
    void put(sent);
    expect(cell.state.questions.map(({ request }) => request)).toEqual([sent]);
  });
});

it.each([
  [
    "of a form without its schema",
    { method: "elicitation/create", params: { message: "?" } },
    ErrorCode.InvalidParams,
  ],
  ["that the page does not know", { method: "tasks/list" }, ErrorCode.MethodNotFound],
  ["by a name that every object has", { method: "toString" }, ErrorCode.MethodNotFound],
])("a request %s is refused, and nobody is asked", async (_, sent, code) => {
  const { cell, put } = open();
  await expect(put(sent)).rejects.toMatchObject({ code });
  expect(cell.state.questions).toEqual([]);
});
