/**
 * `npm run serve`: an example, or a tool file, as a server by HTTP, until it is told to end.
 *
 *     npm run serve -- processing
 *     npm run serve -- ./my-tools.ts --store postgres://me@localhost/shop --port 9992
 */
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { exampleNamed, examples } from "../examples/index.ts";
import type { ToolFile } from "../host/index.ts";
import { InvalidToolError } from "../mcp/index.ts";
import { StoreError, type ServerStore } from "../store/index.ts";
import { openPglite, openPostgres } from "../store/postgres/index.ts";
import { ToolFileError } from "./build-tool-file.ts";
import { createServer } from "./create-server.ts";
import { PortTakenError } from "./listen.ts";
import { loadToolFile } from "./load-tool-file.ts";
import { DEFAULT_PORT, parsePort, portBeside } from "./port.ts";
import { startedIn } from "./started-in.ts";

interface Asked {
  readonly target: string;
  readonly port: number;
  readonly export: string | undefined;
  readonly store: string | undefined;
  readonly schema: string | undefined;
  readonly effects: "real" | "simulated" | undefined;
}

/** @throws Error in words for who typed it */
function askedFor(): Asked {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: "string" },
      export: { type: "string" },
      store: { type: "string" },
      schema: { type: "string" },
      effects: { type: "string" },
    },
  });
  const [target, ...more] = positionals;
  const names = examples.map(({ name }) => name).join(", ");
  if (target === undefined)
    throw new Error(`Say what is served: a file, or an example (${names}).`);
  if (more.length > 0) throw new Error(`One server at a time, not also ${more.join(", ")}.`);
  const { port, export: exported, store, schema, effects } = values;
  if (effects !== undefined && effects !== "real" && effects !== "simulated") {
    throw new Error(`--effects is real or simulated, not “${effects}”.`);
  }
  return { target, port: portOf(port), export: exported, store, schema, effects };
}

/** 0 is any that is free. */
function portOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  return text === "0" ? 0 : parsePort(text);
}

interface Served {
  readonly name: string;
  readonly register: ToolFile;
  /** Unless something else is asked for. */
  readonly effects: "real" | "simulated";
}

async function find({ target, export: exported }: Asked): Promise<Served> {
  const example = exampleNamed(target);
  if (example) {
    const { default: register } = await example.load();
    // There is nothing real behind them.
    return { name: example.name, register, effects: "simulated" };
  }
  const path = resolve(startedIn(), target);
  const name = basename(path).replace(/\.[^.]+$/, "");
  return { name, register: await loadToolFile(path, exported), effects: "real" };
}

/** What is no address is a folder. */
async function openStore({ store, schema }: Asked, name: string): Promise<[ServerStore, string]> {
  if (store?.includes("://")) {
    // One for each server: another's calls are of tools that this one does not have.
    const own = schema ?? `durable_${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_")}`;
    const opened = await openPostgres({ url: store, schema: own });
    return [opened, opened.name];
  }
  const directory = resolve(startedIn(), store ?? join(".durable-mcp", name));
  return [await openPglite({ directory }), directory];
}

async function serve(asked: Asked): Promise<void> {
  const { name, register, effects } = await find(asked);
  const [store, where] = await openStore(asked, name);
  try {
    const server = await createServer({
      name,
      version: "1.0.0",
      store,
      register,
      effects: asked.effects ?? effects,
      port: asked.port,
    });
    console.log(`${name} is at ${server.url}, its store in ${where} (Ctrl-C ends it).`);
    // Once each: a second signal ends it as it stands.
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => void server.close().then(() => store.close()));
    }
  } catch (error) {
    await store.close();
    throw error;
  }
}

let asked: Asked | undefined;
try {
  asked = askedFor();
  await serve(asked);
} catch (error) {
  const isForWhoStartedIt =
    error instanceof StoreError ||
    error instanceof ToolFileError ||
    error instanceof InvalidToolError ||
    error instanceof PortTakenError;
  if (asked && !isForWhoStartedIt) throw error;
  process.exitCode = asked ? 1 : 2;
  const more =
    error instanceof PortTakenError ? ` Take another with --port ${portBeside(error.port)}.` : "";
  console.error(`${error instanceof Error ? error.message : String(error)}${more}`);
}
