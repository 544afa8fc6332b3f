/**
 * Runs an example in a terminal: `npm run example <name>`, or without a name from a menu.
 * `-- --latency 500` lets the outside services take their time, in milliseconds; `-- --url
 * http://localhost:9991/mcp` runs its client script on a server that is there, of `npm run serve`.
 */
import "fake-indexeddb/auto";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { ClientScript, type ScriptOptions } from "./client-script.ts";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { ElicitRequestSchema, type ElicitResult } from "@modelcontextprotocol/sdk/types.js";
import { connect } from "../mcp/index.ts";
import { openStore } from "../store/indexeddb/index.ts";
import { openWorld } from "../world/index.ts";
import { exampleNamed, examples, serverOf, type Example, type TranscriptLine } from "./index.ts";
import { UrlClient } from "./url-client.ts";

const PREFIXES: Record<TranscriptLine["kind"], string> = {
  heading: "\n# ",
  tool: "  ",
  call: "→ ",
  progress: "… ",
  answer: "← ",
  note: "! ",
};

const print = ({ kind, text }: TranscriptLine): void => console.log(PREFIXES[kind] + text);

const terminal = createInterface({ input: process.stdin, output: process.stdout });
const lines = terminal[Symbol.asyncIterator]();
const left = new AbortController();

/** Ctrl-C leaves and cleans up, also in the middle of a run. */
function leave(): void {
  left.abort(new Error("Left."));
  terminal.close();
}
terminal.on("SIGINT", leave);
process.on("SIGINT", leave);
process.on("SIGTERM", leave);

/** The next line that is typed; `undefined` at the end of the input. */
async function nextLine(prompt: string): Promise<string | undefined> {
  process.stdout.write(prompt);
  const line = await lines.next();
  return line.done ? undefined : line.value.trim();
}

async function confirm(message: string): Promise<ElicitResult> {
  print({ kind: "note", text: `The server asks: ${message}` });
  if (!process.stdin.isTTY) {
    print({ kind: "note", text: "Nobody is there to answer: the script accepts." });
    return { action: "accept", content: {} };
  }
  const answer = await nextLine("[y/N] ");
  return answer?.toLowerCase() === "y" ? { action: "accept", content: {} } : { action: "decline" };
}

/** Runs to the end, until Ctrl-C or, typed meanwhile, q. Tells whether it got to the end. */
async function run(example: Example): Promise<boolean> {
  console.log(`\n${example.title}: ${example.shows}`);
  const stopped = new AbortController();
  const signal = AbortSignal.any([left.signal, stopped.signal]);
  const onLine = (line: string): void => {
    // What is piped in is for afterwards.
    if (process.stdin.isTTY && line.trim() === "q") stopped.abort(new Error("Stopped."));
  };
  terminal.on("line", onLine);
  const { runClient } = await example.load();
  const reached = url === undefined ? await reachOwn(example) : reachUrl(url);
  try {
    await runClient(new ClientScript({ ...reached, print, signal }));
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    console.log(signal.aborted ? "\nLeft in the middle." : `\nThe script ended early: ${why}`);
    return signal.aborted;
  } finally {
    terminal.off("line", onLine);
    await reached.close();
  }
}

interface Reached extends Pick<ScriptOptions, "connect" | "isLost"> {
  readonly close: () => Promise<void>;
}

const capabilities = { elicitation: {} };
const prepare = (client: Client): void =>
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => confirm(params.message));

/** A server of its own in this process. */
async function reachOwn(example: Example): Promise<Reached> {
  const store = await openStore({ name: example.name });
  const world = await openWorld({ name: `${example.name}-ledger` });
  world.latencyMs = latencyMs;
  const server = await serverOf(example, { store, world });
  let client: Client | undefined;
  return {
    async connect() {
      if (client) return client;
      await server.start();
      return ({ client } = await connect(server, { capabilities, prepare })).client;
    },
    async close() {
      await server.close();
      await store.close();
      await world.ledger.close();
    },
  };
}

/** A server that is there. */
function reachUrl(url: URL): Reached {
  return new UrlClient(url, () => {
    const client = new Client({ name: "durable-mcp-example", version: "1.0.0" }, { capabilities });
    prepare(client);
    return client;
  });
}

async function wipe(): Promise<void> {
  for (const { name } of examples) {
    const store = await openStore({ name });
    const world = await openWorld({ name: `${name}-ledger` });
    await Promise.all([store.wipe(), world.ledger.wipe()]);
    await store.close();
    await world.ledger.close();
  }
  console.log("Everything was wiped.");
}

async function menu(): Promise<void> {
  while (!left.signal.aborted) {
    console.log("");
    examples.forEach(({ title, shows }, index) => console.log(`${index + 1}  ${title}: ${shows}`));
    console.log("w  Wipe what earlier runs have stored");
    console.log("q  Leave");
    const answer = await nextLine("> ");
    if (answer === undefined || answer === "q") break;
    if (answer === "w") {
      await wipe();
      continue;
    }
    const example = examples[Number(answer) - 1] ?? exampleNamed(answer);
    if (example) await run(example);
    else console.log(`There is no example “${answer}”: give a number, a name, or q.`);
  }
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { latency: { type: "string", default: "0" }, url: { type: "string" } },
});
const [name] = positionals;
const latencyMs = Number(values.latency);
const url = values.url !== undefined && URL.canParse(values.url) ? new URL(values.url) : undefined;
const example = name === undefined ? undefined : exampleNamed(name);
if (!(latencyMs >= 0)) {
  console.error(`A latency is a number of milliseconds, not “${values.latency}”.`);
  process.exitCode = 2;
} else if (values.url !== undefined && !url) {
  console.error(`An address looks like http://localhost:9991/mcp, not like “${values.url}”.`);
  process.exitCode = 2;
} else if (name === undefined) await menu();
else if (example) process.exitCode = (await run(example)) ? 0 : 1;
else {
  const names = examples.map((each) => each.name).join(", ");
  console.error(`There is no example “${name}”. There are: ${names}.`);
  process.exitCode = 2;
}
terminal.close();
