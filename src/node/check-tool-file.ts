/** Checks the types of a tool file, against the declarations in the page's build. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import ts from "typescript";
import type { ToolTypes } from "./types-file.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface FileProblem {
  /** Absolute. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly message: string;
}

export interface CheckedFile {
  readonly problems: readonly FileProblem[];
  /** What it exports that can be a server: functions, by their names. */
  readonly functions: readonly string[];
  /** Itself and what it imports, but for packages: the text of each as it was checked, by its path. */
  readonly texts: ReadonlyMap<string, string>;
}

export class ToolFileChecker {
  readonly #declarations: ReadonlyMap<string, string>;
  readonly #options: ts.CompilerOptions;
  #program: ts.Program | undefined;

  /** @param types the build's file of declarations */
  constructor(types: string) {
    const { options, files } = JSON.parse(readFileSync(types, "utf8")) as ToolTypes;
    this.#declarations = new Map(
      Object.entries(files).map(([path, text]) => [
        path.startsWith("/node_modules/") ? join(ROOT, path) : path,
        text,
      ]),
    );
    // A file that lies elsewhere is checked against what runs it.
    const of = (path: string): string[] => [join(ROOT, "node_modules", path)];
    this.#options = {
      ...options,
      noEmit: true,
      allowImportingTsExtensions: true,
      paths: {
        zod: of("zod/index.d.ts"),
        "durable-mcp-playground": of("durable-mcp-playground/sandbox/interface.d.ts"),
        "@modelcontextprotocol/sdk/types.js": of("@modelcontextprotocol/sdk/dist/esm/types.d.ts"),
      },
    };
  }

  /**
   * @param path absolute
   * @param beside what is checked with it
   */
  check(path: string, ...beside: readonly string[]): CheckedFile {
    const declarations = this.#declarations;
    const host = ts.createCompilerHost(this.#options);
    const read = (name: string): string | undefined =>
      declarations.get(name) ?? ts.sys.readFile(name);
    host.readFile = read;
    host.fileExists = (name) => declarations.has(name) || ts.sys.fileExists(name);
    host.directoryExists = (name) => name.startsWith(ROOT) || ts.sys.directoryExists(name);
    host.getSourceFile = (name, language) => {
      const text = read(name);
      const known = this.#program?.getSourceFile(name);
      if (known?.text === text) return known;
      return text === undefined ? undefined : ts.createSourceFile(name, text, language);
    };
    const program = ts.createProgram(
      [path, ...beside, "/globals.d.ts"],
      this.#options,
      host,
      this.#program,
    );
    this.#program = program;
    const found = ts
      .getPreEmitDiagnostics(program)
      .filter(({ file }) => file && !file.isDeclarationFile);
    const own = program
      .getSourceFiles()
      .filter(({ fileName, isDeclarationFile }) => !isDeclarationFile && !isOfPackage(fileName));
    return {
      problems: found.flatMap(problemOf),
      functions: functionsOf(program, path),
      texts: new Map(own.map(({ fileName, text }) => [fileName, text])),
    };
  }
}

function problemOf({ file, start = 0, messageText }: ts.Diagnostic): FileProblem[] {
  if (!file) return [];
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  return [
    {
      file: file.fileName,
      line: line + 1,
      column: character + 1,
      message: ts.flattenDiagnosticMessageText(messageText, "\n"),
    },
  ];
}

function isOfPackage(file: string): boolean {
  return file.includes("/node_modules/");
}

function functionsOf(program: ts.Program, path: string): string[] {
  const source = program.getSourceFile(path);
  const checker = program.getTypeChecker();
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) return [];
  return checker
    .getExportsOfModule(module)
    .filter((symbol) => {
      const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
      const { flags } = isAlias ? checker.getAliasedSymbol(symbol) : symbol;
      // A type is no server.
      if ((flags & ts.SymbolFlags.Value) === 0) return false;
      const type = checker.getTypeOfSymbolAtLocation(symbol, source);
      // Of what the types say nothing, it is seen when it runs.
      return (type.flags & ts.TypeFlags.Any) !== 0 || type.getCallSignatures().length > 0;
    })
    .toSorted((a, b) => placeOf(a) - placeOf(b))
    .map(({ name }) => name);
}

/** In the order in which they stand there. */
function placeOf({ declarations }: ts.Symbol): number {
  return declarations?.[0]?.pos ?? 0;
}
