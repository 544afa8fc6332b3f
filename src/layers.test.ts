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
    ["src/mcp/meta.ts", "../world/index.ts", "mcp may not know world"],
    ["src/remote/line.ts", "../examples/index.ts", "remote may not know examples"],
    ["src/host/local-host.ts", "../remote/index.ts", "host may not know remote"],
    ["src/examples/index.ts", "../playground/main.tsx", "examples may not know playground"],
    ["src/examples/index.ts", "../sandbox/index.ts", "examples may not know sandbox"],
    ["src/sandbox/frame.ts", "../playground/main.tsx", "sandbox may not know playground"],
    ["src/explore/index.ts", "../lab/index.ts", "explore may not know lab"],
    ["src/lab/lab.ts", "../node/index.ts", "lab may not know node"],
    ["src/node/port.ts", "../playground/main.tsx", "node may not know playground"],
    ["src/playground/main.tsx", "../node/index.ts", "playground may not know node"],
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

  it.each([
    ["browser/use-theme.ts", "../components/button.tsx", "browser may not know components"],
    ["components/button.tsx", "../runtime/state.ts", "components may not know runtime"],
    ["runtime/state.ts", "../hooks/use-calls.ts", "runtime may not know hooks"],
    ["hooks/use-calls.ts", "../features/maps/index.ts", "hooks may not know features"],
    ["features/maps/map-files.tsx", "../../shell/app.tsx", "features may not know shell"],
    ["features/maps/map-files.tsx", "../calls/answer.tsx", "features/calls/index.ts"],
    ["shell/app.tsx", "../features/calls/answer.tsx", "features/calls/index.ts"],
  ])("within the page, %s may not import %s", async (file, from, message) => {
    const path = `src/playground/${file}`;
    const found = await problems(path, `import type * as other from "${from}";\n`);
    expect(found.join()).toContain(message);
  });

  it("while a feature's own, and another's index, may be", async () => {
    for (const from of ["./entry-dialog.tsx", "../calls/index.ts"]) {
      const code = `import type * as own from "${from}";\n`;
      expect(await problems("src/playground/features/maps/map-files.tsx", code)).toEqual([]);
    }
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

describe("beside imports,", { timeout }, () => {
  it.each([
    [
      "a browser's global",
      "no-restricted-globals",
      "src/durable/errors.ts",
      "export const a = indexedDB;\n",
    ],
    ["React", "no-restricted-imports", "src/mcp/meta.ts", 'export * from "react";\n'],
    ["a file of 351 lines", "max-lines", "src/model/guard.ts", "export {};\n".repeat(351)],
  ])("%s breaks %s in %s", async (_what, rule, file, code) => {
    expect(await problems(file, code, rule)).toHaveLength(1);
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
