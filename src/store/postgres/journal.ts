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
  type ExecutionRecord,
  type InvocationRecord,
} from "../../model/index.ts";
import type { JournalStore } from "../durable-store.ts";
import type { Connection } from "./connection.ts";
import { hasEnded, raiseFence } from "./fences.ts";
import { first, type Sql } from "./sql.ts";
import { appendTrace } from "./trace.ts";

/** How many invocations are read at once while those that match are looked for. */
const CHUNK = 100;

interface InvocationRow {
  readonly seq: number | bigint | string;
  readonly args: string;
  readonly record: string;
}

const COLUMNS = "seq, args, record";

export function journal(connection: Connection): JournalStore {
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
      return await connection.write(async (sql) => {
        const found = await find(sql, asked.id, "FOR UPDATE");
        const next = begin(found, asked);
        if (!next.begun) return next;
        if (found?.state === "running") await raiseFence(sql, lastExecution(found));
        if (found && next.earlier) {
          await sql.query("INSERT INTO executions VALUES ($1, $2, $3)", [
            found.seq,
            next.earlier.number,
            JSON.stringify(next.earlier),
          ]);
          const invocation: InvocationRecord = { ...next.invocation, seq: found.seq };
          await put(sql, invocation);
          return { begun: true, invocation } as const;
        }
        const { id, tool, args, state, createdAt, last, ...rest } = next.invocation;
        const added = await first(
          sql.query<Pick<InvocationRow, "seq">>(
            `INSERT INTO invocations (id, tool, args, state, created_at, owner, execution, record)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING seq`,
            [
              id,
              tool,
              JSON.stringify(args),
              state,
              createdAt,
              last.owner,
              last.number,
              JSON.stringify({ ...rest, id, tool, state, createdAt, last }),
            ],
          ),
        );
        return {
          begun: true,
          invocation: { ...next.invocation, seq: Number(added?.seq) },
        } as const;
      }, options);
    },

    async endExecution(asked, events, options) {
      const { begun, response } = asked;
      const { seq } = begun;
      const by = lastExecution(begun);
      return await connection.write(async (sql) => {
        if (await hasEnded(sql, by)) return false;
        await raiseFence(sql, by);
        await put(sql, end(asked));
        if (response !== undefined) {
          await sql.query("INSERT INTO answers VALUES ($1, $2, $3)", [
            seq,
            by.execution,
            JSON.stringify(response),
          ]);
        }
        await appendTrace(sql, events);
        return true;
      }, options);
    },

    async interruptInvocations({ dead, at }) {
      return await connection.write(async (sql) => {
        const rows = await sql.query<InvocationRow>(
          `SELECT ${COLUMNS} FROM invocations WHERE state = 'running' ORDER BY seq FOR UPDATE`,
        );
        const left = rows.map(invocationOf).filter((each) => isLeftBehind(each, dead));
        const marked: InvocationRecord[] = [];
        for (const invocation of left) {
          const next = interrupt(invocation, at);
          await appendTrace(sql, traceInterruption(next, at));
          await raiseFence(sql, lastExecution(invocation));
          await put(sql, next);
          marked.push(next);
        }
        return marked;
      });
    },

    async holdInvocation(id, held, options) {
      await connection.write(async (sql) => {
        const found = await find(sql, id, "FOR UPDATE");
        const next = found && hold(found, held);
        if (next) await put(sql, next);
      }, options);
    },
  };
}

async function find(sql: Sql, id: string, lock = ""): Promise<InvocationRecord | undefined> {
  const rows = await sql.query<InvocationRow>(
    `SELECT ${COLUMNS} FROM invocations WHERE id = $1 ${lock}`,
    [id],
  );
  return rows.map(invocationOf)[0];
}

export function invocationOf({ seq, args, record }: InvocationRow): InvocationRecord {
  const rest = JSON.parse(record) as Omit<InvocationRecord, "seq" | "args">;
  return { ...rest, args: JSON.parse(args) as InvocationRecord["args"], seq: Number(seq) };
}

/** Writes an invocation that is there; its arguments never change. */
export async function put(sql: Sql, { seq, args: _, ...rest }: InvocationRecord): Promise<void> {
  await sql.query(
    "UPDATE invocations SET state = $2, owner = $3, execution = $4, record = $5 WHERE seq = $1",
    [seq, rest.state, rest.last.owner, rest.last.number, JSON.stringify(rest)],
  );
}

async function answersOf(sql: Sql, seq: number): Promise<unknown[]> {
  const rows = await sql.query<{ response: string }>(
    "SELECT response FROM answers WHERE invocation = $1",
    [seq],
  );
  return rows.map(({ response }) => JSON.parse(response) as unknown);
}
