/** The tools as a server lists them: found, told apart, and called with what is shown. Runs in a browser. */
import "../../styles.css";
import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, expect, it } from "vitest";
import { page, userEvent } from "vitest/browser";
import { exampleOf, playgroundLab } from "../../../testing/example.ts";
import { connectTo, showTools } from "./test-panel.ts";

const lab = playgroundLab();
let hide: (() => void) | undefined;
afterEach(async () => {
  hide?.();
  await lab.close();
  sessionStorage.clear();
});

async function show(...tools: readonly Partial<Tool>[]) {
  const playground = await lab.open(exampleOf());
  const inputSchema = { type: "object" as const };
  const calls = await connectTo(
    playground,
    tools.map((tool, index) => ({ name: `tool_${index}`, inputSchema, ...tool })),
  );
  hide = showTools(playground);
  return calls;
}

const inputSchema = {
  type: "object" as const,
  properties: { amount: { type: "integer" }, note: { type: "string" } },
};
const json = page.getByRole("textbox", { name: "Arguments as JSON" });
const called = page.getByRole("button", { name: /^Call / });

it("many are searched by name and description, and the one that is found is called", async () => {
  const many = Array.from({ length: 300 }, (_, n) => ({
    name: `tool_${n}`,
    description: n === 217 ? "Sends a letter\nby post." : "Does something.",
  }));
  const calls = await show(...many);
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByPlaceholder("A tool’s name, or what it does").fill("letter POST");
  const found = page.getByRole("dialog").getByRole("option");
  await expect.element(found).toHaveTextContent(/^tool_217/);
  // By what it says, and not by the words around it.
  await page.getByRole("combobox", { name: "Search among the tools" }).fill("tools");
  await expect.element(page.getByText(/No tool has these words/)).toBeVisible();
  await page.getByRole("combobox", { name: "Search among the tools" }).fill("letter");
  await expect.element(found).toHaveTextContent(/^tool_217/);
  await userEvent.keyboard("{Enter}");
  await expect.element(called).toHaveTextContent("Call tool_217");
  await called.click();
  await expect.poll(() => calls.map(({ name }) => name)).toEqual(["tool_217"]);
});

it("a few are not searched", async () => {
  await show({}, {});
  await expect.element(called).toBeVisible();
  expect(page.getByRole("button", { name: "Search" }).elements()).toEqual([]);
});

it("its title, its description's lines and what it says of itself are shown, and the form stays in sight", async () => {
  await show({
    title: "Pay a bill",
    description: Array.from({ length: 400 }, (_, n) => `Line ${n}.`).join("\n"),
    annotations: { readOnlyHint: false, idempotentHint: true, openWorldHint: true },
    inputSchema,
  });
  await expect.element(page.getByText("Pay a bill")).toBeVisible();
  await expect.element(page.getByText("writes · idempotent · acts outside")).toBeVisible();
  const about = page.getByText(/Line 0\.\nLine 1\./);
  expect(about.element().clientHeight).toBeLessThan(200);
  await expect.element(page.getByLabelText("amount")).toBeVisible();
});

it("a number that is sent as another says so, where it is typed as JSON and where it is a field", async () => {
  const calls = await show({ inputSchema });
  const reported = page.getByText("9007199254740993 is sent as 9007199254740992");
  await json.fill('{"amount": 9007199254740993}');
  await expect.element(reported).toBeVisible();
  await json.fill('{"amount": 12}');
  await expect.element(reported).not.toBeInTheDocument();
  await page.getByLabelText("amount").fill("9007199254740993");
  await expect.element(reported).toBeVisible();
  // It is shown as it is sent.
  await expect.element(page.getByLabelText("amount")).toHaveValue(9007199254740992);
  await called.click();
  await expect
    .poll(() => calls.map((call) => call.arguments))
    .toEqual([{ amount: 9007199254740992 }]);
  await page.getByLabelText("amount").fill("5");
  await expect.element(reported).not.toBeInTheDocument();
});

it("a tool whose output schema throws costs none of the others, and is called itself", async () => {
  const id = "http://[";
  const outputSchema = { type: "object" as const, $id: id, properties: { a: { pattern: "(" } } };
  const calls = await show({}, { outputSchema }, {});
  await page.getByRole("combobox", { name: "Tool" }).selectOptions("tool_1");
  await expect.element(called).toHaveTextContent("Call tool_1");
  await called.click();
  await expect.poll(() => calls.map(({ name }) => name)).toEqual(["tool_1"]);
});
