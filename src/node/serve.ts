/**
 * `npm run serve`: an example, or a tool file, as a server by HTTP, until it is told to end.
 *
 *     npm run serve -- processing
 *     npm run serve -- ./my-tools.ts --store postgres://me@localhost/shop --port 9992
 */
import { basename, resolve } from "node:path";
import { parseArgs } from "node:util";
import { exampleNamed, examples } from "../examples/index.ts";
import { StoreError } from "../store/index.ts";
import { PortTakenError } from "./listen.ts";
import { logToStderr } from "./log.ts";
import { DEFAULT_PORT, parsePort, portBeside } from "./port.ts";
import { startServing, type ServingOptions } from "./serving.ts";
import { startedIn } from "./started-in.ts";

type Asked = Omit<ServingOptions, "log">;

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
  const about = { port: portOf(port), store, schema };
  const example = exampleNamed(target);
  // There is nothing real behind an example.
  if (example) {
    const { name } = example;
    return { ...about, name, tools: { example: name }, effects: effects ?? "simulated" };
  }
  const file = resolve(startedIn(), target);
  const name = basename(file).replace(/\.[^.]+$/, "");
  return { ...about, name, tools: { file, export: exported }, effects: effects ?? "real" };
}

/** 0 is any that is free. */
function portOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  return text === "0" ? 0 : parsePort(text);
}

async function serve(asked: Asked): Promise<void> {
  const serving = await startServing({ ...asked, log: logToStderr });
  const { url, where } = serving;
  console.log(`${asked.name} is at ${url}, its store in ${where} (Ctrl-C ends it).`);
  console.log(`The page that inspects it is at ${new URL("/", url).href}`);
  // Once each: a second signal ends it as it stands.
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void serving.close());
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
