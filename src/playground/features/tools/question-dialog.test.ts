/** What a server asks, and what the person's answer is. Runs in a browser. */
import {
  CreateMessageResultSchema,
  ElicitResultSchema,
  ListRootsResultSchema,
  type Result,
} from "@modelcontextprotocol/sdk/types.js";
import { createElement } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { exampleOf, playgroundLab } from "../../../testing/example.ts";
import type { Question } from "../../runtime/question.ts";
import QuestionDialog from "./question-dialog.tsx";
import { connectTo, showPart, showTools } from "./test-panel.ts";

const lab = playgroundLab();
let hide: (() => void) | undefined;
afterEach(async () => {
  hide?.();
  await lab.close();
  vi.restoreAllMocks();
  sessionStorage.clear();
});

/** Puts a question. @returns what is answered, or refused */
async function put(request: object, isAwaited = true) {
  const given = { answer: vi.fn<(result: Result) => void>(), refuse: vi.fn<() => void>() };
  const question = { id: 1, request, isAwaited, ...given } as Question;
  const playground = await lab.open(exampleOf());
  hide = showPart(playground, createElement(QuestionDialog, { question }));
  await expect.element(page.getByRole("dialog")).toBeVisible();
  return given;
}

const form = (properties: object, required: readonly string[] = []): object => ({
  method: "elicitation/create",
  params: { message: "Your flight?", requestedSchema: { type: "object", properties, required } },
});
const titled = [
  { const: "a", title: "Aisle" },
  { const: "w", title: "Window" },
];
const button = (name: string) => page.getByRole("button", { name, exact: true });

describe("a question with a form", () => {
  it("begins with its defaults, and what is shown is what is sent", async () => {
    const { answer } = await put(
      form({
        bags: { type: "integer", default: 2 },
        seat: { type: "string", oneOf: titled, default: "w" },
        meal: { type: "string", enum: ["v", "m"], enumNames: ["Vegetables", "Meat"], default: "m" },
        early: { type: "boolean", default: true },
        note: { type: "string" },
      }),
    );
    await expect.element(page.getByLabelText("bags")).toHaveValue(2);
    await expect.element(page.getByLabelText("early")).toBeChecked();
    await page.getByLabelText("meal").selectOptions("Vegetables");
    await button("Accept").click();
    const expected = { bags: 2, seat: "w", meal: "v", early: true };
    expect(answer.mock.calls).toEqual([[{ action: "accept", content: expected }]]);
    expect(ElicitResultSchema.parse(answer.mock.calls[0]?.[0])).toBeDefined();
  });

  it("lets several be chosen, each once, by their names", async () => {
    const { answer } = await put(
      form({
        seats: { type: "array", items: { anyOf: titled } },
        days: { type: "array", items: { type: "string", enum: ["Mon", "Tue"] }, default: ["Tue"] },
      }),
    );
    await page.getByRole("checkbox", { name: "Window" }).click();
    await page.getByRole("checkbox", { name: "Mon" }).click();
    await button("Accept").click();
    expect(answer.mock.calls).toEqual([
      [{ action: "accept", content: { seats: ["w"], days: ["Mon", "Tue"] } }],
    ]);
  });

  it("says what its schema has against the answer, which is sent all the same; as JSON, too", async () => {
    const { answer } = await put(form({ mail: { type: "string", format: "email" } }, ["mail"]));
    await expect.element(page.getByText('"mail" is missing.')).toBeVisible();
    await page.getByText("What is answered, as JSON").click();
    await page.getByRole("textbox", { name: "Answer as JSON" }).fill('{"mail": "x", "more": 1}');
    await expect.element(page.getByText(/You can answer all the same/)).toBeVisible();
    await button("Accept").click();
    expect(answer.mock.calls).toEqual([[{ action: "accept", content: { mail: "x", more: 1 } }]]);
  });

  it.each([
    ["Decline", "decline"],
    ["Cancel", "cancel"],
  ])("%s sends no content", async (name, action) => {
    const { answer } = await put(form({ bags: { type: "integer", default: 2 } }));
    await button(name).click();
    expect(answer.mock.calls).toEqual([[{ action }]]);
  });
});

it("a question's form and the tool's behind it share no ids: a label is its own field's", async () => {
  const playground = await lab.open(exampleOf());
  const inputSchema = { type: "object" as const, properties: { bags: { type: "integer" } } };
  await connectTo(playground, [{ name: "pack", inputSchema }]);
  const hideTools = showTools(playground);
  await expect.element(page.getByLabelText("bags")).toBeVisible();
  const { answer } = await put(form({ bags: { type: "integer" } }));
  const field = page.getByRole("dialog").getByLabelText("bags");
  await field.fill("3");
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  await button("Accept").click();
  expect(answer.mock.calls).toEqual([[{ action: "accept", content: { bags: 3 } }]]);
  hideTools();
});

