/** A tool file of the disk: checked, built, watched, and told to this machine's page alone. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { toolFileSchema, type ToolFileState } from "../sandbox/index.ts";
import { servePage } from "./serve-page.ts";
import { toolTypesText } from "./tool-types.ts";
import { TYPES_FILE } from "./types-file.ts";
import { WatchedToolFile } from "./watch-tool-file.ts";

const parent = mkdtempSync(join(tmpdir(), "tool-file-"));
const types = join(parent, TYPES_FILE);
const path = join(parent, "tools.ts");
let open: WatchedToolFile | undefined;

beforeAll(() => {
  writeFileSync(types, toolTypesText());
  writeFileSync(join(parent, "index.html"), "<head><title>Durable MCP Playground</title></head>");
});
afterEach(async () => {
  await open?.close();
  open = undefined;
});
afterAll(() => rmSync(parent, { recursive: true }));

const GOOD = `import type { DurableMcpServer } from "durable-mcp-playground";
export default (server: DurableMcpServer) => { server.registerTool("one", {}, () => ({ content: [] })); };`;

async function stateOf(text: string): Promise<ToolFileState> {
  writeFileSync(path, text);
  open = new WatchedToolFile(path, types);
  return await open.open();
}

/** The next state of which it is true, when something is saved. */
function next(isIt: (state: ToolFileState) => boolean = () => true): Promise<ToolFileState> {
  return new Promise((resolve) =>
    open?.subscribe((state) => {
      if (state && isIt(state)) resolve(state);
    }),
  );
}

describe("a file is", () => {
  it("built without what the sandbox has, and without problems", async () => {
    const state = toolFileSchema.parse(await stateOf(GOOD));
    expect(state).toMatchObject({ name: "tools.ts", problems: [] });
    expect(state.servers).toMatchObject([{ title: "tools.ts", export: "default" }]);
    expect(state.error).toBeUndefined();
    expect(state.code).toContain("exports.default");
  });

  it("as many servers as it exports functions, the default one first", async () => {
    const { servers } = await stateOf(
      `export const a = () => {}; export const size = 3; export interface C {} export type { z as D } from "zod"; export function b() {} export default a;`,
    );
    expect(servers.map(({ export: name }) => name)).toEqual(["default", "a", "b"]);
    expect(new Set(servers.map(({ id }) => id)).size).toBe(3);
  });

  it("run with its wrong types, which are told with file, line and column", async () => {
    writeFileSync(join(parent, "count.ts"), `export const count: number = "3";\n`);
    const { code, problems } = await stateOf(
      `import { count } from "./count.ts";\nexport default () => fetch(String(count));`,
    );
    expect(code).toBeDefined();
    expect(problems).toEqual([
      {
        file: "count.ts",
        line: 1,
        column: 14,
        message: "Type 'string' is not assignable to type 'number'.",
      },
      { line: 2, column: 22, message: "Cannot find name 'fetch'." },
    ]);
  });

  it.each([
    ["export const = 1;", "tools.ts could not be built: line 1, column 14: "],
    ["const a = 1;", "tools.ts exports no function. Write: export default (server, world) =>"],
    [
      'import fs from "node:fs"; export default () => fs;',
      'imports "node:fs", which only Node has',
    ],
    ['import fs from "fs"; export default () => fs;', 'imports "fs", which only Node has'],
    ['import x from "none-such"; export default x;', "none-such"],
  ])("told what keeps it from being run: %s", async (text, says) => {
    const { code, error } = await stateOf(text);
    expect(code).toBeUndefined();
    expect(error).toContain(says);
    expect(error).not.toContain("\u001b");
  });

  it("refused where it is not there, or is a folder", async () => {
    mkdirSync(join(parent, "folder.ts"));
    for (const name of ["none.ts", "folder.ts"]) {
      const none = new WatchedToolFile(join(parent, name), types);
      await expect(none.open()).rejects.toThrow(`There is no file ${join(parent, name)}.`);
      await none.close();
    }
  });
});

it("a file that is deleted while it is followed is told, and seen when it comes back", async () => {
  await stateOf(GOOD);
  let saved = next();
  rmSync(path);
  expect((await saved).error).toContain(`There is no file ${path}. Write one there`);
  saved = next();
  writeFileSync(path, GOOD);
  expect((await saved).error).toBeUndefined();
});

