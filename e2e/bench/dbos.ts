/**
 * The contest with DBOS: a call with two guarded steps against its workflow of two, on the same database. Its steps
 * happen at least once, and so do these.
 */
import { DBOS } from "@dbos-inc/dbos-sdk";
import { atLeastOnce, uuidv7, type DurableStore } from "../../src/index.ts";
import { contest, together, type Row } from "./measure.ts";
import { RECEIPT, Receipt, servePay } from "./paying.ts";

/** So many calls at a time, and how many times as many a second they are to be. */
const AT_ONCE = [
  [1, 2],
  [8, 3],
  [32, 3],
] as const;
const CALLS = 64;
const ROUNDS = 9;
const CONNECTIONS = 10;

/** @param url of the database that the store is in */
export async function dbosContests(url: string, store: DurableStore): Promise<Row[]> {
  const { call, close } = await servePay(store, async (context) => {
    for (const alias of ["reserve", "payment"]) {
      await atLeastOnce(alias, context, () => RECEIPT, { schema: Receipt });
    }
  });
  DBOS.setConfig({
    name: "bench",
    systemDatabaseUrl: url,
    systemDatabasePoolSize: CONNECTIONS,
    logLevel: "error",
  });
  const pay = DBOS.registerWorkflow(
    async () => {
      for (const name of ["reserve", "payment"]) {
        await DBOS.runStep(() => Promise.resolve(RECEIPT), { name });
      }
    },
    { name: "pay" },
  );
  try {
    await DBOS.launch();
    const rows: Row[] = [];
    for (const [atOnce, factor] of AT_ONCE) {
      const each = CALLS / atOnce;
      rows.push(
        await contest({
          work: `PostgreSQL: a call with two guarded steps, ${atOnce} at a time`,
          floor: "a workflow of two steps with DBOS, no floor but a rival",
          bar: 1 / factor,
          times: CALLS,
          rounds: ROUNDS,
          runFloor: together(atOnce, each, () => pay()),
          runOurs: together(atOnce, each, () => call(uuidv7())),
        }),
      );
    }
    return rows;
  } finally {
    await DBOS.shutdown();
    await close();
  }
}
