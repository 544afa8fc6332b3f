/**
 * A server in a process of its own, started by the one that watches over it (`process-life.ts`).
 *
 * 1. It lives and dies with its host: without it, it ends as in a crash, as soon as nothing keeps its thread busy.
 * 2. A signal of the terminal or of the system is the host's, which ends it in order.
 */
import { exampleNamed } from "../examples/index.ts";
import { forEachPort, manyPorts, PORTS, serveRemote } from "../remote/index.ts";
import { openPostgres } from "../store/postgres/index.ts";
import { loadToolFile } from "./load-tool-file.ts";

/** What it is told first. */
export interface ServerInit {
  readonly name: string;
  /** An example's name, or the path of a tool file. */
  readonly tools:
    { readonly example: string } | { readonly file: string; readonly export: string | undefined };
  readonly effects: "real" | "simulated";
  /** Where it opens a database of its own; what its host serves is used unless given. */
  readonly postgres?: { readonly url: string; readonly schema: string } | undefined;
}

async function toolsOf({ tools }: ServerInit) {
  if ("file" in tools) return await loadToolFile(tools.file, tools.export);
  const example = exampleNamed(tools.example);
  if (!example) throw new Error(`There is no example “${tools.example}”.`);
  return (await example.load()).default;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);
process.once("disconnect", () => process.exit(1));

const many = manyPorts(PORTS, (message) => process.send?.(message));
process.once("message", (init: ServerInit) => {
  process.on("message", many.take);
  const { name, effects, postgres } = init;
  serveRemote({
    name,
    effects,
    load: () => toolsOf(init),
    ports: forEachPort(many.port),
    ...(postgres
      ? {
          open: async () => {
            const store = await openPostgres(postgres);
            return { store, ledger: store.ledger };
          },
        }
      : {}),
  });
});
