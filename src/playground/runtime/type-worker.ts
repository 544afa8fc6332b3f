/** TypeScript's language service over one tool file, in a worker of the page. */
import { createSystem, createVirtualTypeScriptEnvironment } from "@typescript/vfs";
import { createWorker } from "@valtown/codemirror-ts/worker";
import ts from "typescript";
import { methodOf, respond } from "../../store/remote/index.ts";
import { TYPE_CALLS, type Problem, type TypeCalls, type TypesInit } from "./type-messages.ts";

/** As `collectTypes` of the build leaves it. */
interface ToolTypes {
  readonly options: ts.CompilerOptions;
  readonly files: Readonly<Record<string, string>>;
}

self.onmessage = ({ data: { url }, ports: [port] }: MessageEvent<TypesInit>) => {
  if (!port) return;
  const worker = createWorker(async () => {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url} could not be read: ${response.status}.`);
    const { options, files } = (await response.json()) as ToolTypes;
    const system = createSystem(new Map(Object.entries(files)));
    return createVirtualTypeScriptEnvironment(system, ["/globals.d.ts"], ts, options);
  });
  let starting: Promise<void> | undefined;
  /** What could not be read is read again by who asks next. */
  const ready = (): Promise<void> =>
    (starting ??= worker.initialize().catch((error: unknown) => {
      starting = undefined;
      throw error;
    }));
  const calls: TypeCalls = {
    updateFile: async (file) => {
      await ready();
      // An empty file is none to its environment.
      worker.updateFile({ ...file, code: file.code || " " });
    },
    getLints: async ({ path }) => {
      await ready();
      const { languageService } = worker.getEnv();
      return [
        ...languageService.getSyntacticDiagnostics(path),
        ...languageService.getSemanticDiagnostics(path),
      ].map(problemOf);
    },
    getAutocompletion: async (request) => {
      await ready();
      return await worker.getAutocompletion(request);
    },
    getHover: async (request) => {
      await ready();
      return worker.getHover(request);
    },
  };
  respond({
    port,
    name: "types",
    methods: TYPE_CALLS,
    find: (name) => methodOf(calls, name),
  });
};

/** With all that TypeScript has to say of it, which may be a chain of reasons. */
function problemOf({ start = 0, length = 0, messageText, file, category }: ts.Diagnostic): Problem {
  const { line, character } = file?.getLineAndCharacterOfPosition(start) ?? {
    line: 0,
    character: 0,
  };
  return {
    from: start,
    to: start + length,
    severity: category === ts.DiagnosticCategory.Error ? "error" : "warning",
    message: ts.flattenDiagnosticMessageText(messageText, "\n"),
    line: line + 1,
    column: character + 1,
  };
}
