/**
 * Three PostgreSQL on loopback under Patroni and etcd, of the tests' own: one is the primary, and a commit is
 * answered when it is on a second, too. Reached by one address, as through HAProxy: whoever is the primary.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { findPostgres } from "./find-postgres.ts";
import { freePort, postgresUser } from "./postgres-server.ts";

/** Patroni's least: how long a primary that is gone keeps its place, in seconds. */
const TTL_S = 20;
/** How often it is looked who is the primary, in milliseconds. */
const LOOK_MS = 200;
const NODES = 3;

interface Node {
  readonly name: string;
  readonly port: number;
  /** Of Patroni's own interface. */
  readonly restPort: number;
  readonly config: string;
  readonly data: string;
  child: ChildProcess | undefined;
}

const Members = z.object({
  members: z.array(z.looseObject({ name: z.string(), role: z.string(), state: z.string() })),
});
type Member = z.infer<typeof Members>["members"][number];

/** The programs that are missing, each by Debian's package. */
function missingPrograms(): string[] {
  const isThere = (name: string): boolean =>
    (process.env["PATH"] ?? "").split(":").some((folder) => existsSync(join(folder, name)));
  return [
    ...(findPostgres() === undefined ? ["postgresql"] : []),
    ...(isThere("patroni") ? [] : ["patroni"]),
    ...(isThere("etcd") ? [] : ["etcd-server"]),
  ];
}

export class Cluster {
  readonly #sockets = new Map<Socket, Node>();
  readonly #proxy = createServer((client) => this.#forward(client));
  #primary: Node | undefined;
  #looking: ReturnType<typeof setInterval> | undefined;

  private constructor(
    private readonly folder: string,
    private readonly nodes: readonly Node[],
    private readonly etcd: ChildProcess,
  ) {}

  /** Starts them; see `isWhole` for when they are there. */
  static async start(): Promise<Cluster> {
    const missing = missingPrograms();
    const bin = findPostgres();
    if (missing.length > 0 || bin === undefined) {
      throw new Error(`This needs Debian’s packages: apt-get install ${missing.join(" ")}.`);
    }
    const user = postgresUser();
    const folder = mkdtempSync(join(tmpdir(), "playground-cluster-"));
    const own = (path: string): string => {
      if (user) chownSync(path, user.uid, user.gid);
      return path;
    };
    own(folder);
    const [client, peer] = [await freePort(), await freePort()];
    const etcdUrl = `http://127.0.0.1:${client}`;
    const etcd = spawn(
      "etcd",
      [
        ...["--data-dir", join(folder, "etcd"), "--log-level", "error"],
        ...["--listen-client-urls", etcdUrl, "--advertise-client-urls", etcdUrl],
        ...["--listen-peer-urls", `http://127.0.0.1:${peer}`],
        ...["--initial-advertise-peer-urls", `http://127.0.0.1:${peer}`],
        ...["--initial-cluster", `default=http://127.0.0.1:${peer}`],
      ],
      { stdio: "ignore", ...user },
    );
    const nodes: Node[] = [];
    for (let index = 1; index <= NODES; index++) {
      const name = `node${index}`;
      const [port, restPort] = [await freePort(), await freePort()];
      const data = join(folder, name);
      const config = join(folder, `${name}.json`);
      const home = join(folder, `${name}-run`);
      mkdirSync(home);
      own(home);
      const trust = (which: string): string => `host ${which} all 127.0.0.1/32 trust`;
      // JSON is YAML.
      writeFileSync(
        config,
        JSON.stringify({
          scope: "playground",
          name,
          restapi: {
            listen: `127.0.0.1:${restPort}`,
            connect_address: `127.0.0.1:${restPort}`,
          },
          etcd3: { host: `127.0.0.1:${client}` },
          bootstrap: {
            dcs: {
              ttl: TTL_S,
              loop_wait: 1,
              retry_timeout: 3,
              synchronous_mode: true,
              synchronous_mode_strict: true,
              postgresql: { use_pg_rewind: true, parameters: { max_connections: 100 } },
            },
            initdb: [{ encoding: "UTF8" }, "data-checksums"],
          },
          postgresql: {
            listen: `127.0.0.1:${port}`,
            connect_address: `127.0.0.1:${port}`,
            data_dir: data,
            bin_dir: bin,
            pgpass: join(home, "pgpass"),
            pg_hba: [trust("all"), trust("replication")],
            parameters: { unix_socket_directories: home },
            authentication: {
              superuser: { username: "postgres", password: "postgres" },
              replication: { username: "replicator", password: "replicator" },
            },
          },
        }),
      );
      nodes.push({ name, port, restPort, config, data, child: undefined });
    }
    const cluster = new Cluster(folder, nodes, etcd);
    for (const node of nodes) cluster.#start(node);
    cluster.#looking = setInterval(() => void cluster.#look(), LOOK_MS);
    cluster.#proxy.listen(0, "127.0.0.1");
    await once(cluster.#proxy, "listening");
    return cluster;
  }

  /** Of the primary's database, whichever that is. */
  get url(): string {
    const { port } = this.#proxy.address() as AddressInfo;
    return `postgres://postgres@127.0.0.1:${port}/postgres`;
  }

  get hasPrimary(): boolean {
    return this.#primary !== undefined;
  }

  /** As Patroni sees them. */
  async #members(): Promise<readonly Member[]> {
    for (const { restPort, child } of this.nodes) {
      if (!child) continue;
      try {
        const answer = await fetch(`http://127.0.0.1:${restPort}/cluster`);
        return Members.parse(await answer.json()).members;
      } catch {
        // It is not there yet: another is asked.
      }
    }
    return [];
  }

