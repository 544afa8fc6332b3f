/** The tools of published MCP servers, and two schemas that others have met: each has a form that can be filled in. */
import { createElement } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { describe, expect, it } from "vitest";
import { initialArguments, parseArguments } from "../../runtime/arguments.ts";
import { problemsOf } from "../../runtime/schema-problems.ts";
import SchemaForm from "./schema-form.tsx";

interface ListedTool {
  readonly name: string;
  readonly inputSchema: Record<string, unknown>;
  readonly outputSchema?: Record<string, unknown>;
}

/** Made by `npm run tool-lists`. */
const lists = import.meta.glob<readonly ListedTool[]>("../../../testing/tool-lists/*.json", {
  import: "default",
});
/** Reported of servers that could not be asked here. */
const REPORTED: readonly ListedTool[] = [
  {
    // What zod's `z.lazy` is listed as.
    name: "lazy",
    inputSchema: {
      type: "object",
      properties: { tree: { $ref: "#/definitions/__schema0" } },
      definitions: {
        __schema0: {
          type: "object",
          properties: {
            name: { type: "string" },
            children: { type: "array", items: { $ref: "#/definitions/__schema0" } },
          },
          required: ["name"],
        },
      },
    },
  },
  {
    // No pattern with the u flag.
    name: "address",
    inputSchema: {
      type: "object",
      properties: { url: { type: "string", pattern: "^https\\:\\/\\/" } },
    },
  },
];

/** How many controls each tool's form has, by the tool's name. */
function controlsOf(tools: readonly ListedTool[]): Map<string, number> {
  const host = document.createElement("div");
  document.body.append(host);
  const root = createRoot(host);
  const controls = new Map<string, number>();
  for (const { name, inputSchema } of tools) {
    const { args = {} } = parseArguments(initialArguments(inputSchema));
    const props = { key: name, schema: inputSchema, value: args, onChange: () => undefined };
    flushSync(() => root.render(createElement(SchemaForm, props)));
    if (!host.querySelector(".schema-form")) expect.fail(`${name} has no form.`);
    controls.set(name, host.querySelectorAll("input, select, textarea, button").length);
  }
  root.unmount();
  host.remove();
  return controls;
}

function hasFields({ inputSchema }: ListedTool): boolean {
  return Object.keys(inputSchema["properties"] ?? {}).length > 0;
}

describe.each(Object.entries(lists))("%s", (_, load) => {
  it("each tool has a form, with a control for what it takes, and its schemas can be checked against", async () => {
    const tools = await load();
    const controls = controlsOf(tools);
    expect(controls.size).toBe(tools.length);
    for (const tool of tools) {
      if (hasFields(tool)) expect([tool.name, controls.get(tool.name)]).not.toContain(0);
      for (const schema of [tool.inputSchema, tool.outputSchema ?? {}]) {
        expect(problemsOf(schema, {}).join()).not.toMatch(
          /cannot be followed|too large|leads nowhere/,
        );
      }
    }
  });
});

it("there are the lists that were asked for: over 300 tools, and over 100 references in one", async () => {
  const all = await Promise.all(Object.values(lists).map((load) => load()));
  expect(all.length).toBeGreaterThanOrEqual(6);
  expect(Math.max(...all.map((tools) => tools.length))).toBeGreaterThan(300);
  const references = all.flatMap((tools) =>
    tools.map((tool) => JSON.stringify(tool).split('"$ref":').length - 1),
  );
  expect(Math.max(...references)).toBeGreaterThan(100);
});

it("what was reported of others has a form, too", () => {
  for (const [, count] of controlsOf(REPORTED)) expect(count).toBeGreaterThan(0);
  const [, address] = REPORTED;
  expect(problemsOf(address?.inputSchema ?? {}, { url: "https://a" })).toEqual([
    "The pattern ^https\\:\\/\\/ is not one of JavaScript's, and not checked here.",
  ]);
});
