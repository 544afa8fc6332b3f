/** Runs an example in a terminal: `npm run example <name>`, or without a name from a menu. */
import "fake-indexeddb/auto";
import { createInterface } from "node:readline";
import { ElicitRequestSchema, type ElicitResult } from "@modelcontextprotocol/sdk/types.js";
import { connect } from "../mcp/index.ts";
import { openStore } from "../store/index.ts";
import { openWorld } from "../world/index.ts";
import {
  ClientScript,
  exampleNamed,
  examples,
  type Example,
  type TranscriptLine,
} from "./index.ts";

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

async function run(example: Example): Promise<void> {
  console.log(`\n${example.title}: ${example.shows}`);
  const store = await openStore({ name: example.name });
  const world = await openWorld({ name: `${example.name}-ledger` });
  const server = example.createServer({ store, world });
  try {
    await server.start();
    const { client } = await connect(server, {
      capabilities: { elicitation: {} },
      prepare: (client) =>
        client.setRequestHandler(ElicitRequestSchema, ({ params }) => confirm(params.message)),
    });
    const { signal } = left;
    await example.runClient(
      new ClientScript({ connect: () => Promise.resolve(client), print, signal }),
    );
  } catch (error) {
    if (!left.signal.aborted) throw error;
    console.log("\nLeft in the middle; the server was stopped.");
  } finally {
    await server.close();
    store.close();
    world.ledger.close();
  }
}

async function menu(): Promise<void> {
  while (!left.signal.aborted) {
    console.log("");
    examples.forEach(({ title, shows }, index) => console.log(`${index + 1}  ${title}: ${shows}`));
    console.log("q  Leave");
    const answer = await nextLine("> ");
    if (answer === undefined || answer === "q") break;
    const example = examples[Number(answer) - 1] ?? exampleNamed(answer);
    if (example) await run(example);
    else console.log(`There is no example “${answer}”: give a number, a name, or q.`);
  }
}

const [name] = process.argv.slice(2);
const example = name === undefined ? undefined : exampleNamed(name);
if (name === undefined) await menu();
else if (example) await run(example);
else {
  const names = examples.map((each) => each.name).join(", ");
  console.error(`There is no example “${name}”. There are: ${names}.`);
  process.exitCode = 2;
}
terminal.close();