it("what is saved is built anew, in place or by a new file, and so is what it imports", async () => {
  writeFileSync(join(parent, "price.ts"), "export const price = 5;\n");
  const text = `import { price } from "./price.ts";\nexport default () => price;`;
  await stateOf(text);
  let saved = next();
  writeFileSync(join(parent, "price.ts"), "export const price = 7;\n");
  expect((await saved).code).toContain("() => 7");
  saved = next();
  writeFileSync(join(parent, "new.ts"), text.replace("price;", "price + 1;"));
  renameSync(join(parent, "new.ts"), path);
  expect((await saved).code).toContain("() => 8");
  // The servers of the last good one stay, whatever is saved.
  saved = next();
  writeFileSync(path, "export const");
  const broken = await saved;
  expect(broken).toMatchObject({ servers: [{ export: "default" }] });
  expect(broken.error).toContain("could not be built");
});

it("what was missing, or could not be read, is seen when it is mended", async () => {
  const broken = await stateOf(`import { late } from "./late.ts";\nexport default () => late;`);
  expect(broken.error).toContain("late.ts");
  // It is there, and can be resolved: what is in it cannot be read.
  let saved = next(({ error = "" }) => /line 1, column \d+/.test(error));
  writeFileSync(join(parent, "late.ts"), "export const late = ");
  await saved;
  saved = next(({ error }) => error === undefined);
  writeFileSync(join(parent, "late.ts"), "export const late = 9;\n");
  const mended = await saved;
  expect(mended.code).toContain("() => 9");
  expect(mended.build).toBeGreaterThan(broken.build);
});

describe("the client script beside it", () => {
  const script = join(parent, "client.ts");
  afterEach(() => rmSync(script, { force: true }));

  it("is built and checked with it, when it is there and when it is saved", async () => {
    const { build, client } = await stateOf(GOOD);
    expect(client).toBeUndefined();
    let saved = next();
    writeFileSync(script, `export const runClient = (script: ClientScript) => script.listTools();`);
    const wrong = await saved;
    expect(wrong.client?.code).toContain("exports.runClient");
    expect(wrong.problems).toMatchObject([{ file: "client.ts", line: 1 }]);
    // The servers are as they were: none is restarted.
    expect(wrong.build).toBe(build);
    saved = next();
    writeFileSync(script, `export const runClient = ;`);
    expect((await saved).client?.error).toContain("client.ts could not be built: line 1");
    saved = next();
    rmSync(script);
    expect((await saved).client).toBeUndefined();
  });

  it("is not any file of that name", async () => {
    writeFileSync(script, `import fs from "node:fs"; const a: string = 1;`);
    const { client, problems, error } = await stateOf(GOOD);
    expect([client, problems, error]).toEqual([undefined, [], undefined]);
  });
});

it("what it imports when it is called is built in", async () => {
  writeFileSync(join(parent, "later.ts"), "export const later = 11;\n");
  const { code } = await stateOf(
    `export default async () => { const { later } = await import("./later.ts"); return later + Number(process.env.NODE_ENV); };\ndeclare const process: { env: Record<string, string> };`,
  );
  expect(code).toContain("later: () => 11");
  expect(code).not.toMatch(/require\("\.|process\.env/);
});

it("the page is told by events, and nobody else", async () => {
  await stateOf(GOOD);
  const server = await servePage(parent, 0, open);
  try {
    const page = await fetch(server.url);
    expect(await page.text()).toContain('<meta name="tool-file" content="./tool-file" />');
    expect(page.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
    const events = await fetch(`${server.url}/tool-file`);
    const reader = events.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    const [, reported = ""] = /^data: (.*)\n\n$/.exec(new TextDecoder().decode(value)) ?? [];
    expect(toolFileSchema.parse(JSON.parse(reported)).source).toBe(GOOD);
    await reader?.cancel();
    for (const headers of [
      { Host: "evil.example" },
      { "Sec-Fetch-Site": "cross-site" },
      { "Sec-Fetch-Site": "same-site" },
    ]) {
      expect(await statusOf(server.port, headers)).toBe(403);
    }
  } finally {
    await server.close();
  }
});

it("a page that was opened on no file has no events", async () => {
  const server = await servePage(parent, 0);
  try {
    expect((await fetch(`${server.url}/tool-file`)).status).toBe(404);
  } finally {
    await server.close();
  }
});

/** \`fetch\` sends no other \`Host\`. */
function statusOf(port: number, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ port, path: "/tool-file", headers }, (answer) => {
      answer.destroy();
      resolve(answer.statusCode);
    })
      .on("error", reject)
      .end();
  });
}
