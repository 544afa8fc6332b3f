/** `npm start`, after the build: serves the page until it is told to end. `-- --port 9992` takes another port. */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CannotServeError, DEFAULT_PORT, parsePort, servePage } from "./index.ts";

const BUILD = fileURLToPath(new URL("../../dist", import.meta.url));

/** The port that was asked for; `undefined` where what was typed cannot be understood, which is reported. */
function portAskedFor(): number | undefined {
  try {
    const { values } = parseArgs({ options: { port: { type: "string" } } });
    return values.port === undefined ? DEFAULT_PORT : parsePort(values.port);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 2;
    return undefined;
  }
}

async function serve(port: number): Promise<void> {
  const server = await servePage(BUILD, port);
  console.log(`The playground is at ${server.url} (Ctrl-C ends it).`);
  // Once each: a second signal ends it as it stands.
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void server.close());
  }
}

const port = portAskedFor();
if (port !== undefined) {
  try {
    await serve(port);
  } catch (error) {
    if (!(error instanceof CannotServeError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
