import { expect, it } from "vitest";
import { guardCalls, placeOfPause, placeOfTool } from "./places.ts";

const CODE = `
const orders = SortedMap.ref("orders");
const notes = SortedMap.ref("notes");
const shared = (context) => atMostOnce("shared", context, send);
server.registerTool("first", {}, async (args, context) => {
  await atLeastOnce("look", context, ask);
  await orders.insert(context, {});
});
server.registerTool(
  "first.more",
  {},
  async (args, context) => {
    await atMostOnce(
      "look",
      context,
      ask,
    );
    await effect(context, "post.send", {}, send);
    await notes.idempotently("n").insert(context, {});
    await orders.remove(context, {});
    await shared(context);
  });
`;

/** The line of what is found. */
function lineOf(at: number | undefined): string | undefined {
  if (at === undefined) return undefined;
  const lines = CODE.slice(0, at).split("\n");
  return CODE.split("\n")[lines.length - 1]?.trim();
}

it("guards are found over lines, each with its alias", () => {
  const found = guardCalls(CODE);
  expect(found.map(({ alias }) => alias)).toEqual(["shared", "look", "look"]);
  expect(found.map(({ from, to }) => CODE.slice(from, to).replace(/\s+/g, ""))).toEqual([
    'atMostOnce("shared"',
    'atLeastOnce("look"',
    'atMostOnce("look"',
  ]);
});

it("a tool is found by its whole name", () => {
  expect(lineOf(placeOfTool(CODE, "first"))).toMatch(/"first"/);
  expect(lineOf(placeOfTool(CODE, "first.more"))).toBe("server.registerTool(");
  expect(placeOfTool(CODE, "firstxmore")).toBeUndefined();
});

it.each([
  ["a guard of its own tool", { alias: "look" }, "await atMostOnce("],
  [
    "a guard of a helper before it",
    { alias: "shared" },
    'const shared = (context) => atMostOnce("shared", context, send);',
  ],
  ["a guard that is not there", { alias: "none" }, undefined],
  ["an effect", { service: "post" }, 'await effect(context, "post.send", {}, send);'],
  ["an effect that is not there", { service: "bank" }, undefined],
  ["a named write", { map: "notes" }, 'await notes.idempotently("n").insert(context, {});'],
  ["a write after another tool’s", { map: "orders" }, "await orders.remove(context, {});"],
  ["a write to a map without a reference", { map: "none" }, undefined],
  ["the answer", {}, "server.registerTool("],
])("a call pauses at %s", (_, where, line) => {
  expect(lineOf(placeOfPause(CODE, { tool: "first.more", ...where })?.from)).toBe(line);
});
