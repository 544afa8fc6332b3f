/**
 * Makes the tool lists of published MCP servers anew, from the versions that are named here:
 * `npm run tool-lists`, or `npm run tool-lists -- <name>`. Descriptions are left out. Each server is
 * installed into a folder of its own, without running its scripts, and asked over stdio.
 */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

interface Published {
  /** With its version. */
  readonly package: string;
  /** Below `node_modules`, with its arguments. */
  readonly command: readonly string[];
  /** What it wants before it lists anything; none of it is real. */
  readonly env?: Readonly<Record<string, string>>;
}

const SERVERS: Readonly<Record<string, Published>> = {
  everything: {
    package: "@modelcontextprotocol/server-everything@2026.8.31",
    command: [".bin/mcp-server-everything", "stdio"],
  },
  // 344 tools; one with 444 references; 27 that refer to themselves.
  ms365: {
    package: "@softeria/ms-365-mcp-server@0.155.0",
    command: [".bin/ms-365-mcp-server", "--org-mode"],
  },
  // References by long paths, to themselves among them.
  line: {
    package: "@line/line-bot-mcp-server@0.5.0",
    command: [".bin/line-bot-mcp-server"],
    env: { CHANNEL_ACCESS_TOKEN: "dummy", DESTINATION_USER_ID: "U0" },
  },
  iterable: {
    package: "@iterable/mcp@1.9.0",
    command: [".bin/iterable-mcp"],
    env: {
      ITERABLE_API_KEY: "0123456789abcdef0123456789abcdef",
      ITERABLE_USER_PII: "true",
      ITERABLE_ENABLE_WRITES: "true",
      ITERABLE_ENABLE_SENDS: "true",
    },
  },
  notion: {
    package: "@notionhq/notion-mcp-server@2.5.2",
    command: [".bin/notion-mcp-server"],
    env: { NOTION_TOKEN: "ntn_dummy" },
  },
  // Output schemas, alternatives, records.
  mongodb: {
    package: "mongodb-mcp-server@3.0.4",
    command: [
      ".bin/mongodb-mcp-server",
      "--telemetry",
      "disabled",
      "--connectionString",
      "mongodb://127.0.0.1:9/db",
    ],
    env: { MDB_MCP_API_CLIENT_ID: "dummy", MDB_MCP_API_CLIENT_SECRET: "dummy" },
  },
  // Tuples as draft 7 writes them.
  mapbox: {
    package: "@mapbox/mcp-server@0.14.0",
    command: ["@mapbox/mcp-server/dist/esm/index.js"],
    env: { MAPBOX_ACCESS_TOKEN: "pk.eyJ1IjoiZHVtbXkiLCJhIjoiZHVtbXkifQ.dummy" },
  },
};

const LISTS = fileURLToPath(new URL("../../src/testing/tool-lists/", import.meta.url));
/** The SDK's own type would drop what it does not know. */
const Page = z.object({
  tools: z.array(
    z.looseObject({
      name: z.string(),
      inputSchema: z.unknown(),
      outputSchema: z.unknown().optional(),
    }),
  ),
  nextCursor: z.string().optional(),
});

async function listTools(server: Published): Promise<unknown[]> {
  const folder = mkdtempSync(join(tmpdir(), "tool-lists-"));
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
  execFileSync("npm", ["install", "--prefix", folder, ...quiet, server.package]);
  const [program = "", ...args] = server.command;
  const client = new Client({ name: "tool-lists", version: "1" });
  try {
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [join(folder, "node_modules", program), ...args],
        env: { PATH: process.env["PATH"] ?? "", HOME: folder, ...server.env },
        cwd: folder,
        stderr: "ignore",
      }),
    );
    const tools: unknown[] = [];
    let cursor: string | undefined;
    do {
      const params = cursor === undefined ? {} : { cursor };
      const page = await client.request({ method: "tools/list", params }, Page);
      for (const { name, inputSchema, outputSchema } of page.tools) {
        tools.push({
          name,
          inputSchema: withoutDescriptions(inputSchema),
          ...(outputSchema === undefined
            ? {}
            : { outputSchema: withoutDescriptions(outputSchema) }),
        });
      }
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return tools;
  } finally {
    await client.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A property that is named `description` is none. */
function withoutDescriptions(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutDescriptions);
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([name, value]) => name !== "description" || typeof value !== "string")
      .map(([name, value]) => [name, withoutDescriptions(value)]),
  );
}

const wanted = process.argv.slice(2);
for (const [name, server] of Object.entries(SERVERS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const tools = await listTools(server);
  writeFileSync(join(LISTS, `${name}.json`), `${JSON.stringify(tools)}\n`);
  console.log(`${name}: ${tools.length} tools of ${server.package}`);
}
