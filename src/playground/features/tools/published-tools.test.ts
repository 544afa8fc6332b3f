/** The tools of published MCP servers, and two schemas that others have met: each has a form that can be filled in. */
import { afterEach, expect, it, onTestFinished } from "vitest";
import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import { exampleOf, playgroundLab } from "../../../testing/example.ts";
import { chooseEach, connectTo, showTools } from "./test-panel.ts";
import { problemsOf } from "../../runtime/schema-problems.ts";

type ListedTool = Pick<Tool, "name" | "inputSchema" | "outputSchema">;

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

function hasFields({ inputSchema }: ListedTool): boolean {
  return Object.keys(inputSchema["properties"] ?? {}).length > 0;
}

const lab = playgroundLab();
afterEach(() => lab.close());

const named = Object.entries(lists).map(([path, load]) => [path.split("/").at(-1), load] as const);

/** So many of a list are chosen, evenly; each of them in `npm run test:schemas`. */
const MOST = import.meta.env["VITE_SCHEMAS"] ? Infinity : 40;

/** So long that a loaded machine fails nothing, for the largest list; in milliseconds. */
const PATIENCE_MS = 400_000;

it.each([...named, ["those reported", () => Promise.resolve(REPORTED)] as const])(
  "%s: tools are chosen and called in the panel, their forms have controls for what they take, and all schemas can be checked against",
  async (_, load) => {
    const tools = await load();
    for (const { inputSchema, outputSchema = {} } of tools) {
      for (const schema of [inputSchema, outputSchema]) {
        expect(problemsOf(schema, {}).join()).not.toMatch(
          /cannot be followed|too large|leads nowhere/,
        );
      }
    }
    const step = Math.ceil(tools.length / MOST) || 1;
    const chosen = tools.filter((_, index) => index % step === 0);
    const playground = await lab.open(exampleOf());
    const calls = await connectTo(playground, tools);
    onTestFinished(showTools(playground));
    for await (const tool of chooseEach(chosen, calls)) {
      const controls = document.querySelectorAll(
        ".schema-form :is(input, select, textarea, button)",
      );
      if (document.querySelector(".unsupported-field")) {
        expect.fail(`${tool.name} has a field that the form's library does not know.`);
      }
      if (hasFields(tool) && controls.length === 0) expect.fail(`${tool.name} has no controls.`);
    }
    expect(calls.map(({ name }) => name)).toEqual(chosen.map(({ name }) => name));
  },
  PATIENCE_MS,
);

it("there are the lists that were asked for: over 300 tools, and over 100 references in one", async () => {
  const all = await Promise.all(Object.values(lists).map((load) => load()));
  expect(all.length).toBeGreaterThanOrEqual(6);
  expect(Math.max(...all.map((tools) => tools.length))).toBeGreaterThan(300);
  const references = all.flatMap((tools) =>
    tools.map((tool) => JSON.stringify(tool).split('"$ref":').length - 1),
  );
  expect(Math.max(...references)).toBeGreaterThan(100);
});

it("a pattern that is none with the u flag costs its check alone", () => {
  const [, address] = REPORTED;
  expect(problemsOf(address?.inputSchema ?? {}, { url: "https://a" })).toEqual([
    "The pattern ^https\\:\\/\\/ cannot be tried here; the server checks it.",
  ]);
});
