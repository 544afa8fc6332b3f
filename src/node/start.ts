/**
 * `npm start`, after the build, and the package's command: serves the page until it is told to end.
 *
 *     npm start -- ./my-tools.ts --port 9992
 */
import { fileURLToPath } from "node:url";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { ToolFileState } from "../sandbox/index.ts";
import { ToolFileError } from "./build-tool-file.ts";
import { DEFAULT_PORT, parsePort } from "./port.ts";
import { CannotServeError, requireBuild, servePage } from "./serve-page.ts";
import { startedIn } from "./started-in.ts";
import { TYPES_FILE } from "./types-file.ts";
import type { WatchedToolFile } from "./watch-tool-file.ts";

const BUILD = fileURLToPath(new URL("../../dist", import.meta.url));

interface Asked {
  readonly port: number;
  /** Absolute. */
  readonly file: string | undefined;
}

/** What was asked for; `undefined` where what was typed cannot be understood, which is reported. */
function askedFor(): Asked | undefined {
  try {
    const { values, positionals } = parseArgs({
      options: { port: { type: "string" } },
      allowPositionals: true,
    });
    const [file, ...more] = positionals;
    if (more.length > 0) throw new Error(`One file at a time, not also ${more.join(", ")}.`);
    return {
      port: values.port === undefined ? DEFAULT_PORT : parsePort(values.port),
      file: file === undefined ? undefined : resolve(startedIn(), file),
    };
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 2;
    return undefined;
  }
}

function report({ name, code, error, servers, client, problems }: ToolFileState): void {
  if (client?.error !== undefined) console.error(client.error);
  if (code === undefined) console.error(error);
  else console.log(`${name}: ${servers.map((server) => server.export).join(", ")} built.`);
  for (const { file = name, line, column, message } of problems) {
    console.error(`${file}:${line}:${column} ${message}`);
  }
}

async function open(path: string): Promise<WatchedToolFile> {
  requireBuild(BUILD);
  // The compiler is loaded for those who need it.
  const { WatchedToolFile } = await import("./watch-tool-file.ts");
  const file = new WatchedToolFile(path, join(BUILD, TYPES_FILE));
  report(await file.open());
  file.subscribe((state) => {
    if (state) report(state);
  });
  return file;
}

async function serve({ port, file: path }: Asked): Promise<void> {
  const file = path === undefined ? undefined : await open(path);
  try {
    const server = await servePage(BUILD, port, file);
    console.log(`The playground is at ${server.url} (Ctrl-C ends it).`);
    // Once each: a second signal ends it as it stands.
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => void Promise.all([server.close(), file?.close()]));
    }
  } catch (error) {
    await file?.close();
    throw error;
  }
}

const asked = askedFor();
if (asked) {
  try {
    await serve(asked);
  } catch (error) {
    if (!(error instanceof CannotServeError || error instanceof ToolFileError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
