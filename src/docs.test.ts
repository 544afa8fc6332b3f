/** The README's examples, and the documentation's, are programs: they pass the project's own type check. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";
import { programsOf } from "./testing/programs.ts";

const root = process.cwd();
const pages = [
  "README.md",
  ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`),
].filter((name) => name.endsWith(".md"));
const examples = pages.flatMap((page) =>
  programsOf(readFileSync(join(root, page), "utf8")).map((program, index) => ({
    page: `${page}, example ${index + 1}`,
    ...program,
  })),
);

/** As the package's exports have them. */
const entries = {
  "": "index.ts",
  "/indexeddb": "indexeddb.ts",
  "/postgres": "postgres.ts",
  "/node": "node/index.ts",
  "/testing": "testing.ts",
};

/** What the compiler says of a program that imports the package by its name, and the named ones by theirs. */
function problemsOf(code: string): string[] {
  const read: { readonly config?: unknown } = ts.readConfigFile(
    join(root, "tsconfig.json"),
    (path) => ts.sys.readFile(path),
  );
  const { options } = ts.parseJsonConfigFileContent(read.config, ts.sys, root);
  options.paths = Object.fromEntries(
    Object.entries(entries).map(([entry, file]) => [
      `durable-mcp-playground${entry}`,
      [join(root, "src", file)],
    ]),
  );
  const at = (name: string): string => join(root, "src/of-the-docs", name);
  const file = at("example-of-the-docs.ts");
  const texts = new Map([[file, code]]);
  for (const { name, code } of examples) if (name !== undefined) texts.set(at(name), code);
  const real = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...real,
    fileExists: (path) => texts.has(path) || real.fileExists(path),
    readFile: (path) => texts.get(path) ?? real.readFile(path),
    directoryExists: (path) => path === at("") || (real.directoryExists?.(path) ?? true),
    getSourceFile: (path, ...rest) => {
      const text = texts.get(path);
      return text === undefined
        ? real.getSourceFile(path, ...rest)
        : ts.createSourceFile(path, text, ts.ScriptTarget.ES2023);
    },
  };
  const program = ts.createProgram([file], options, host);
  return ts
    .getPreEmitDiagnostics(program, program.getSourceFile(file))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

it("there are examples, in the README at least", () => {
  expect(examples.some(({ page }) => page.startsWith("README.md"))).toBe(true);
});

it.each(examples)("$page passes", { timeout: 180_000 }, ({ code }) => {
  expect(problemsOf(code)).toEqual([]);
});

it("and what is wrong with one is seen", { timeout: 180_000 }, () => {
  const wrong = 'import { atMostTwice } from "durable-mcp-playground";\natMostTwice();\n';
  expect(problemsOf(wrong).join()).toContain("atMostTwice");
});
