/** Collects the declarations that a tool file is checked against, which the page's compiler has as text. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dirname, join, posix, relative, sep } from "node:path";
import ts from "typescript";
import type { Plugin } from "vite";
import { TYPES_FILE, type ToolTypes } from "./types-file.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const at = (path: string): string => join(ROOT, path);
const PACKAGE = "node_modules/durable-mcp-playground";
const ENTRY = "src/sandbox/interface.ts";
const GLOBALS = "src/sandbox/globals.d.ts";

/** How a tool file is checked. */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  // Without the browser's: a tool in the page has no network and no document.
  lib: ["lib.es2024.d.ts"],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  strict: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  types: [],
};

export function toolTypes(): Plugin {
  let collected: string | undefined;
  const text = (): string => (collected ??= toolTypesText());
  return {
    name: "tool-types",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: TYPES_FILE, source: text() });
    },
    configureServer({ middlewares, watcher }) {
      middlewares.use(`/${TYPES_FILE}`, (_, response) => {
        response.setHeader("Content-Type", "application/json").end(text());
      });
      watcher.on("change", (file) => {
        if (file.includes("/src/")) collected = undefined;
      });
    },
  };
}

/** As the build writes them: `ToolTypes` as JSON. */
export function toolTypesText(): string {
  return JSON.stringify({ options: OPTIONS, files: collectTypes() } satisfies ToolTypes);
}

/** Every file that the interface's types need, by its path as a tool's compiler sees it. */
function collectTypes(): ToolTypes["files"] {
  const declared = declarationsOf(ENTRY);
  const real = ts.sys;
  const read = (path: string): string | undefined => declared.get(path) ?? real.readFile(path);
  const options = { ...OPTIONS, noEmit: true };
  const host = ts.createCompilerHost(options);
  host.readFile = read;
  host.fileExists = (path) => declared.has(path) || real.fileExists(path);
  host.directoryExists = (path) => path.startsWith(at(PACKAGE)) || real.directoryExists(path);
  host.getSourceFile = (path, language) => {
    const text = read(path);
    return text === undefined ? undefined : ts.createSourceFile(path, text, language);
  };
  const roots = [declarationPath(ENTRY), at(GLOBALS)];
  const sdk = at("node_modules/@modelcontextprotocol/sdk/dist/esm/types.d.ts");
  const program = ts.createProgram(
    [...roots, sdk, at("node_modules/zod/index.d.ts")],
    options,
    host,
  );
  const libraries = dirname(ts.getDefaultLibFilePath(options));
  const files: Record<string, string> = {
    [`/${PACKAGE}/package.json`]: JSON.stringify({
      name: "durable-mcp-playground",
      types: `./${posix.relative(PACKAGE, pathOf(declarationPath(ENTRY)))}`,
    }),
  };
  const packages = new Set<string>();
  for (const { fileName, text } of program.getSourceFiles()) {
    if (dirname(fileName) === libraries) files[`/${fileName.slice(libraries.length + 1)}`] = text;
    else if (fileName === at(GLOBALS)) files["/globals.d.ts"] = text;
    else {
      files[`/${pathOf(fileName)}`] = text;
      const [name] = /node_modules\/(@[^/]+\/)?[^/]+/.exec(pathOf(fileName)) ?? [];
      if (name !== undefined && name !== PACKAGE) packages.add(name);
    }
  }
  for (const name of packages) {
    files[`/${name}/package.json`] = readFileSync(at(join(name, "package.json")), "utf8");
  }
  return files;
}

/** The declarations of a file and of all that it imports here, by their paths in the package. */
function declarationsOf(entry: string): Map<string, string> {
  const { config } = ts.readConfigFile(at("tsconfig.json"), (path) => ts.sys.readFile(path)) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [entry] }, ts.sys, ROOT);
  const program = ts.createProgram([at(entry)], {
    ...options,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: at("src"),
    outDir: at(PACKAGE),
  });
  const declared = new Map<string, string>();
  program.emit(undefined, (path, text) => declared.set(path, text), undefined, true);
  return declared;
}

function declarationPath(source: string): string {
  return at(join(PACKAGE, relative("src", source).replace(/\.ts$/, ".d.ts")));
}

function pathOf(file: string): string {
  return relative(ROOT, file).replaceAll(sep, "/");
}
