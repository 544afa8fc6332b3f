/**
 * `npm run example`: starts an example's server, waits for it, runs its client script, and ends it; without a
 * name, from a menu. `-- --latency 500` lets the outside services take their time, in milliseconds.
 * `-- --url http://localhost:9991/mcp` runs the script on a server that is there, of `npm run serve`.
 */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { ElicitRequestSchema, type ElicitResult } from "@modelcontextprotocol/sdk/types.js";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import {
  exampleNamed,
  examples,
  loadClientScript,
  loadUrlClient,
  type Example,
  type TranscriptLine,
} from "../examples/index.ts";
import { openPglite } from "../store/postgres/index.ts";
import { logToStderr, wordsOf, type Log } from "./log.ts";
import { folderOf, startServing, type Serving } from "./serving.ts";

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
// A second one ends it as it stands.
process.once("SIGINT", leave);
process.once("SIGTERM", leave);

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
  const ends: (() => Promise<void>)[] = [];
  try {
    const { runClient } = await example.load();
    const { ClientScript } = await loadClientScript();
    const { UrlClient } = await loadUrlClient();
    let at = url;
    if (!at) {
      const serving = await start(example);
      ends.push(() => serving.close());
      at = new URL(serving.url);
      print({ kind: "note", text: `Its server is at ${at.href}, its store in ${serving.where}.` });
    }
    const client = new UrlClient(at, newClient);
    ends.unshift(() => client.close());
    const { connect, isLost } = client;
    await runClient(new ClientScript({ connect, isLost, print, signal }));
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    console.log(signal.aborted ? "\nLeft in the middle." : `\nThe script ended early: ${why}`);
    return signal.aborted;
  } finally {
    terminal.off("line", onLine);
    for (const end of ends) await end().catch((error: unknown) => console.log(wordsOf(error)));
  }
}

/** Errors alone: the transcript tells the rest. */
const log: Log = (entry) => {
  if (entry.level === "error") logToStderr(entry);
};

function start({ name }: Example): Promise<Serving> {
  const tools = { example: name };
  return startServing({
    name,
    tools,
    effects: "simulated",
    port: 0,
    settings: { latencyMs },
    log,
  });
}

function newClient(): Client {
  const about = { name: "durable-mcp-example", version: "1.0.0" };
  const client = new Client(about, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => confirm(params.message));
  return client;
}

async function wipe(): Promise<void> {
  for (const { name } of examples) {
    const directory = folderOf(name);
    if (!existsSync(directory)) continue;
    const store = await openPglite({ directory });
    try {
      await store.wipe();
      await store.ledger.wipe();
    } finally {
      await store.close();
    }
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
      await wipe().catch((error: unknown) => console.log(wordsOf(error)));
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
