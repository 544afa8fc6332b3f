#!/usr/bin/env node
/** The package's command: the playground, and what its scripts do in a clone (`npm run serve`, `npm run example`). */

const HELP = `durable-mcp-playground [file] [--port 9991]
    The playground in a browser, on a tool file of yours if you name one: checked, built and restarted as you save it.

durable-mcp-playground serve <example | file> [--store <folder | postgres://…>] [--schema …] [--export …]
                             [--effects real | simulated] [--port 9991]
    An MCP server by Streamable HTTP, with the page as its inspector.

durable-mcp-playground example [name] [--latency 500] [--url http://localhost:9991/mcp]
    An example from end to end: its server, and its client script. Without a name, a menu.
`;

const [first] = process.argv.slice(2);
if (first === "--help" || first === "-h") {
  console.log(HELP);
} else if (first === "serve" || first === "example") {
  // What is asked of it comes after.
  process.argv.splice(2, 1);
  await (first === "serve" ? import("./serve.ts") : import("./example.ts"));
} else {
  await import("./start.ts");
}
export {};
