/** `npm start -- ./tools.ts`: a file of the disk, saved while its calls are under way. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTable } from "./support/playground-page.ts";
import { freePort, startIn, type Started } from "./support/started.ts";
import { expect, test } from "./support/test.ts";

const tools = (words: string): string => `
import { atMostOnce, effect } from "durable-mcp-playground";
import type { DurableMcpServer, World } from "durable-mcp-playground";
import { z } from "zod";
import { price } from "./price.ts";

export default (server: DurableMcpServer, world: World) => {
  world.simulate("bank.charge", { answers: ["charged"] });
  server.registerTool("charge", { inputSchema: { amount: z.number().default(price) } }, async ({ amount }, context) => {
    const charge = await atMostOnce("charge", context, (inner) => effect(inner, "bank.charge", { amount }, () => "never"), {
      schema: z.string(),
    });
    return { content: [{ type: "text" as const, text: \`\${charge}, ${words}\` }] };
  });
};

export const other = (server: DurableMcpServer) => {
  server.registerTool("other_tool", {}, () => ({ content: [] }));
};
`;

let folder: string;
let started: Started | undefined;
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tools-"));
  writeFileSync(join(folder, "price.ts"), "export const price = 5;\n");
});
test.afterEach(async () => {
  started?.child.kill("SIGTERM");
  await started?.ended;
  started = undefined;
  rmSync(folder, { recursive: true });
});

const save = (text: string, name = "tools.ts"): void => writeFileSync(join(folder, name), text);

/** Starts the command in the file's folder. @returns the page's URL */
async function open(): Promise<string> {
  const port = await freePort();
  started = startIn(folder, "./tools.ts", "--port", String(port));
  await expect.poll(() => started?.out()).toContain(`http://localhost:${port}`);
  return `http://localhost:${port}/`;
}

test("a file is saved in the middle of a call, which goes on in the new code", async ({
  playground,
}) => {
  const { page } = playground;
  save(tools("by the old code"));
  await playground.open(await open());
  expect(started?.out()).toContain("tools.ts: default, other built.");
  await expect(page.getByRole("combobox", { name: "Example" })).toHaveValue(/^file-\w{8}-default$/);
  await expect(page.getByLabel("amount")).toHaveValue("5");
  await playground.addFault({ Point: "call:before-response", Kind: "hang" });
  await playground.press("Call charge");
  await expect(playground.executions).toContainText("hang");
  save(tools("by the new code"));
  await playground.callIs("completed");
  await playground.executions.getByText("The answer").click();
  await expect(playground.executions).toContainText("charged, by the new code");
  await expect(playground.calls.first()).toContainText("done once");
  const name = new URL(page.url()).searchParams.get("example") ?? "";
  expect(await readTable(page, `playground-${name}-ledger`, "rows")).toHaveLength(1);
  // What it imports is watched, too.
  save("export const price = 7;\n", "price.ts");
  await expect.poll(() => started?.out().match(/ built\.$/gm)?.length).toBe(3);
  await page.reload();
  await expect(page.getByLabel("amount")).toHaveValue("7");
  await playground.press("Code");
  await expect(page.getByRole("textbox", { name: "The server's code" })).toContainText(
    "by the new code",
  );
});

test("several servers in one file, and what is wrong with it, in the page and in the terminal", async ({
  playground,
}) => {
  const { page } = playground;
  save(tools("as it was"));
  await playground.open(await open());
  const example = page.getByRole("combobox", { name: "Example" });
  await example.selectOption("tools.ts: other");
  await expect(page.getByRole("button", { name: "Call other_tool" })).toBeVisible();
  // An example keeps its place, too.
  await example.selectOption("processing");
  await expect(page.getByRole("button", { name: "Call process_payment" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("button", { name: "Call process_payment" })).toBeVisible();
  await example.selectOption("tools.ts");
  await playground.press("Code");
  let calls = 0;
  for (const [text, says] of [
    ["export const = 1;", /line 1, column 14: /i],
    [
      'import fs from "node:fs"; export default () => fs;',
      'imports "node:fs", which only Node has',
    ],
    ["const a = 1;", "exports no function"],
    ['import { a } from "./nowhere.ts"; export default a;', "nowhere"],
    [`${tools("twice")}\nthrow new Error("no luck");`, "no luck"],
  ] as const) {
    save(text);
    await expect(page.getByRole("alert").filter({ hasText: says }).first()).toBeVisible();
    if (says !== "no luck") await expect.poll(() => started?.out()).toMatch(says);
    // The last good one keeps running.
    await playground.press("Call charge");
    await expect(playground.calls).toHaveCount(++calls);
    await expect(playground.calls.first()).toContainText("done once");
  }
  save(`${tools("wrong")}\nconst many: number = "5";\n`);
  await expect(page.getByRole("status", { name: "Problems" })).toContainText(
    "Type 'string' is not assignable to type 'number'.",
  );
  await expect
    .poll(() => started?.out())
    .toMatch(/tools\.ts:\d+:7 Type 'string' is not assignable/);
  await expect(page.getByText("What is saved runs.")).toBeVisible();
  await playground.press("Call charge");
  await playground.executions.getByText("The answer").click();
  await expect(playground.executions).toContainText("charged, wrong");
});

test("a client script beside the file is run, mended and missed", async ({ playground }) => {
  const { page } = playground;
  save(tools("by the script"));
  save(
    `import type { ClientScript } from "durable-mcp-playground";
    export const runClient = (script: ClientScript) => script.call("charge", {});
    export const other = (script: ClientScript) => script.call("other_tool", {});`,
    "client.ts",
  );
  await playground.open(await open());
  const lines = page.getByRole("list", { name: "Transcript" }).getByRole("listitem");
  await playground.press("Run the client script");
  await expect(lines).toHaveCount(3);
  await expect(lines.nth(1)).toContainText("charged, by the script");
  await page.getByRole("combobox", { name: "Example" }).selectOption("tools.ts: other");
  await expect(page.getByRole("button", { name: "Call other_tool" })).toBeVisible();
  await playground.press("Run the client script");
  await expect(lines.first()).toContainText("other_tool({})");
  const stateOf = page.getByRole("status", { name: "Problems" });
  save("export const runClient = ;", "client.ts");
  await playground.press("Code");
  await expect(stateOf).toContainText("client.ts, line 1");
  await expect.poll(() => started?.out()).toMatch(/client\.ts/);
  await playground.press("Run the client script");
  await expect(lines.last()).toContainText("client.ts could not be built: line 1");
  rmSync(join(folder, "client.ts"));
  await playground.press("Code");
  await expect(stateOf).toHaveCount(0);
  await playground.press("Run the client script");
  await expect(lines.last()).toContainText("Write a file client.ts beside tools.ts");
});

test("a file that is not there is told, and nothing is started", async () => {
  started = startIn(folder, "./none.ts");
  expect(await started.ended).toBe(1);
  expect(started.out()).toBe(
    `There is no file ${join(folder, "none.ts")}. Give the path of one that is there.\n`,
  );
});
