/** Builds the sandbox's worker as one script, which the page has as text. */
import { fileURLToPath } from "node:url";
import { build, type Alias, type Plugin, type Rolldown } from "vite";

const ID = "virtual:sandbox-runtime";
const file = (name: string): string =>
  fileURLToPath(new URL(`../sandbox/${name}`, import.meta.url));
/** Zod's own import of every language that it knows. */
const oneLocale = { find: /^\.\.\/locales\/index\.js$/, replacement: file("locales.ts") };

/** @param alias what the page's own build resolves otherwise, too */
export function sandboxRuntime(alias: Alias[]): Plugin {
  let built: Promise<{ readonly code: string; readonly files: readonly string[] }> | undefined;
  return {
    name: "sandbox-runtime",
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    async load(id) {
      if (id !== `\0${ID}`) return undefined;
      const { code, files } = await (built ??= buildRuntime(alias));
      for (const file of files) this.addWatchFile(file);
      return `export default ${JSON.stringify(code)};`;
    },
    watchChange(file) {
      if (file.includes("/src/")) built = undefined;
    },
  };
}

async function buildRuntime(alias: Alias[]) {
  const files: string[] = [];
  const output = await build({
    configFile: false,
    logLevel: "error",
    publicDir: false,
    resolve: { alias: [...alias, oneLocale] },
    plugins: [
      {
        name: "files",
        moduleParsed: ({ id }) => {
          if (!id.includes("node_modules") && !id.startsWith("\0")) files.push(id);
        },
      },
    ],
    build: {
      write: false,
      target: "es2023",
      lib: { entry: file("worker.ts"), formats: ["iife"], name: "sandboxWorker" },
    },
  });
  // With `write: false` and without `watch` it is what was built, for each format.
  const [bundle] = [output].flat() as Rolldown.RolldownOutput[];
  const chunk = bundle?.output[0];
  if (!chunk) throw new Error("The sandbox's worker was not built.");
  return { code: chunk.code, files };
}
