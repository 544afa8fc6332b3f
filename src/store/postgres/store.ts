/** `DurableStore` in SQL: composes the slices. */
import { isPending, trimRecording } from "../../model/index.ts";
import { ChangeFeed, type FeedChannel } from "../change-feed.ts";
import type { InspectableStore, Trimmed, Trimming } from "../durable-store.ts";
import type { Liveness } from "../liveness.ts";
import { notifying } from "../notifying.ts";
import { Connection, newOperation } from "./connection.ts";
import { countUnrecorded, guards } from "./guards.ts";
import { COLUMNS, invocationOf, journal, put, type ConfirmDead } from "./journal.ts";
import { maps } from "./maps.ts";
import type { Sql, SqlDatabase } from "./sql.ts";
import { trace } from "./trace.ts";

export interface SqlStoreParts {
  readonly name: string;
  readonly sql: SqlDatabase;
  /** To the other connections. */
  readonly channel: FeedChannel | undefined;
  readonly liveness: Liveness;
  /** Where servers live by leases; otherwise who is said to be dead is. */
  readonly confirmDead?: ConfirmDead;
  /** Gives the database back. */
  readonly release: () => Promise<void>;
}

type InvocationRow = Parameters<typeof invocationOf>[0];

/** What a wipe empties. */
const TABLES = "invocations executions answers guards entries writes maps trace hits".split(" ");

export function sqlStore({
  name,
  sql,
  channel,
  liveness,
  confirmDead,
  release,
}: SqlStoreParts): InspectableStore {
  const connection = new Connection(sql, release);
  const store = {
    name,
    liveness,
    ...journal(connection, confirmDead),
    ...guards(connection),
    ...maps(connection),
    ...trace(connection),
    trimRecordings: (trimming: Trimming) => connection.write((sql) => trim(sql, trimming)),
    wipe: () => connection.write(wipe),
    close: () => connection.close(),
  };
  return notifying(store, new ChangeFeed(channel));
}

/** An invocation's number is given once: what is gone writes nothing any more. */
async function wipe(sql: Sql): Promise<void> {
  await sql.query("SELECT 1 FROM invocations WHERE state = 'running' FOR UPDATE");
  for (const table of TABLES) await sql.query(`DELETE FROM ${table}`);
}

async function trim(sql: Sql, { keep, after = 0, limit }: Trimming): Promise<Trimmed> {
  const rows = await sql.query<InvocationRow>(
    `SELECT ${COLUMNS} FROM invocations
     WHERE seq > $1 AND seq NOT IN (SELECT seq FROM invocations ORDER BY seq DESC LIMIT $2)
     ORDER BY seq LIMIT $3 FOR UPDATE`,
    [after, keep, limit],
  );
  const looked = rows.map(invocationOf);
  let count = 0;
  for (const invocation of looked) {
    const { id, seq } = invocation;
    if (isPending(invocation.state)) continue;
    const next = trimRecording(invocation, await countUnrecorded(sql, id));
    const gone = [
      ...(await sql.query("DELETE FROM answers WHERE invocation = $1 RETURNING 1", [seq])),
      ...(await sql.query("DELETE FROM trace WHERE invocation = $1 RETURNING 1", [id])),
    ];
    if (gone.length === 0) continue;
    await put(sql, next, newOperation());
    count++;
  }
  const last = looked.at(-1)?.seq;
  return { count, ...(last === undefined ? {} : { last }) };
}
