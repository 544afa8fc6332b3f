/** The project's own lint rules fire: one without a resolver, or for other files, passes everything. */
import { ESLint } from "eslint";
import { describe, expect, it } from "vitest";

async function problems(
  file: string,
  code: string,
  rule = "import-x/no-restricted-paths",
): Promise<string[]> {
  const eslint = new ESLint();
  const [result] = await eslint.lintText(code, { filePath: file });
  return (result?.messages ?? [])
    .filter(({ ruleId }) => ruleId === rule)
    .map(({ message }) => message);
}

// ESLint reads the whole program's types before its first answer.
const timeout = 180_000;

describe("imports point one way", { timeout }, () => {
  it.each([
    ["src/model/guard.ts", "../store/index.ts", "model may not know store"],
    ["src/store/errors.ts", "../durable/index.ts", "store may not know durable"],
    ["src/durable/errors.ts", "../mcp/index.ts", "durable may not know mcp"],
    ["src/mcp/meta.ts", "../examples/index.ts", "mcp may not know examples"],
    ["src/world/world.ts", "../mcp/index.ts", "world may not know mcp"],
    ["src/host/local-host.ts", "../examples/index.ts", "host may not know examples"],
    ["src/mcp/meta.ts", "../host/index.ts", "mcp may not know host"],
    ["src/examples/index.ts", "../playground/format.ts", "examples may not know playground"],
    ["src/explore/index.ts", "../node/index.ts", "explore may not know node"],
    ["src/node/port.ts", "../playground/format.ts", "node may not know playground"],
    ["src/playground/format.ts", "../node/index.ts", "playground may not know node"],
  ])("%s may not import %s", async (file, from, message) => {
    const found = await problems(file, `import type * as upper from "${from}";\n`);
    expect(found.join()).toContain(message);
  });

  it.each([
    ["src/store/memory/index.ts", "../indexeddb/index.ts", "memory may not know indexeddb"],
    ["src/durable/errors.ts", "../store/indexeddb/index.ts", "durable knows the port"],
    ["src/mcp/meta.ts", "../store/indexeddb/index.ts", "mcp knows the port"],
    ["src/world/world.ts", "../store/indexeddb/schema.ts", "src/store/indexeddb/index.ts"],
    ["src/mcp/meta.ts", "../testing/lab.ts", "Only tests are written with src/testing"],
  ])("%s may not import %s: an engine or a test's helper", async (file, from, message) => {
    const found = await problems(file, `import type * as other from "${from}";\n`);
    expect(found.join()).toContain(message);
  });

  it("while tests may, and so may who opens a store", async () => {
    const lab = `import type * as lab from "../testing/lab.ts";\n`;
    expect(await problems("src/mcp/boundary.test.ts", lab)).toEqual([]);
    const engine = `import type * as engine from "../store/indexeddb/index.ts";\n`;
    expect(await problems("src/world/world.ts", engine)).toEqual([]);
  });

  it("and a folder is entered through its index only", async () => {
    const found = await problems(
      "src/durable/errors.ts",
      `import type * as inner from "../store/liveness.ts";\n`,
    );
    expect(found.join()).toContain("Import from src/store/index.ts");
  });

  it("while what points the right way passes", async () => {
    const code = `import type * as lower from "../store/index.ts";\n`;
    expect(await problems("src/durable/errors.ts", code)).toEqual([]);
  });
});

describe("a test asserts something", { timeout }, () => {
  it.each([
    ["src/store/change-feed.test.ts", "vitest/expect-expect", "expectNothing"],
    ["e2e/reload.spec.ts", "playwright/expect-expect", "playground.isUp"],
  ])("%s, itself or through a helper that does", async (file, rule, helper) => {
    const test = (call: string): string => `test("nothing", async () => { await ${call}(); });\n`;
    expect(await problems(file, test("playground.open"), rule)).toHaveLength(1);
    expect(await problems(file, test(helper), rule)).toEqual([]);
  });
});
