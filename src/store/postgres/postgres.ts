/** A store on a database server: PostgreSQL 15 or later, or what speaks its language; see `schema.ts`. */
import type pg from "pg";
import type { InspectableStore } from "../durable-store.ts";
import { InvalidAddressError } from "../errors.ts";
import type { Ledger } from "../ledger.ts";
import type { Liveness } from "../liveness.ts";
import { sqlLedger } from "./ledger.ts";
import { leases, type Leases } from "./leases.ts";
import { PgDriver } from "./pg-driver.ts";
import { isMadeTwice } from "./pg-errors.ts";
import { emptyTables, migrate } from "./schema.ts";
import { SqlChannel } from "./sql-channel.ts";
import { sqlStore } from "./store.ts";

/** Which database, and how servers live on it. */
export interface OpenPostgresOptions {
  /** `postgres://user:password@host:5432/database`. */
  readonly url: string;
  /** The store's tables are in a schema of their own, which is made where it is not there; `durable_mcp` by default. */
  readonly schema?: string;
  /** How long a server lives without a renewal of its lease, in milliseconds; 10,000 by default, 1,000 at the least. */
  readonly leaseMs?: number;
  /** For how long a server that cannot be reached is waited for, in milliseconds; 30,000 by default. */
  readonly patienceMs?: number;
  /** Whether changes are told of by `LISTEN`, beside a feed that is polled: where the server has it, unless this is false. */
  readonly listen?: boolean;
  /** How often the feed is polled, in milliseconds; 250 by default, 1,000 where there is `LISTEN`. */
  readonly pollMs?: number;
  /** How many connections are opened at the most; 10 by default. */
  readonly connections?: number;
}

/** What a server answers to a statement that it does not have. */
const NOT_SUPPORTED = "0A000";
const NO_SYNTAX = "42601";

/** A shorter lease would run out between two renewals on a machine that is busy. */
const LEAST_LEASE_MS = 1000;

/** One database, and the stores of this process on it. */
export class PostgresDatabase {
  readonly #channels = new Set<SqlChannel>();

  private constructor(
    readonly name: string,
    private readonly pool: pg.Pool,
    private readonly sql: PgDriver,
    private readonly leases: Leases,
    private readonly listener: Listener | undefined,
    private readonly pollMs: number,
  ) {}

  /**
   * Connects, and brings the schema to this version.
   *
   * @throws InvalidAddressError for an address or a name of a schema that is none
   * @throws RangeError for a lease of less than a second
   * @throws StoreUnavailableError where the server cannot be reached, or does not let this user in
   * @throws StoreVersionError where the database is of a newer version
   */
  static async open(options: OpenPostgresOptions): Promise<PostgresDatabase> {
    const { schema = "durable_mcp", leaseMs = 10_000, patienceMs = 30_000 } = options;
    const { listen = true, connections = 10 } = options;
    if (!(leaseMs >= LEAST_LEASE_MS)) {
      throw new RangeError(
        `leaseMs is at the least ${LEAST_LEASE_MS} milliseconds, not ${leaseMs}.`,
      );
    }
    const { where, ...address } = readAddress(options.url, schema);
    const { default: pg } = await import("pg");
    const config: pg.ClientConfig = { ...address.config, types: plainBytes(pg) };
    const pool = new pg.Pool({ ...config, max: connections });
    // A connection that breaks is replaced; what was under way on it is told by its own error.
    pool.on("error", () => undefined);
    pool.on("connect", (client) => client.on("error", () => undefined));
    try {
      // Who opens it is told at once what is wrong.
      await prepare(new PgDriver({ pool, where, patienceMs: 0 }), schema);
      const sql = new PgDriver({ pool, where, patienceMs });
      const listener = listen
        ? await Listener.open(() => new pg.Client(config), schema)
        : undefined;
      const { pollMs = listener ? 1000 : 250 } = options;
      const name = `${where} ${schema}`;
      return new PostgresDatabase(name, pool, sql, leases(sql, { leaseMs }), listener, pollMs);
    } catch (error) {
      await pool.end();
      throw error;
    }
  }

  get liveness(): Liveness {
    return this.leases;
  }

  async store(liveness?: Liveness): Promise<InspectableStore> {
    return sqlStore({
      name: this.name,
      sql: this.sql,
      channel: await this.#channel("store"),
      liveness: liveness ?? this.leases,
      ...(liveness ? {} : { confirmDead: this.leases.confirmDead }),
      release: () => Promise.resolve(),
    });
  }