  /** Whether the primary is reached, and has a synchronous standby. */
  async isWhole(): Promise<boolean> {
    const members = await this.#members();
    const isStreaming = ({ state }: Member): boolean =>
      state === "running" || state === "streaming";
    return (
      this.#primary !== undefined &&
      members.some(({ role }) => role === "leader") &&
      members.some((member) => member.role === "sync_standby" && isStreaming(member)) &&
      members.filter(isStreaming).length === NODES
    );
  }

  /** Kills the primary's machine, so to say: all of its processes, by SIGKILL. @returns brings it back */
  async killPrimary(): Promise<() => void> {
    const node = this.#primary;
    const child = node?.child;
    if (!node || !child?.pid) throw new Error("There is no primary.");
    node.child = undefined;
    this.#primary = undefined;
    await killAll(child, node);
    this.#drop(node);
    return () => this.#start(node);
  }

  async end(): Promise<void> {
    clearInterval(this.#looking);
    this.#proxy.close();
    for (const socket of this.#sockets.keys()) socket.destroy();
    for (const node of this.nodes) if (node.child) await killAll(node.child, node);
    this.etcd.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  #start(node: Node): void {
    node.child = spawn("patroni", [node.config], {
      stdio: "ignore",
      cwd: this.folder,
      ...postgresUser(),
    });
  }

  /** Patroni answers 200 at `/primary` where its PostgreSQL is. */
  async #look(): Promise<void> {
    for (const node of this.nodes) {
      const { child } = node;
      if (!child) continue;
      try {
        const { ok } = await fetch(`http://127.0.0.1:${node.restPort}/primary`, {
          signal: AbortSignal.timeout(2000),
        });
        // It may have been killed meanwhile.
        if (ok && node.child === child) {
          if (this.#primary !== node && this.#primary) this.#drop(this.#primary);
          this.#primary = node;
          return;
        }
      } catch {
        // Nobody is there.
      }
    }
    if (this.#primary) this.#drop(this.#primary);
    this.#primary = undefined;
  }

  #forward(client: Socket): void {
    const node = this.#primary;
    client.on("error", () => client.destroy());
    if (!node) {
      client.destroy();
      return;
    }
    const upstream = connect(node.port, "127.0.0.1");
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.set(one, node);
      one.on("error", () => one.destroy());
      one.on("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }

  #drop(node: Node): void {
    for (const [socket, of] of this.#sockets) if (of === node) socket.destroy();
  }
}

/**
 * Kills Patroni, and the PostgreSQL that it has started, which is no child of its own.
 *
 * @throws Error where one of them lives on
 */
async function killAll(patroni: ChildProcess, { data }: Node): Promise<void> {
  const hasEnded = patroni.exitCode !== null || patroni.signalCode !== null;
  const ended = hasEnded ? undefined : once(patroni, "exit");
  // First, for it would start another PostgreSQL.
  patroni.kill("SIGKILL");
  await ended;
  const postmaster = postmasterOf(data);
  const postgres = postmaster === undefined ? [] : [postmaster, ...(await pidsBelow(postmaster))];
  for (const pid of postgres) killOne(pid);
  for (let tries = 0; (await livingOf(postgres)).length > 0; tries++) {
    if (tries === 100) throw new Error(`PostgreSQL's processes live on: ${postgres.join(", ")}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** `undefined` where none runs: its file is gone with it, unless it was killed before. */
function postmasterOf(data: string): number | undefined {
  const file = join(data, "postmaster.pid");
  return existsSync(file) ? Number(readFileSync(file, "utf8").split("\n")[0]) : undefined;
}

/** The processes by their parents; those that have ended and are not waited for are none. */
async function processes(): Promise<ReadonlyMap<number, number>> {
  const ps = spawn("ps", ["-eo", "pid=,ppid=,stat="], { stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  for await (const part of ps.stdout) text += String(part);
  return new Map(
    text
      .trim()
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , state = ""]) => !state.startsWith("Z"))
      .map(([pid, parent]): [number, number] => [Number(pid), Number(parent)]),
  );
}

async function livingOf(pids: readonly number[]): Promise<number[]> {
  const found = await processes();
  return pids.filter((pid) => found.has(pid));
}

async function pidsBelow(pid: number): Promise<number[]> {
  const parents = await processes();
  return [...parents].filter(([, parent]) => parent === pid).map(([own]) => own);
}

function killOne(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // It ended by itself meanwhile.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
