/** `npm run serve` as a process: a file of one's own and an example, killed, ended in order, and badly asked. */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { uuidv7 } from "../durable/index.ts";
import {
  examples,
  loadClientScript,
  loadUrlClient,
  type TranscriptLine,
} from "../examples/index.ts";
import { call, memoryStore } from "../lab/index.ts";
import { createServer } from "./index.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "playground-serve-"));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Run {
  readonly child: ChildProcess;
  /** What it has said by now. */
  said(): string;
  /** Its code, when it has ended and said all. */
  readonly ended: Promise<number | null>;
}

function run(script: string, ...args: readonly string[]): Run {
  const child = spawn(process.execPath, ["--import", "tsx", script, ...args], { cwd: root });
  children.push(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (bytes) => (said += String(bytes)));
  }
  const ended = once(child, "close").then(([code]) => code as number | null);
  return { child, said: () => said, ended };
}

async function serve(...args: readonly string[]): Promise<Run & { readonly url: string }> {
  const running = run("src/node/serve.ts", ...args, "--port", "0");
  const found = (): string | undefined =>
    /is at (http:\S+\/mcp), its store in .* \(Ctrl-C ends it\)\./.exec(running.said())?.[1];
  await expect.poll(found).toBeDefined();
  return { ...running, url: found() ?? "" };
}

const TOOLS = `
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { atLeastOnce, atMostOnce, effect, structured } from "durable-mcp-playground";
import type { DurableMcpServer } from "durable-mcp-playground";
import { z } from "zod";

const folder = ${JSON.stringify(folder)};
const n = z.number();

export default (server: DurableMcpServer) => {
  server.registerTool("pay", { outputSchema: { n } }, async (_, context) => {
    const charge = () => (appendFileSync(join(folder, "charges"), "1\\n"), 1);
    await atMostOnce("charge", context, (c) => effect(c, "bank.charge", {}, charge), { schema: n });
    const receipt = () => {
      const isFirst = !existsSync(join(folder, "begun"));
      writeFileSync(join(folder, "begun"), "");
      return isFirst ? new Promise(() => undefined) : 2;
    };
    const sent = await atLeastOnce("receipt", context, (c) => effect(c, "mail.send", {}, receipt), { schema: n });
    return structured({ n: sent });
  });
};
`;

async function pay(url: string, invocation: string) {
  const client = new Client({ name: "test", version: "1.0.0" });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return { client, answer: call(client, "pay", {}, invocation) };
}

it("a file of one's own, that needs Node, is killed in the middle of a call and resumed by the next start", async () => {
  const [file, store] = [join(folder, "shop.ts"), join(folder, "store")];
  writeFileSync(file, TOOLS);
  const first = await serve(file, "--store", store);
  const id = uuidv7();
  const { client, answer } = await pay(first.url, id);
  const isLost = expect(answer).rejects.toThrow();
  await expect.poll(() => existsSync(join(folder, "begun"))).toBe(true);
  first.child.kill("SIGKILL");
  await first.ended;
  await client.close();
  await isLost;
  const next = await serve(file, "--store", store);
  const again = await pay(next.url, id);
  expect((await again.answer).structuredContent).toEqual({ n: 2 });
  await again.client.close();
  expect(readFileSync(join(folder, "charges"), "utf8")).toBe("1\n");
  next.child.kill("SIGTERM");
  expect(await next.ended).toBe(0);
  expect(next.said()).toContain('"event":"closed"');
}, 240_000);

it("an example stands alone, and its client script runs against its address", async () => {
  const { url } = await serve("processing", "--store", join(folder, "example"));
  const script = run("src/node/command.ts", "example", "processing", "--url", url);
  expect(await script.ended).toBe(0);
  expect(script.said()).toContain("# The same payment again, as a retry: what is stored answers");
  expect(script.said()).toContain('"status":"success"');
  expect(script.said()).not.toContain("ended early");
}, 240_000);

describe.each(examples)("$name", (example) => {
  it("has every answer over HTTP", async () => {
    const store = memoryStore();
    const { default: register, runClient } = await example.load();
    const about = { name: example.name, version: "1.0.0", port: 0, log: () => undefined };
    const server = await createServer({ ...about, store, register, effects: "simulated" });
    const [{ ClientScript }, { UrlClient }] = await Promise.all([
      loadClientScript(),
      loadUrlClient(),
    ]);
    const client = new UrlClient(
      new URL(server.url),
      () => new Client({ name: "test", version: "1.0.0" }),
    );
    const lines: TranscriptLine[] = [];
    await runClient(
      new ClientScript({ connect: client.connect, print: (line) => lines.push(line) }),
    );
    const of = (kind: string) => lines.filter((line) => line.kind === kind).map(({ text }) => text);
    expect(of("answer")).toHaveLength(of("call").length);
    expect(of("answer").filter((text) => text.startsWith("error:"))).toEqual([]);
    expect(of("note").join()).not.toContain("is lost");
    await client.close();
    await server.close();
    await store.close();
  });
});

it("what is badly asked for is a sentence that says what to do, and nothing is started", async () => {
  const bad: [readonly string[], number, string][] = [
    [[], 2, "Say what is served: a file, or an example (processing, steps"],
    [["a.ts", "b.ts"], 2, "One server at a time, not also b.ts."],
    [["steps", "--effects", "none"], 2, "--effects is real or simulated, not “none”."],
    [["steps", "--port", "99999"], 2, "A port is a whole number"],
    [["steps", "--stor", "x"], 2, "Unknown option '--stor'"],
    [["./nowhere.ts"], 1, "There is no file"],
    [["steps", "--store", "mysql://localhost/x"], 1, "It looks like postgres://user:password@"],
    [["steps", "--store", "/dev/null/x"], 1, "Name a folder that this user may write to"],
  ];
  await Promise.all(
    bad.map(async ([args, code, sentence]) => {
      const asked = run("src/node/serve.ts", ...args);
      expect([await asked.ended, asked.said()]).toEqual([code, expect.stringContaining(sentence)]);
      expect(asked.said().trim().split("\n")).toHaveLength(1);
    }),
  );
}, 240_000);
