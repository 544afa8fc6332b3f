/** The journal in SQL. The rules are the model's; here are the transactions. */
import {
  begin,
  end,
  hold,
  interrupt,
  isLeftBehind,
  lastExecution,
  matchesFilter,
  traceInterruption,
  type BeginExecution,
  type BeginOutcome,
  type ExecutionRecord,
  type InvocationRecord,
} from "../../model/index.ts";
import type { JournalStore } from "../durable-store.ts";
import { newOperation, type Connection } from "./connection.ts";
import { markAllEnded } from "./guard-rows.ts";
import { first, type Sql } from "./sql.ts";
import { appendTrace, insertTrace, traceParams } from "./trace-rows.ts";

/** How many invocations are read at once while those that match are looked for. */
const CHUNK = 100;

interface InvocationRow {
  readonly seq: number | bigint | string;
  readonly args: string;
  readonly record: string;
  /** Which wrote it last. */
  readonly operation: string;
}

export const COLUMNS = "seq, args, record, operation";

/** Those of servers that are taken for dead which are, and can do nothing any more from then on. */
export type ConfirmDead = (sql: Sql, servers: readonly string[]) => Promise<string[]>;

export function journal(connection: Connection, confirmDead?: ConfirmDead): JournalStore {
  return {
    readInvocation: (id) => find(connection, id),

    async readExecutions(id) {
      const found = await find(connection, id);
      if (!found) return [];
      const rows = await connection.query<{ record: string }>(
        "SELECT record FROM executions WHERE invocation = $1 AND number < $2 ORDER BY number",
        [found.seq, found.last.number],
      );
      return [...rows.map(({ record }) => JSON.parse(record) as ExecutionRecord), found.last];
    },

    async readExecution({ invocationSeq, execution }) {
      const earlier = await first(
        connection.query<{ record: string }>(
          "SELECT record FROM executions WHERE invocation = $1 AND number = $2",
          [invocationSeq, execution],
        ),
      );
      if (earlier) return JSON.parse(earlier.record) as ExecutionRecord;
      const rows = await connection.query<InvocationRow>(
        `SELECT ${COLUMNS} FROM invocations WHERE seq = $1 AND execution = $2`,
        [invocationSeq, execution],
      );
      return rows.map(invocationOf)[0]?.last;
    },

    async readAnswer(id, execution) {
      const found = await first(
        connection.query<{ response: string }>(
          `SELECT response FROM answers JOIN invocations ON invocations.seq = answers.invocation
           WHERE id = $1 AND number = $2`,
          [id, execution],
        ),
      );
      return found && (JSON.parse(found.response) as unknown);
    },

    async readInvocations({ filter, limit, before, after }) {
      const upwards = after !== undefined;
      const found: InvocationRecord[] = [];
      let from = upwards ? after : before;
      while (found.length < limit) {
        const bound = from === undefined ? "" : `WHERE seq ${upwards ? ">" : "<"} $2`;
        const count = filter ? CHUNK : limit;
        const rows = await connection.query<InvocationRow>(
          `SELECT ${COLUMNS} FROM invocations ${bound} ORDER BY seq ${upwards ? "" : "DESC"} LIMIT $1`,
          from === undefined ? [count] : [count, from],
        );
        const chunk = rows.map(invocationOf);
        for (const each of chunk) {
          const answers = filter?.text === undefined ? [] : await answersOf(connection, each.seq);
          if (!filter || matchesFilter(each, filter, answers)) found.push(each);
        }
        const last = chunk.at(-1);
        if (!last || chunk.length < count) break;
        from = last.seq;
      }
      const page = found.slice(0, limit);
      return upwards ? page.reverse() : page;
    },

    async readPendingInvocations(state) {
      const rows = await connection.query<InvocationRow>(
        `SELECT ${COLUMNS} FROM invocations WHERE state = $1 ORDER BY seq`,
        [state],
      );
      return rows.map(invocationOf);
    },

    async beginExecution(asked, options) {
      const operation = newOperation();
      const next = begin(undefined, asked);
      if (asked.as === "client" && next.begun) {
        const params = newParams(next.invocation, operation);
        const added = await connection.writeOne<{ seq: unknown }>(BEGIN_NEW, params, options);
        if (added)
          return { begun: true, invocation: { ...next.invocation, seq: Number(added.seq) } };
      }
      return await connection.write((sql) => beginAnother(sql, asked, operation), options);
    },

    async endExecution(asked, events, options) {
      const { begun, response, unfinished = [] } = asked;
      const by = lastExecution(begun);
      const operation = newOperation();
      const params = [
        ...endParams(end(asked), operation),
        response === undefined ? null : JSON.stringify(response),
        ...traceParams(events),
      ];
      const write = async (sql: Sql): Promise<boolean> =>
        (await first(sql.query(END, params))) !== undefined ||
        // Its answer may have been lost.
        (await findOperation(sql, by.invocationSeq)) === operation;
      if (unfinished.length === 0) {
        options?.signal?.throwIfAborted();
        return await write(connection);
      }
      return await connection.write(async (sql) => {
        const isEnded = await write(sql);
        if (isEnded) await markAllEnded(sql, by);
        return isEnded;
      }, options);
    },

    async interruptInvocations({ dead, at }) {
      const operation = newOperation();
      return await connection.write(async (sql) => {
        const rows = await sql.query<InvocationRow>(
          `SELECT ${COLUMNS} FROM invocations
           WHERE state IN ('running', 'interrupted') AND owner = ANY($1::text[])
           ORDER BY seq FOR UPDATE`,
          [dead],
        );
        const confirmed = confirmDead ? await confirmDead(sql, dead) : dead;
        const marked: InvocationRecord[] = [];
        for (const row of rows) {
          const invocation = invocationOf(row);
          // Its answer was lost.
          if (row.operation === operation) marked.push(invocation);
          if (!isLeftBehind(invocation, confirmed)) continue;
          const next = interrupt(invocation, at);
          await appendTrace(sql, traceInterruption(next, at));
          await markAllEnded(sql, lastExecution(invocation));
          await put(sql, next, operation);
          marked.push(next);
        }
        return marked;
      });
    },

    async holdInvocation(id, held, options) {
      await connection.write(async (sql) => {
        const found = await find(sql, id, "FOR UPDATE");
        const next = found && hold(found, held);
        if (next) await put(sql, next, newOperation());
      }, options);
    },
  };
}

