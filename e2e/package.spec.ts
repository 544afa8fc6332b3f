/** The package as a person has it: packed, installed into an empty folder, and run by plain Node. */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { expect, test } from "@playwright/test";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { call } from "../src/lab/index.ts";
import { findPostgres } from "../src/testing/find-postgres.ts";
import { programsOf } from "../src/testing/programs.ts";
import { startPostgres, type PostgresServer } from "../src/testing/postgres-server.ts";

// One folder is installed, once.
test.describe.configure({ mode: "serial", timeout: 600_000 });

const root = fileURLToPath(new URL("..", import.meta.url));
/** How npm says that it reaches no registry. */
const NO_REGISTRY = /ENOTFOUND|EAI_AGAIN|ENOTCACHED/;

let folder = "";
let hasRegistry = true;
/** The programs of Node by their major versions. */
const nodes = new Map<string, string>();

function run(cwd: string, command: string, ...args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    timeout: 240_000,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}

/** @returns whether the registry was there */
function install(cwd: string, what: string): boolean {
  try {
    run(cwd, "npm", "install", "--no-audit", "--no-fund", "--no-package-lock", what);
    return true;
  } catch (error) {
    if (NO_REGISTRY.test(String(error))) return false;
    throw error;
  }
}

function nodeOf(version: string): string | undefined {
  if (process.version.startsWith(`v${version}.`)) return process.execPath;
  const cwd = join(folder, `node-${version}`);
  mkdirSync(cwd);
  writeFileSync(join(cwd, "package.json"), "{}");
  const name = `node-${process.platform}-${process.arch}`;
  if (!install(cwd, `${name}@${version}`)) return undefined;
  return join(cwd, "node_modules", name, "bin/node");
}

test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "playground-package-"));
  run(root, "npm", "run", "build:package");
  // The page was built for the other tests.
  const packed = run(root, "npm", "pack", "--ignore-scripts", "--pack-destination", folder);
  const file = packed.trim().split("\n").at(-1) ?? "";
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  hasRegistry = install(folder, `./${file}`);
  if (!hasRegistry) return;
  for (const version of ["20", "22"]) {
    const node = nodeOf(version);
    if (node !== undefined) nodes.set(version, node);
  }
  // The README's programs, each by the name in its first line.
  for (const { name, code } of programsOf(readFileSync(join(root, "README.md"), "utf8"))) {
    if (name !== undefined) writeFileSync(join(folder, name), code);
  }
});

const children: ChildProcess[] = [];
test.beforeEach(() =>
  test.skip(!hasRegistry, "No npm registry can be reached: nothing is installed."),
);
test.afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
test.afterAll(() => rmSync(folder, { recursive: true }));

test("the README's programs pass the types that are installed, and nothing else does", () => {
  const options =
    "--strict --skipLibCheck --target es2023 --module nodenext --rewriteRelativeImportExtensions";
  const compile = (...files: string[]) =>
    run(folder, join("node_modules", ".bin", "tsc"), ...options.split(" "), ...files);
  compile("--sourceMap", "--outDir", "out", "server.ts", "shop.test.ts");
  writeFileSync(
    join(folder, "wrong.ts"),
    `import { Lab } from "durable-mcp-playground/testing";\nexport const lab: number = new Lab();\n`,
  );
  expect(() => compile("--noEmit", "wrong.ts")).toThrow("Type 'Lab' is not assignable");
});

test("what is installed has source maps with their sources, and no tests", () => {
  const lib = join(folder, "node_modules/durable-mcp-playground/lib");
  const map: unknown = JSON.parse(readFileSync(join(lib, "durable/guard.js.map"), "utf8"));
  expect(map).toMatchObject({ sourcesContent: [expect.stringContaining("atMostOnce")] });
  expect(existsSync(join(lib, "durable/guard.d.ts"))).toBe(true);
  expect(existsSync(join(lib, "durable/guard.test.js"))).toBe(false);
});

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
}

async function running(
  node: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Running> {
  // As by hand: not as a script of this package.
  const { npm_package_name: _, ...outer } = process.env;
  const child = spawn(node, args, { cwd: folder, env: { ...outer, ...env } });
  children.push(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  }
  const found = (): string | undefined => / is at (http:\S+\/mcp)/.exec(said)?.[1];
  const url = (): string | undefined => {
    if (child.exitCode !== null) throw new Error(`It ended: ${said}`);
    return found();
  };
  await expect.poll(url, { timeout: 90_000 }).toBeDefined();
  return { child, url: found() ?? "" };
}

async function pay(url: string, invocation: string): Promise<unknown> {
  const client = new Client({ name: "buyer", version: "1.0.0" });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  const { structuredContent, execution } = await call(client, "pay", { amount: 25 }, invocation);
  await client.close();
  return [structuredContent, execution];
}

const ID = "01900000-0000-7000-8000-000000000001";
const paid = { status: "success", receipt: { id: "r1" } };

const bin = findPostgres();
const runs = [
  ["20", "PGlite"],
  ["22", bin === undefined ? "PGlite" : "PostgreSQL"],
] as const;
for (const [version, engine] of runs) {
  test(`on Node ${version} and ${engine} the README's server answers, is killed, and answers from its store`, async () => {
    const node = nodes.get(version) ?? "";
    test.skip(node === "", `No Node ${version} can be had here.`);
    let postgres: PostgresServer | undefined;
    try {
      if (engine === "PostgreSQL" && bin !== undefined) postgres = await startPostgres(bin);
      rmSync(join(folder, "shop-store"), { recursive: true, force: true });
      const env = {
        PORT: "0",
        EFFECTS: "simulated",
        ...(postgres ? { DATABASE_URL: postgres.url } : {}),
      };
      const first = await running(node, ["out/server.js"], env);
      expect(await pay(first.url, ID)).toEqual([paid, 1]);
      first.child.kill("SIGKILL");
      await once(first.child, "exit");
      const next = await running(node, ["--enable-source-maps", "out/server.js"], env);
      expect(await pay(next.url, ID)).toEqual([paid, 2]);
      await ends(next.child);
    } finally {
      await postgres?.remove();
    }
  });

  test(`on Node ${version} the README's tests of its tools pass`, () => {
    const node = nodes.get(version) ?? "";
    test.skip(node === "", `No Node ${version} can be had here.`);
    expect(run(folder, node, "--test", "out/shop.test.js")).toMatch(/^# pass 2$/m);
  });
}

test("the command serves the tool file, with the page", async () => {
  const node = nodes.get("22") ?? process.execPath;
  const command = "node_modules/durable-mcp-playground/lib/node/command.js";
  const args = [command, "serve", "shop.ts", "--effects", "simulated", "--port", "0"];
  const { url, child } = await running(node, [...args, "--store", "./other-store"]);
  expect(await pay(url, ID)).toEqual([paid, 1]);
  const page = await fetch(new URL("/", url));
  expect(await page.text()).toContain("<title>Durable MCP Playground</title>");
  await ends(child);
});

/** In order, when it is told to. */
async function ends(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
}
