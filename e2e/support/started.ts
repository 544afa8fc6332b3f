/** The playground's own command, started as a person starts it. */
import { spawn, type ChildProcess } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

const COMMAND = fileURLToPath(new URL("../../src/node/command.ts", import.meta.url));

export interface Started {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  readonly out: () => string;
  readonly ended: Promise<number | null>;
}

export function start(...args: readonly string[]): Started {
  return startIn(process.cwd(), ...args);
}

/** @param folder where the person is */
export function startIn(folder: string, ...args: readonly string[]): Started {
  return run(folder, COMMAND, ...args);
}

/** By its path: the folder may be anywhere. */
const TSX = import.meta.resolve("tsx");

function run(folder: string, ...args: readonly string[]): Started {
  // As by hand: not as a script of this package.
  const { npm_package_name: _, ...env } = process.env;
  const child = spawn(process.execPath, ["--import", TSX, ...args], { cwd: folder, env });
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

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** `npm run serve`, as a process of its own. */
export function serve(...args: readonly string[]): Started {
  return start("serve", ...args);
}

/** `npm run example`, as a process of its own. */
export function example(folder: string, ...args: readonly string[]): Started {
  return startIn(folder, "example", ...args);
}