/** Begins an execution of an invocation that is there, most likely. */
async function beginAnother(
  sql: Sql,
  asked: BeginExecution,
  operation: string,
): Promise<BeginOutcome> {
  const row = await findRow(sql, asked.id, "FOR UPDATE");
  const found = row && invocationOf(row);
  // Its answer was lost.
  if (found && row.operation === operation) return { begun: true, invocation: found };
  const next = begin(found, asked);
  if (!next.begun) return next;
  if (!found) {
    const added = await first(
      sql.query<{ seq: unknown }>(BEGIN_NEW, newParams(next.invocation, operation)),
    );
    if (added) return { begun: true, invocation: { ...next.invocation, seq: Number(added.seq) } };
    // Another has begun it meanwhile.
    return await beginAnother(sql, asked, operation);
  }
  if (found.state === "running") await markAllEnded(sql, lastExecution(found));
  const { earlier } = next;
  if (earlier) {
    await sql.query("INSERT INTO executions VALUES ($1, $2, $3)", [
      found.seq,
      earlier.number,
      JSON.stringify(earlier),
    ]);
  }
  const invocation: InvocationRecord = { ...next.invocation, seq: found.seq };
  await put(sql, invocation, operation);
  return { begun: true, invocation };
}

async function findOperation(sql: Sql, seq: number): Promise<string | undefined> {
  const found = await first(
    sql.query<{ operation: string }>("SELECT operation FROM invocations WHERE seq = $1", [seq]),
  );
  return found?.operation;
}

const BEGIN_NEW = `
  INSERT INTO invocations (id, tool, args, state, created_at, owner, execution, record, operation)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING RETURNING seq`;

function newParams(
  { args, ...rest }: Omit<InvocationRecord, "seq"> & { readonly seq?: number },
  operation: string,
): unknown[] {
  const { id, tool, state, createdAt, last } = rest;
  const record = JSON.stringify(rest);
  const text = JSON.stringify(args);
  return [id, tool, text, state, createdAt, last.owner, last.number, record, operation];
}

/** $6 is the answer, or null; $7 to $11 are the last events. */
const END = `
  WITH ended AS (
    UPDATE invocations SET state = $3, record = $4, operation = $5
    WHERE seq = $1 AND execution = $2 AND state = 'running' RETURNING seq
  ), answered AS (
    INSERT INTO answers (invocation, number, response)
    SELECT seq, $2, $6 FROM ended WHERE $6::text IS NOT NULL
  ), traced AS (${insertTrace(7, "ended")})
  SELECT 1 FROM ended`;

function endParams({ seq, args: _, ...rest }: InvocationRecord, operation: string): unknown[] {
  return [seq, rest.last.number, rest.state, JSON.stringify(rest), operation];
}

async function findRow(sql: Sql, id: string, lock = ""): Promise<InvocationRow | undefined> {
  return await first(
    sql.query<InvocationRow>(`SELECT ${COLUMNS} FROM invocations WHERE id = $1 ${lock}`, [id]),
  );
}

async function find(sql: Sql, id: string, lock = ""): Promise<InvocationRecord | undefined> {
  const row = await findRow(sql, id, lock);
  return row && invocationOf(row);
}

export function invocationOf({ seq, args, record }: InvocationRow): InvocationRecord {
  const rest = JSON.parse(record) as Omit<InvocationRecord, "seq" | "args">;
  return { ...rest, args: JSON.parse(args) as InvocationRecord["args"], seq: Number(seq) };
}

/** Writes an invocation that is there; its arguments never change. */
export async function put(
  sql: Sql,
  { seq, args: _, ...rest }: InvocationRecord,
  operation: string,
): Promise<void> {
  await sql.query(
    `UPDATE invocations SET state = $2, owner = $3, execution = $4, record = $5, operation = $6
     WHERE seq = $1`,
    [seq, rest.state, rest.last.owner, rest.last.number, JSON.stringify(rest), operation],
  );
}

async function answersOf(sql: Sql, seq: number): Promise<unknown[]> {
  const rows = await sql.query<{ response: string }>(
    "SELECT response FROM answers WHERE invocation = $1",
    [seq],
  );
  return rows.map(({ response }) => JSON.parse(response) as unknown);
}
