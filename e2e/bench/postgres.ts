/** The contests on a PostgreSQL of the benchmark's own: a store against its own statements by bare `pg`. */
import pg from "pg";
import {
  atMostOnce,
  uuidv7,
  type InspectableStore,
  type InvocationRecord,
} from "../../src/index.ts";
import { PostgresDatabase } from "../../src/store/postgres/index.ts";
import { findPostgres } from "../../src/testing/find-postgres.ts";
import { startPostgres } from "../../src/testing/postgres-server.ts";
import { dbosContests } from "./dbos.ts";
import { contest, time, together, type Row } from "./measure.ts";
import { RECEIPT, Receipt, servePay } from "./paying.ts";
import { record, replay, type Recorded } from "./replay.ts";

const SCHEMA = "bench";
const MANY = 50;
const ROUNDS = 21;
const ROWS = 1_000_000;
const RANGE = 100;
/** A bare pool has as many connections as the store's. */
const CONNECTIONS = 10;
/** The invocations' numbers: what else is counted stays below, and is not taken for one. */
const FIRST_SEQ = 1_000_000;
const AT_ONCE = [1, 8, 32];

const keyAt = (index: number): string => `key-${String(index).padStart(9, "0")}`;

interface Bed {
  readonly store: InspectableStore;
  readonly pool: pg.Pool;
}

export async function measurePostgres(report: (row: Row) => void): Promise<void> {
  const bin = findPostgres();
  if (!bin) throw new Error("There is no PostgreSQL on this machine: its rows cannot be measured.");
  const server = await startPostgres(bin);
  const { url } = server;
  const database = await PostgresDatabase.open({ url, schema: SCHEMA, connections: CONNECTIONS });
  const pool = new pg.Pool({
    connectionString: url,
    options: `-c search_path=${SCHEMA}`,
    max: CONNECTIONS,
  });
  // What ends the benchmark is told by what it was at.
  pool.on("error", () => undefined);
  const store = await database.store();
  try {
    await pool.query(`ALTER SEQUENCE invocations_seq_seq RESTART ${FIRST_SEQ}`);
    const bed = { store, pool };
    for (const run of [journalContest, guardContest, insertContest, answeredContest]) {
      report(await run(bed));
    }
    for (const row of await rangeContests(bed)) report(row);
    for (const row of await callContests(bed)) report(row);
    for (const row of await dbosContests(url, store)) report(row);
  } finally {
    await store.close();
    await database.close();
    await pool.end();
    await server.remove();
  }
}

/** As many operations as make a round, one after the other. */
const times = (work: (index: number) => Promise<unknown>) => (): Promise<number> =>
  time(async () => {
    for (let index = 0; index < MANY; index++) await work(index);
  });

async function begin(store: InspectableStore, id: string): Promise<InvocationRecord> {
  const outcome = await store.beginExecution({
    id,
    tool: "run",
    args: {},
    as: "client",
    owner: "bench",
    guards: "on",
    at: Date.now(),
  });
  if (!outcome.begun) throw new Error(outcome.reason);
  return outcome.invocation;
}

const refOf = ({ seq, last }: InvocationRecord) => ({
  invocationSeq: seq,
  execution: last.number,
});

/** What a row of the store's own methods is measured by. */
const storeContest = (
  work: string,
  runFloor: () => Promise<number>,
  runOurs: () => Promise<number>,
): Promise<Row> =>
  contest({
    work: `PostgreSQL: ${work}`,
    floor: "the same statements by bare pg",
    bar: 1.25,
    times: MANY,
    rounds: ROUNDS,
    runFloor,
    runOurs,
  });

/** An operation under an id of its own each time, and its statements under others. */
async function operationContest(
  { pool }: Bed,
  work: string,
  run: (id: string) => Promise<unknown>,
  newId: () => string = uuidv7,
): Promise<Row> {
  const first = newId();
  const recorded = await record(first, () => run(first));
  return await storeContest(
    work,
    times(() => replay(pool, recorded, newId())),
    times(() => run(newId())),
  );
}

const journalContest = (bed: Bed): Promise<Row> =>
  operationContest(bed, "begin and end", async (id) => {
    const begun = await begin(bed.store, id);
    const end = { begun, outcome: "completed", at: Date.now(), response: RECEIPT } as const;
    await bed.store.endExecution(end, []);
  });

