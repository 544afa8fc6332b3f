/** The README's examples, and the documentation's, are programs: they pass the project's own type check. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";

const root = process.cwd();
const pages = [
  "README.md",
  ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`),
].filter((name) => name.endsWith(".md"));
const examples = pages.flatMap((page) =>
  [...readFileSync(join(root, page), "utf8").matchAll(/^```ts\n(.*?)^```$/gms)].map(
    ([, code = ""], index) => ({ page: `${page}, example ${index + 1}`, code }),
  ),
);

/** What the compiler says of a program that imports the package by its name. */
function problemsOf(code: string): string[] {
  const read: { readonly config?: unknown } = ts.readConfigFile(
    join(root, "tsconfig.json"),
    (path) => ts.sys.readFile(path),
  );
  const { options } = ts.parseJsonConfigFileContent(read.config, ts.sys, root);
  options.paths = { "durable-mcp-playground": [join(root, "src/index.ts")] };
  const file = join(root, "src/example-of-the-docs.ts");
  const real = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...real,
    fileExists: (path) => path === file || real.fileExists(path),
    readFile: (path) => (path === file ? code : real.readFile(path)),
    getSourceFile: (path, ...rest) =>
      path === file
        ? ts.createSourceFile(path, code, ts.ScriptTarget.ES2023)
        : real.getSourceFile(path, ...rest),
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
