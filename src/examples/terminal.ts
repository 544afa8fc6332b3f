/** Runs an example in a terminal: `npm run example <name>`, or without a name from a menu. */
import "fake-indexeddb/auto";
import { createInterface } from "node:readline/promises";
import { connect } from "../mcp/index.ts";
import { openStore } from "../store/index.ts";
import { openWorld } from "../world/index.ts";
import { exampleNamed, examples, type Example, type TranscriptLine } from "./index.ts";

const PREFIXES: Record<TranscriptLine["kind"], string> = {
  heading: "\n# ",
  tool: "  ",
  call: "→ ",
  answer: "← ",
  note: "! ",
};

async function run(example: Example): Promise<void> {
  console.log(`\n${example.title}: ${example.shows}`);
  const store = await openStore({ name: example.name });
  const world = await openWorld({ name: `${example.name}-ledger` });
  const server = example.createServer({ store, world });
  try {
    await server.start();
    const { client } = await connect(server);
    await example.runClient(client, ({ kind, text }) => console.log(PREFIXES[kind] + text));
    await client.close();
  } finally {
    await server.close();
    store.close();
    world.ledger.close();
  }
}

async function menu(): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // Ctrl-C and the end of the input leave as q does.
  const left = new AbortController();
  terminal.on("SIGINT", () => left.abort());
  terminal.on("close", () => left.abort());
  while (!left.signal.aborted) {
    console.log("");
    examples.forEach(({ title, shows }, index) => console.log(`${index + 1}  ${title}: ${shows}`));
    console.log("q  Leave");
    const answer = await terminal.question("> ", { signal: left.signal }).catch(() => "q");
    if (answer.trim() === "q") break;
    const example = examples[Number(answer) - 1] ?? exampleNamed(answer.trim());
    if (example) await run(example);
    else console.log(`There is no example “${answer}”: give a number, a name, or q.`);
  }
  terminal.close();
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