  async ledger(): Promise<Ledger> {
    return sqlLedger(this.sql, await this.#channel("ledger"), () => Promise.resolve());
  }

  /** Deletes everything, and counts from 1 again: for tests. */
  async empty(): Promise<void> {
    await this.#sent();
    await emptyTables(this.sql);
  }

  /** Closes it, when its stores are closed. */
  async close(): Promise<void> {
    this.leases.close();
    await this.#sent();
    this.sql.close();
    await this.listener?.close();
    await this.pool.end();
  }

  async #channel(kind: string): Promise<SqlChannel> {
    const { listener, pollMs } = this;
    const channel = await SqlChannel.open(this.sql, kind, { pollMs, wake: listener?.topic });
    listener?.add(channel);
    this.#channels.add(channel);
    return channel;
  }

  async #sent(): Promise<void> {
    for (const channel of this.#channels) await channel.sent();
  }
}

interface Address {
  /** For people: without the password. */
  readonly where: string;
  readonly config: pg.ClientConfig;
}

const SCHEMA = /^[a-z_][a-z0-9_]{0,50}$/;

function readAddress(url: string, schema: string): Address {
  if (!SCHEMA.test(schema)) {
    throw new InvalidAddressError(
      `"${schema}" is no name of a schema: up to 51 of a to z, 0 to 9 and _, no digit first.`,
    );
  }
  let parsed: URL | undefined;
  try {
    parsed = new URL(url);
  } catch {
    parsed = undefined;
  }
  if (!parsed || !/^postgres(ql)?:$/.test(parsed.protocol)) {
    // It may hold a password: it is not repeated.
    throw new InvalidAddressError(
      "That is no address of a PostgreSQL. It looks like postgres://user:password@localhost:5432/database.",
    );
  }
  const host = parsed.hostname || parsed.searchParams.get("host") || "localhost";
  const database = decodeURIComponent(parsed.pathname.slice(1)) || "its default database";
  return {
    where: `PostgreSQL at ${host}:${parsed.port || "5432"} (${database})`,
    config: {
      connectionString: url,
      options: `-c search_path=${schema}`,
      application_name: "durable-mcp",
      connectionTimeoutMillis: 5000,
      query_timeout: 20_000,
      keepAlive: true,
    },
  };
}

/** Bytes as everywhere here: not as Node's `Buffer`. */
function plainBytes({ types }: typeof pg): pg.CustomTypesConfig {
  const BYTEA = 17;
  return {
    getTypeParser: (oid, format) => {
      const parse = types.getTypeParser(oid, format) as (text: string) => unknown;
      if ((oid as number) !== BYTEA) return parse;
      return (text: string) => new Uint8Array(parse(text) as Buffer);
    },
  };
}

/** Makes the schema and its tables; of servers that start at the same time, one does. */
async function prepare(sql: PgDriver, schema: string): Promise<void> {
  const MOST_TRIES = 5;
  for (let tries = 1; ; tries++) {
    try {
      // To make one that is there needs a right all the same.
      const [found] = await sql.query(
        "SELECT 1 FROM information_schema.schemata WHERE schema_name = $1",
        [schema],
      );
      if (!found) await sql.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
      await migrate(sql);
      return;
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      if (!isMadeTwice(cause ?? error) || tries === MOST_TRIES) throw error;
    }
  }
}

/** Hears of new messages on a connection of its own, which it opens again when it is lost. */
class Listener {
  readonly #channels = new Set<SqlChannel>();
  #isClosed = false;
  #client: pg.Client | undefined;

  private constructor(
    readonly topic: string,
    private readonly makeClient: () => pg.Client,
  ) {}

  /** @returns `undefined` where the server has no `LISTEN`, as CockroachDB has none */
  static async open(makeClient: () => pg.Client, schema: string): Promise<Listener | undefined> {
    const listener = new Listener(`durable_mcp_${schema}`, makeClient);
    try {
      await listener.#listen();
      return listener;
    } catch (error) {
      await listener.close();
      const { code } = error as { readonly code?: unknown };
      if (code === NOT_SUPPORTED || code === NO_SYNTAX) return undefined;
      throw error;
    }
  }

  add(channel: SqlChannel): void {
    this.#channels.add(channel);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#client?.end().catch(() => undefined);
  }

  async #listen(): Promise<void> {
    const client = this.makeClient();
    this.#client = client;
    const lost = (): void => {
      if (this.#isClosed || this.#client !== client) return;
      this.#client = undefined;
      for (const channel of this.#channels) channel.lose();
      // Until then the feed is polled.
      setTimeout(() => void this.#listenAgain(), 1000).unref();
    };
    client.on("error", lost);
    client.on("end", lost);
    client.on("notification", () => {
      for (const channel of this.#channels) channel.wake();
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${this.topic}`);
    } catch (error) {
      // Its end is heard of, and it is tried again.
      await client.end().catch(() => undefined);
      throw error;
    }
  }

  async #listenAgain(): Promise<void> {
    if (!this.#isClosed) await this.#listen().catch(() => undefined);
  }
}
