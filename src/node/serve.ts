/**
 * `npm run serve`: an example, or a tool file, as a server by HTTP, until it is told to end.
 *
 *     npm run serve -- processing
 *     npm run serve -- ./my-tools.ts --store postgres://me@localhost/shop --port 9992
 */
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { exampleNamed, examples } from "../examples/index.ts";
import { Inspected, RemoteHost, type Inspection } from "../remote/index.ts";
import { StoreError, type ServerStore } from "../store/index.ts";
import { openPglite, openPostgres } from "../store/postgres/index.ts";
import { inspector } from "./inspector.ts";
import { Keeper } from "./keeper.ts";
import { PortTakenError } from "./listen.ts";
import { logToStderr, wordsOf } from "./log.ts";
import { DEFAULT_PORT, parsePort, portBeside } from "./port.ts";
import { serverProcesses } from "./process-life.ts";
import { serveHost } from "./serve-host.ts";
import type { ServerInit } from "./server-process.ts";
import { startedIn } from "./started-in.ts";

/** How long a file may take to be built and to register its tools, and its database to be opened, in milliseconds. */
const MAKE_MS = 60_000;

const BUILD = fileURLToPath(new URL("../../dist", import.meta.url));

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

/** What is served, and how. */
function find({ target, export: exported, effects }: Asked): Omit<ServerInit, "postgres"> {
  const example = exampleNamed(target);
  // There is nothing real behind an example.
  if (example) {
    const { name } = example;
    return { name, tools: { example: name }, effects: effects ?? "simulated" };
  }
  const file = resolve(startedIn(), target);
  const name = basename(file).replace(/\.[^.]+$/, "");
  return { name, tools: { file, export: exported }, effects: effects ?? "real" };
}

interface Opened {
  readonly store: ServerStore;
  /** Without a password. */
  readonly where: string;
  readonly postgres?: { readonly url: string; readonly schema: string };
}

/** What is no address is a folder. */
async function openStore({ store: url, schema }: Asked, name: string): Promise<Opened> {
  if (url?.includes("://")) {
    // One for each server: another's calls are of tools that this one does not have.
    const own = schema ?? `durable_${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_")}`;
    const postgres = { url, schema: own };
    const store = await openPostgres(postgres);
    return { store, where: store.name, postgres };
  }
  const directory = resolve(startedIn(), url ?? join(".durable-mcp", name));
  return { store: await openPglite({ directory }), where: directory };
}

async function serve(asked: Asked): Promise<void> {
  const found = find(asked);
  const { name, tools } = found;
  const { store, where, postgres } = await openStore(asked, name);
  const log = logToStderr;
  const processes = serverProcesses({ ...found, postgres }, store);
  const inspection: Inspection = {
    name,
    where,
    ...("example" in tools ? { example: tools.example } : {}),
  };
  const inspected = new Inspected(inspection, { store, ledger: store.ledger });
  const keeper = new Keeper(
    (onCrash) =>
      new RemoteHost({
        open: processes.open,
        store,
        settings: inspected.hostSettings,
        makeMs: MAKE_MS,
        onChange: () => inspected.hasChanged(),
        onCrash: (server) => {
          inspected.hasCrashed(server);
          onCrash(server);
        },
        onError: (error) => {
          log({ level: "error", event: "error", error: wordsOf(error) });
          inspected.hasFailed(error);
        },
        onSilence: (ms) => inspected.isSilent(ms),
      }),
    log,
  );
  inspected.control = keeper;
  const close = async (): Promise<void> => {
    await processes.end();
    await store.close();
  };
  try {
    const { port } = asked;
    const beside = inspector({ directory: BUILD, inspection, inspected, log });
    const server = await serveHost({ keeper, store, port, log, beside });
    console.log(`${name} is at ${server.url}, its store in ${where} (Ctrl-C ends it).`);
    console.log(`The page that inspects it is at ${new URL("/", server.url).href}`);
    // Once each: a second signal ends it as it stands.
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => void server.close().then(close));
    }
  } catch (error) {
    await close();
    throw error;
  }
}

/** What is wrong with what was asked for: it is told in words. Some come from the server's own process. */
const FOR_WHO_STARTED_IT = ["ToolFileError", "InvalidToolError", "PortTakenError"];

let asked: Asked | undefined;
try {
  asked = askedFor();
  await serve(asked);
} catch (error) {
  const isForWhoStartedIt =
    error instanceof StoreError ||
    (error instanceof Error && FOR_WHO_STARTED_IT.includes(error.name));
  if (asked && !isForWhoStartedIt) throw error;
  process.exitCode = asked ? 1 : 2;
  const more =
    error instanceof PortTakenError ? ` Take another with --port ${portBeside(error.port)}.` : "";
  console.error(`${error instanceof Error ? error.message : String(error)}${more}`);
}
