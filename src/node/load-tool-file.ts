/** A tool file as it runs in Node: with whatever Node has, and the packages beside it. */
import { createRequire } from "node:module";
import { basename } from "node:path";
import { compileFunction } from "node:vm";
import type { ToolFile } from "../host/index.ts";
import { functionNamed, functionsOf, MODULES } from "../sandbox/index.ts";
import { buildToolFile, ToolFileError } from "./build-tool-file.ts";
import { wordsOf } from "./log.ts";

const HOW = "export default (server, world) => { … }";

/**
 * Runs the file, and finds what it exports that can be a server.
 *
 * @param path absolute
 * @param name of the export; `default`, or the only one, unless given
 * @throws ToolFileError where there is no such file or export, or it cannot be built or run
 */
export async function loadToolFile(path: string, name?: string): Promise<ToolFile> {
  const code = await buildToolFile(path, "node");
  const beside = createRequire(path);
  const require = (id: string): unknown =>
    Object.hasOwn(MODULES, id) ? MODULES[id] : (beside(id) as unknown);
  const module = { exports: {} as Record<string, unknown> };
  try {
    const run = compileFunction(code, ["module", "exports", "require"], { filename: path });
    (run as (...given: unknown[]) => void)(module, module.exports, require);
  } catch (error) {
    throw new ToolFileError(`${basename(path)} could not be run: ${wordsOf(error)}`, {
      cause: error,
    });
  }
  const [only, ...more] = functionsOf(module.exports).keys();
  const wanted = name ?? (more.length === 0 && only !== undefined ? only : "default");
  try {
    return functionNamed(module.exports, [wanted], HOW) as ToolFile;
  } catch (error) {
    const choose = more.length > 0 ? " Choose one with --export." : "";
    throw new ToolFileError(`${basename(path)}: ${(error as Error).message}${choose}`);
  }
}
