/** Builds a tool file: one CommonJS module of what it imports itself, as a browser can run it, or as Node can. */
import { existsSync } from "node:fs";
import { isBuiltin } from "node:module";
import { basename, isAbsolute } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { build, type Plugin, type Rolldown } from "vite";

/** What it is given by whoever runs it. */
const PROVIDED = ["durable-mcp-playground", "zod", "@modelcontextprotocol/sdk/types.js"];

/** Its message is for the person who wrote the file. */
export class ToolFileError extends Error {
  override readonly name = "ToolFileError";
}

/** What runs it: in Node packages are left where they are, beside the file. */
export type Platform = "browser" | "node";

/**
 * @param path absolute
 * @returns CommonJS
 * @throws ToolFileError where there is no such file, it is no TypeScript, or it needs what no browser has
 */
export async function buildToolFile(path: string, platform: Platform = "browser"): Promise<string> {
  if (!existsSync(path)) {
    throw new ToolFileError(`There is no file ${path}. Write one there, or give another path.`);
  }
  const refused: ToolFileError[] = [];
  try {
    const output = await build({
      configFile: false,
      root: "/",
      logLevel: "silent",
      publicDir: false,
      // What packages ask a bundler for.
      define: { "process.env.NODE_ENV": '"production"' },
      plugins: [platform === "browser" ? forTheBrowser(refused) : forNode],
      build: {
        write: false,
        minify: false,
        target: "es2023",
        lib: { entry: path, formats: ["cjs"] },
        rolldownOptions: { external: PROVIDED, output: { exports: "named", codeSplitting: false } },
      },
    });
    const [bundle] = [output].flat() as Rolldown.RolldownOutput[];
    const chunk = bundle?.output[0];
    if (!chunk) throw new Error("nothing was built.");
    return chunk.code;
  } catch (error) {
    throw (
      refused[0] ?? new ToolFileError(`${basename(path)} could not be built: ${reasonOf(error)}`)
    );
  }
}

/** The first of what the bundler found, in a line, and where. */
function reasonOf(error: unknown): string {
  const { errors = [] } = error as { readonly errors?: readonly unknown[] };
  const { message, loc } = (errors[0] ?? error) as Error & {
    readonly loc?: { readonly line: number; readonly column: number };
  };
  const [line = ""] = stripVTControlCharacters(message).split("\n");
  const said = line.replace(/^(\[[\w:-]+\]:? ?)+/, "").replace(/^Rolldown f/, "F");
  return loc ? `line ${loc.line}, column ${loc.column + 1}: ${said}` : said;
}

/** A name is a package's, or one of Node's modules; all else is a file of one's own. */
const forNode: Plugin = {
  name: "for-node",
  enforce: "pre",
  resolveId: (id) => (/^[./]/.test(id) || isAbsolute(id) ? undefined : { id, external: true }),
};

function forTheBrowser(refused: ToolFileError[]): Plugin {
  return {
    name: "for-the-browser",
    enforce: "pre",
    async resolveId(id, importer, options) {
      if (!isBuiltin(id)) return undefined;
      // A package may have the name of one of Node's modules.
      const found = id.startsWith("node:")
        ? null
        : await this.resolve(id, importer, { ...options, skipSelf: true });
      if (found?.id.includes("/node_modules/")) return found;
      const by = importer === undefined ? "It" : basename(importer);
      const error = new ToolFileError(
        `${by} imports "${id}", which only Node has. In the page a tool imports what a browser can run; what it reaches outside is an effect.`,
      );
      // The bundler wraps it.
      refused.push(error);
      throw error;
    },
  };
}