it.each<[string, object, "answer" | "refuse"]>([
  ["a form", form({}), "answer"],
  ["the roots", { method: "roots/list" }, "refuse"],
])("Escape neither accepts nor declines: %s", async (_, request, how) => {
  const given = await put(request);
  await userEvent.keyboard("{Escape}");
  await expect.poll(() => given[how].mock.calls.length).toBe(1);
  if (how === "answer") expect(given.answer.mock.calls).toEqual([[{ action: "cancel" }]]);
  else expect(given.answer).not.toHaveBeenCalled();
});

describe("a question with an address", () => {
  const address = (url: string): object => ({
    method: "elicitation/create",
    params: { mode: "url", message: "Log in", url, elicitationId: "1" },
  });

  it("shows it whole, and opens it by a click alone", async () => {
    const open = vi.spyOn(window, "open").mockReturnValue(null);
    const { answer } = await put(address("https://bank.example/login?a=1"));
    await expect.element(page.getByText("https://bank.example/login?a=1")).toBeVisible();
    await expect.element(page.getByText("It opens bank.example in a new tab.")).toBeVisible();
    expect(open).not.toHaveBeenCalled();
    await button("Open and accept").click();
    const [[url, target, features] = []] = open.mock.calls;
    expect([String(url), target, features]).toEqual([
      "https://bank.example/login?a=1",
      "_blank",
      "noopener,noreferrer",
    ]);
    expect(answer.mock.calls).toEqual([[{ action: "accept" }]]);
  });

  it("for which a call has failed says so, and is answered to nobody", async () => {
    await put(address("https://bank.example/"), false);
    await expect.element(page.getByText(/Open this, then retry the call/)).toBeVisible();
    await expect.element(button("Open")).toBeVisible();
    expect(button("Decline").elements()).toEqual([]);
  });

  it("names the host as it is, whatever it looks like", async () => {
    await put(address("https://b\u0430nk.example/"));
    await expect.element(page.getByText(/xn--bnk-/)).toBeVisible();
  });

  it.each(["javascript:alert(1)", "file:///etc/passwd", "no address"])(
    "%s is shown, and cannot be opened",
    async (url) => {
      const { answer } = await put(address(url));
      await expect.element(page.getByText(url, { exact: true })).toBeVisible();
      await expect.element(page.getByText(/not opened from here/)).toBeVisible();
      expect(button("Open and accept").elements()).toEqual([]);
      await button("Decline").click();
      expect(answer.mock.calls).toEqual([[{ action: "decline" }]]);
    },
  );
});

describe("a model's answer", () => {
  const request = {
    method: "sampling/createMessage",
    params: {
      systemPrompt: "Be short.",
      messages: [
        { role: "user", content: { type: "text", text: "Summarize this." } },
        { role: "assistant", content: [{ type: "tool_use", id: "1", name: "read", input: {} }] },
      ],
      maxTokens: 100,
    },
  };

  it("is written by the person, who sees what is asked", async () => {
    const { answer } = await put(request);
    for (const text of ["Be short.", "Summarize this.", /"tool_use"/]) {
      await expect.element(page.getByText(text)).toBeVisible();
    }
    await page.getByLabelText("text").fill("It is\nshort.");
    await button("Answer").click();
    const result = CreateMessageResultSchema.parse(answer.mock.calls[0]?.[0]);
    expect(result).toMatchObject({
      role: "assistant",
      content: { type: "text", text: "It is\nshort." },
      stopReason: "endTurn",
    });
  });

  it("is refused", async () => {
    const { answer, refuse } = await put(request);
    await button("Refuse").click();
    expect(refuse).toHaveBeenCalledTimes(1);
    expect(answer).not.toHaveBeenCalled();
  });
});

it("the roots are named by the person, and the same are there when they are asked for again", async () => {
  const { answer } = await put({ method: "roots/list" });
  await page.getByLabelText("uri").fill("file:///home/me");
  await button("Answer").click();
  const expected = { roots: [{ uri: "file:///home/me", name: "project" }] };
  expect(ListRootsResultSchema.parse(answer.mock.calls[0]?.[0])).toEqual(expected);
  hide?.();
  await put({ method: "roots/list" });
  await expect.element(page.getByLabelText("uri")).toHaveValue("file:///home/me");
});
