/** An example or a tool file as a server by HTTP, in a process that is watched over, and the page that inspects it. */
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Settings } from "../host/index.ts";
import { Inspected, RemoteHost, type Inspection } from "../remote/index.ts";
import type { ServerStore } from "../store/index.ts";
import { openPglite, openPostgres } from "../store/postgres/index.ts";
import { inspector } from "./inspector.ts";
import { Keeper } from "./keeper.ts";
import { wordsOf, type Log } from "./log.ts";
import { serverProcesses } from "./process-life.ts";
import { serveHost } from "./serve-host.ts";
import type { ServerInit } from "./server-process.ts";
import { startedIn } from "./started-in.ts";

/** How long a file may take to be built and to register its tools, and its database to be opened, in milliseconds. */
const MAKE_MS = 60_000;

const BUILD = fileURLToPath(new URL("../../dist", import.meta.url));

export interface ServingOptions extends Omit<ServerInit, "postgres"> {
  /** The address of a PostgreSQL, or else a folder; one for this name unless given. */
  readonly store?: string | undefined;
  /** In a PostgreSQL; one for this name unless given. */
  readonly schema?: string | undefined;
  /** 0 for any that is free. */
  readonly port: number;
  /** What it begins with; a page may set others. */
  readonly settings?: Partial<Settings>;
  readonly log: Log;
}

export interface Serving {
  /** Of its MCP endpoint. */
  readonly url: string;
  /** Where its store is, without a password. */
  readonly where: string;
  /** Ends it in order, and then its store. */
  close(): Promise<void>;
}

/** The folder where a server's store is, unless it is said. */
export function folderOf(name: string): string {
  return resolve(startedIn(), join(".durable-mcp", name));
}

interface Opened {
  readonly store: ServerStore;
  readonly where: string;
  readonly postgres?: { readonly url: string; readonly schema: string };
}

/** What is no address is a folder. */
async function openStore({ store: url, schema, name }: ServingOptions): Promise<Opened> {
  if (url?.includes("://")) {
    // One for each server: another's calls are of tools that this one does not have.
    const own = schema ?? `durable_${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_")}`;
    const postgres = { url, schema: own };
    const store = await openPostgres(postgres);
    return { store, where: store.name, postgres };
  }
  const directory = url === undefined ? folderOf(name) : resolve(startedIn(), url);
  return { store: await openPglite({ directory }), where: directory };
}

/**
 * Starts the server, and listens. What keeps it from either leaves nothing running.
 *
 * @throws StoreError where its store cannot be opened
 * @throws PortTakenError where another program listens on the port
 * @throws Error with the name that it had in the server's process: ToolFileError, InvalidToolError
 */
export async function startServing(options: ServingOptions): Promise<Serving> {
  const { name, tools, effects, port, settings, log } = options;
  const { store, where, postgres } = await openStore(options);
  const processes = serverProcesses({ name, tools, effects, postgres }, store);
  const inspection: Inspection = {
    name,
    where,
    ...("example" in tools ? { example: tools.example } : {}),
  };
  const inspected = new Inspected(inspection, { store, ledger: store.ledger }, settings);
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
    const beside = inspector({ directory: BUILD, inspection, inspected, log });
    const server = await serveHost({ keeper, store, port, log, beside });
    return {
      url: server.url,
      where,
      async close() {
        await server.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
