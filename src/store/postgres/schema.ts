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

/** What each version adds to the one before, in one transaction. */
const MIGRATIONS: readonly string[] = [
  `
CREATE TABLE invocations (
  seq bigserial PRIMARY KEY, id text UNIQUE NOT NULL, tool text NOT NULL, args text NOT NULL,
  state text NOT NULL, created_at float8 NOT NULL, owner text NOT NULL, execution int NOT NULL,
  record text NOT NULL, operation uuid NOT NULL
);
CREATE INDEX pending ON invocations (state) WHERE state IN ('running', 'interrupted');
CREATE TABLE executions (
  invocation bigint, number int, record text NOT NULL, PRIMARY KEY (invocation, number)
);
CREATE TABLE answers (
  invocation bigint, number int, response text NOT NULL, PRIMARY KEY (invocation, number)
);
CREATE TABLE guards (
  invocation bigint, alias bytea, execution int NOT NULL, attempts int NOT NULL, state text NOT NULL,
  record text NOT NULL, value text, is_over bool NOT NULL DEFAULT false, operation uuid NOT NULL,
  PRIMARY KEY (invocation, alias)
);
CREATE TABLE maps (name bytea PRIMARY KEY, removals bigint NOT NULL DEFAULT 0);
CREATE TABLE entries (
  map bytea, key bytea, value bytea NOT NULL, write bigint NOT NULL, PRIMARY KEY (map, key)
);
CREATE TABLE writes (
  seq bigserial PRIMARY KEY, map bytea NOT NULL, once bytea UNIQUE, header text NOT NULL,
  packed bytea NOT NULL, operation uuid UNIQUE NOT NULL
);
CREATE INDEX writes_of_map ON writes (map, seq);
CREATE TABLE trace (
  invocation text, execution int, n bigint, unrecorded bool NOT NULL, event text NOT NULL,
  PRIMARY KEY (invocation, execution, n)
);
CREATE TABLE hits (
  plan bytea, fault int, count int NOT NULL, operation uuid NOT NULL, PRIMARY KEY (plan, fault)
);
CREATE TABLE ledger (
  seq bigserial PRIMARY KEY, invocation text NOT NULL, sameness bytea NOT NULL, record text NOT NULL,
  operation uuid UNIQUE NOT NULL
);
CREATE INDEX rows_of_invocation ON ledger (invocation, seq);
CREATE TABLE servers (id text PRIMARY KEY, expires timestamptz NOT NULL);
CREATE TABLE feed (seq bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), changes text NOT NULL);
`,
];

const VERSION = MIGRATIONS.length;

/**
 * Brings the tables where the search path points to this version, one version after another; of servers
 * that start at the same time, one does it.
 *
 * @throws StoreVersionError where the database is of a newer version
 */
export async function migrate(sql: SqlDatabase): Promise<void> {
  await sql.query("CREATE TABLE IF NOT EXISTS version (one int PRIMARY KEY, number int NOT NULL)");
  await sql.query("INSERT INTO version VALUES (1, 0) ON CONFLICT DO NOTHING");
  await sql.transaction(async (sql) => {
    const found = await first(
      sql.query<{ number: number }>("SELECT number FROM version WHERE one = 1 FOR UPDATE"),
    );
    const number = Number(found?.number);
    if (number > VERSION) {
      throw new StoreVersionError(
        `This database is of version ${number}, which a newer version of this program has made; ` +
          `this one knows versions up to ${VERSION}. Use that version; nothing was changed.`,
      );
    }
    for (const migration of MIGRATIONS.slice(number)) {
      for (const statement of migration.split(";").filter((text) => text.trim() !== "")) {
        await sql.query(statement);
      }
    }
    if (number < VERSION) await sql.query("UPDATE version SET number = $1", [VERSION]);
  });
}

/** Everything is gone, and numbers begin at 1 again. */
export async function emptyTables(sql: SqlDatabase): Promise<void> {
  const made = MIGRATIONS.flatMap((migration) => [
    ...migration.matchAll(/CREATE TABLE (\w+) \((\s+seq bigserial)?/g),
  ]);
  // Of small tables it is quicker than to truncate them.
  await sql.transaction(async (sql) => {
    for (const [, name, isNumbered] of made) {
      await sql.query(`DELETE FROM ${name}`);
      if (isNumbered) await sql.query(`ALTER SEQUENCE ${name}_seq_seq RESTART`);
    }
  });
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