/** Of one invocation: a guard of its own each time. */
async function guardContest(bed: Bed): Promise<Row> {
  const { store } = bed;
  const id = uuidv7();
  const begun = await begin(store, id);
  const run = async (alias: string): Promise<void> => {
    const about = { invocation: id, ...refOf(begun), alias, at: Date.now(), isNew: true } as const;
    const { record: claimed } = await store.claimGuard({ ...about, kind: "atMostOnce" });
    await store.settleGuard({ claimed, state: "stored", value: RECEIPT, at: Date.now() });
  };
  const newAlias = (): string => `guard-${crypto.randomUUID()}`;
  return await operationContest(bed, "claim and settle", run, newAlias);
}

const value = crypto.getRandomValues(new Uint8Array(100));

async function insertContest(bed: Bed): Promise<Row> {
  const id = uuidv7();
  const by = refOf(await begin(bed.store, id));
  const insert = async (key: string): Promise<void> => {
    const change = { method: "insert", entries: [[key, value]] } as const;
    const origin = { invocation: id, execution: 1 };
    await bed.store.applyMutation({ map: "m", at: Date.now(), origin, change, once: [key], by });
  };
  // A map's first takes longer.
  await insert("first");
  return await operationContest(bed, "insert", insert);
}

async function answeredContest({ store, pool }: Bed): Promise<Row> {
  const id = uuidv7();
  const begun = await begin(store, id);
  const about = { invocation: id, ...refOf(begun), alias: "g", at: Date.now() } as const;
  const { record: claimed } = await store.claimGuard({ ...about, kind: "atMostOnce" });
  await store.settleGuard({ claimed, state: "stored", value: RECEIPT, at: Date.now() });
  const run = (): Promise<unknown> => store.readGuard(begun.seq, "g");
  const recorded = await record(id, run);
  return await storeContest(
    "a guard answered from the store",
    times(() => replay(pool, recorded)),
    times(run),
  );
}

async function rangeContests({ store, pool }: Bed): Promise<Row[]> {
  await pool.query("INSERT INTO maps (name) VALUES ('large')");
  await pool.query(
    `INSERT INTO entries (map, key, value, write)
     SELECT 'large', convert_to('key-' || lpad(n::text, 9, '0'), 'UTF8'), $1, 1
     FROM generate_series(0, ${ROWS - 1}) AS n`,
    [value],
  );
  await pool.query("VACUUM ANALYZE entries");
  const rows: Row[] = [];
  for (const direction of ["ascending", "descending"] as const) {
    const read = async (index: number): Promise<void> => {
      const key = keyAt(RANGE + Math.floor((index / MANY) * (ROWS - 2 * RANGE)));
      const bound = { key, open: false };
      const bounds = direction === "ascending" ? { lower: bound } : { upper: bound };
      const found = await store.readPairs({ map: "large", direction, limit: RANGE, ...bounds });
      if (found.length !== RANGE) throw new Error(`It read ${found.length} entries.`);
    };
    const recorded: Recorded[] = [];
    for (let index = 0; index < MANY; index++) recorded.push(await record("", () => read(index)));
    rows.push(
      await storeContest(
        `range of 100 out of 1,000,000, ${direction}`,
        () =>
          time(async () => {
            for (const each of recorded) await replay(pool, each);
          }),
        times(read),
      ),
    );
  }
  return rows;
}

async function callContests({ store, pool }: Bed): Promise<Row[]> {
  const { call, close } = await servePay(store, async (context) => {
    await atMostOnce("payment", context, () => RECEIPT, { schema: Receipt });
  });
  await call(uuidv7());
  const first = uuidv7();
  const recorded = await record(first, () => call(first));
  const rows: Row[] = [];
  for (const atOnce of AT_ONCE) {
    const each = Math.ceil(MANY / atOnce);
    rows.push(
      await contest({
        work: `PostgreSQL: guarded calls, ${atOnce} at a time`,
        floor: `their ${recorded.statements.length} statements by bare pg`,
        bar: 1.5,
        times: atOnce * each,
        rounds: ROUNDS,
        runFloor: together(atOnce, each, () => replay(pool, recorded, uuidv7())),
        runOurs: together(atOnce, each, () => call(uuidv7())),
      }),
    );
  }
  await close();
  return rows;
}
