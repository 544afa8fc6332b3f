/**
 * The tables of one store. SQL is kept to what PostgreSQL 15 and later, CockroachDB and YugabyteDB
 * document.
 *
 * 1. Keys and names of a user's own are `bytea`, which sorts by bytes and holds every character.
 * 2. Documents are `text`, not `jsonb`, which refuses U+0000.
 * 3. What is looked for stands in columns; the rest of a record is its document.
 */
import { StoreVersionError } from "../errors.ts";
import { first, type SqlDatabase } from "./sql.ts";

const VERSION = 1;

const TABLES = `
CREATE TABLE IF NOT EXISTS version (number int PRIMARY KEY);
CREATE TABLE IF NOT EXISTS invocations (
  seq bigserial PRIMARY KEY, id text UNIQUE NOT NULL, tool text NOT NULL, args text NOT NULL,
  state text NOT NULL, created_at float8 NOT NULL, owner text NOT NULL, execution int NOT NULL,
  record text NOT NULL
);
CREATE INDEX IF NOT EXISTS pending ON invocations (state) WHERE state IN ('running', 'interrupted');
CREATE TABLE IF NOT EXISTS executions (
  invocation bigint, number int, record text NOT NULL, PRIMARY KEY (invocation, number)
);
CREATE TABLE IF NOT EXISTS answers (
  invocation bigint, number int, response text NOT NULL, PRIMARY KEY (invocation, number)
);
CREATE TABLE IF NOT EXISTS fences (
  invocation bigint, execution int, PRIMARY KEY (invocation, execution)
);
CREATE TABLE IF NOT EXISTS guards (
  invocation bigint, alias bytea, execution int NOT NULL, attempts int NOT NULL, record text NOT NULL,
  value text, PRIMARY KEY (invocation, alias)
);
CREATE TABLE IF NOT EXISTS entries (
  map bytea, key bytea, value bytea NOT NULL, write bigint NOT NULL, PRIMARY KEY (map, key)
);
CREATE TABLE IF NOT EXISTS writes (
  seq bigserial PRIMARY KEY, map bytea NOT NULL, once bytea UNIQUE, header text NOT NULL,
  packed bytea NOT NULL
);
CREATE INDEX IF NOT EXISTS writes_of_map ON writes (map, seq);
CREATE TABLE IF NOT EXISTS trace (
  invocation text, execution int, n bigint, place bigserial, unrecorded bool NOT NULL, event text NOT NULL,
  PRIMARY KEY (invocation, execution, n, place)
);
CREATE TABLE IF NOT EXISTS hits (
  plan bytea, fault int, count int NOT NULL, PRIMARY KEY (plan, fault)
);
CREATE TABLE IF NOT EXISTS ledger (
  seq bigserial PRIMARY KEY, invocation text NOT NULL, sameness bytea NOT NULL, record text NOT NULL
);
CREATE INDEX IF NOT EXISTS rows_of_invocation ON ledger (invocation, seq);
`;

/**
 * Makes the tables that are not there yet, where the search path points.
 *
 * @throws StoreVersionError where the database is of a newer version
 */
export async function makeTables(sql: SqlDatabase): Promise<void> {
  const [versions = "", ...others] = TABLES.split(";").filter((text) => text.trim() !== "");
  await sql.query(versions);
  const found = await first(sql.query<{ number: number }>("SELECT number FROM version"));
  if (found && found.number > VERSION) {
    throw new StoreVersionError(
      `This database is of version ${found.number}, which a newer version of this program has made; ` +
        `this one knows versions up to ${VERSION}. Use that version; nothing was changed.`,
    );
  }
  for (const statement of others) await sql.query(statement);
  if (!found) await sql.query("INSERT INTO version VALUES ($1)", [VERSION]);
}

/** Everything is gone, and numbers begin at 1 again. */
export async function emptyTables(sql: SqlDatabase): Promise<void> {
  const tables = [...TABLES.matchAll(/CREATE TABLE IF NOT EXISTS (\w+)/g)].flatMap(
    ([, name = ""]) => (name === "version" ? [] : [name]),
  );
  await sql.query(`TRUNCATE ${tables.join(", ")} RESTART IDENTITY`);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export function toBytea(text: string): Uint8Array {
  return encoder.encode(text);
}

export function fromBytea(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Of a long name what an index can hold, equal for equal names: SHA-256. */
export async function digestOf(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text)));
}
