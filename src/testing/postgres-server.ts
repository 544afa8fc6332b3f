/** A PostgreSQL of the tests' own: from the machine's binaries, in a temporary folder, with fsync on. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";

export interface PostgresServer {
  /** Of the database `postgres`, by its owner. */
  readonly url: string;
  readonly port: number;
  /** Ends it as after a loss of power: by SIGKILL, all of its processes. */
  kill(): Promise<void>;
  /** Begins it again, in the same folder and on the same port. */
  start(): Promise<void>;
  /** Ends it, and removes its folder. */
  remove(): Promise<void>;
}

/** @param settings of `postgresql.conf` */
export async function startPostgres(
  bin: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "playground-postgres-"));
  const user = postgresUser();
  if (user) chownSync(folder, user.uid, user.gid);
  const data = join(folder, "data");
  execFileSync(join(bin, "initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"], {
    stdio: "pipe",
    ...user,
  });
  const port = await freePort();
  const options = { listen_addresses: "127.0.0.1", unix_socket_directories: folder, ...settings };
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  let child: ChildProcess | undefined;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const running = child;
    child = undefined;
    if (!running?.pid || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once("exit", resolve));
    // A group of its own: SIGKILL ends all of its processes at once.
    process.kill(signal === "SIGKILL" ? -running.pid : running.pid, signal);
    await ended;
  };
  const server: PostgresServer = {
    url,
    port,
    kill: () => end("SIGKILL"),
    async start() {
      const args = Object.entries(options).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
      child = spawn(join(bin, "postgres"), ["-D", data, "-p", String(port), ...args], {
        detached: true,
        stdio: ["ignore", "ignore", "pipe"],
        ...user,
      });
      await untilReady(child, url);
    },
    async remove() {
      await end("SIGINT");
      rmSync(folder, { recursive: true });
    },
  };
  await server.start();
  return server;
}

/** As whom it runs, where it refuses to be run by who runs the tests: by root. */
export function postgresUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string): number =>
    Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: idOf("-u"), gid: idOf("-g") };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  let said = "";
  child.stderr?.on("data", (text: Buffer) => (said = (said + String(text)).slice(-2000)));
  for (;;) {
    if (child.exitCode !== null) throw new Error(`PostgreSQL did not start: ${said}`);
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
