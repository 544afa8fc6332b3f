/** `npm start`'s program: what it says, and how it ends. The build is there. */
import { spawn, type ChildProcess } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "@playwright/test";
import { PORT } from "./playwright.config.ts";

interface Run {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  readonly out: () => string;
  readonly ended: Promise<number | null>;
}

function start(...args: readonly string[]): Run {
  const child = spawn(process.execPath, ["--import", "tsx", "src/node/start.ts", ...args], {
    cwd: new URL("..", import.meta.url),
  });
  let out = "";
  const keep = (chunk: Buffer): void => {
    out += chunk.toString();
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("close", resolve);
    child.on("error", reject);
  });
  return { child, out: () => out, ended };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`it tells where the page is, and ${signal} ends it in order`, async () => {
    const port = await freePort();
    const { child, out, ended } = start("--port", String(port));
    await expect.poll(out).toContain(`http://localhost:${port}`);
    // This leaves a connection open, which must not hold the end back.
    const answer = await fetch(`http://localhost:${port}/`);
    expect(await answer.text()).toContain("<title>Durable MCP Playground</title>");
    child.kill(signal);
    expect(await ended).toBe(0);
    await expect(fetch(`http://localhost:${port}/`)).rejects.toThrow("fetch failed");
  });
}

test("a taken port is told in one sentence, with what to do", async () => {
  // The one that these tests run on.
  const { out, ended } = start(`--port=${PORT}`);
  expect(await ended).toBe(1);
  expect(out()).toBe(
    `Port ${PORT} is taken by another playground: stop that one, or take another port with --port ${PORT + 1}.\n`,
  );
});

for (const [args, told] of [
  [["--port", "99999"], /^A port is a whole number from 1 to 65535, not “99999”\.\n$/],
  [["--port"], /argument missing/],
  [["--prot", "9992"], /Unknown option '--prot'/],
] as const) {
  test(`${args.join(" ")} is told, and nothing is started`, async () => {
    const { out, ended } = start(...args);
    expect(await ended).toBe(2);
    expect(out()).toMatch(told);
    expect(out()).not.toContain("    at ");
  });
}
