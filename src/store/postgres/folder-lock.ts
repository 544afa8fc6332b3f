/**
 * A folder is one process's at a time. What holds it is a listening socket, which the system frees when
 * the process dies, however it dies: nothing stays behind that another would have to judge.
 */
import { createHash } from "node:crypto";
import { realpathSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { StoreUnavailableError } from "../errors.ts";

/** How long a holder may take to say who it is, in milliseconds. */
const PATIENCE_MS = 1000;

/**
 * @param folder is there
 * @returns frees it
 * @throws StoreUnavailableError where another process has it
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const address = addressOf(realpathSync(folder));
  const server = (await listen(address)) ?? (await listenAfterDeath(address));
  if (!server) {
    const holder = await holderOf(address);
    throw new StoreUnavailableError(
      `The folder ${folder} is open in ${holder === undefined ? "another process" : `process ${holder}`}: ` +
        `stop that one, or name another folder. One process at a time can have it.`,
    );
  }
  return () => new Promise((resolve) => server.close(() => resolve()));
}

/** Linux and Windows have names that are no files. */
function addressOf(path: string): string {
  const name = `durable-mcp-${createHash("sha256").update(path).digest("hex").slice(0, 32)}`;
  if (process.platform === "linux") return `\0${name}`;
  return process.platform === "win32" ? `\\\\.\\pipe\\${name}` : `/tmp/${name}.sock`;
}

/** `undefined` where another listens, or has listened and left a file. */
function listen(address: string): Promise<Server | undefined> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end(String(process.pid));
  });
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(address, () => {
      // It keeps no process alive.
      server.unref();
      resolve(server);
    });
  });
}

/** Where the name is a file, it stays when its process dies; nobody answers there then. */
async function listenAfterDeath(address: string): Promise<Server | undefined> {
  if (!address.endsWith(".sock") || (await holderOf(address)) !== undefined) return undefined;
  rmSync(address, { force: true });
  return await listen(address);
}

/** Its process id; `undefined` where it does not answer. */
function holderOf(address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = "";
    const socket = connect(address);
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.on("data", (bytes) => (said += String(bytes)));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(said === "" ? undefined : said));
  });
}
